"""The control plane: clock, switches, faults, deliveries, reset."""

import json
import time
from collections.abc import Callable
from typing import Any

import httpx2
import pytest

from greenhouse_sandbox.store import Store
from greenhouse_sandbox.store.applications import Application
from helpers import Receiver, add_hook

type Control = Callable[[str, dict[str, Any]], Any]


@pytest.fixture
def application(store: Store) -> Application:
    """An active application with a webhook for its moves."""
    add_hook(store, "candidate_stage_change")
    return next(one for one in store.applications.rising() if one.status == "in_process" and one.job_id)


def advance(v3: httpx2.Client, application: Application) -> None:
    answer = v3.post(f"/v3/applications/{application.id}/move", json={"from_stage_id": application.stage_id})
    assert answer.status_code == 204


def stages(receiver: Receiver) -> list[str]:
    bodies = [json.loads(request.content) for request in receiver.requests]
    return [body["payload"]["application"]["current_stage"]["name"] for body in bodies]


def test_the_clock_can_be_set_and_advanced(control: Control, client: httpx2.Client) -> None:
    assert control("/clock", {"set": "2027-01-04T08:00:00Z"})["now"].startswith("2027-01-04T08:00:00")
    assert control("/clock", {"advance_seconds": 3600})["now"].startswith("2027-01-04T09:00:00")
    assert client.get("/_sandbox/clock").json()["now"].startswith("2027-01-04T09:00:")
    wrong = client.post("/_sandbox/clock", json={"set": "2027-01-04"})
    assert (wrong.status_code, "time zone" in wrong.json()["message"]) == (422, True)


def test_switches_are_validated_and_can_be_reset(
    control: Control, client: httpx2.Client, store: Store
) -> None:
    assert (
        control("/switches", {"last_page_link": "absent", "v3_rate_limit": 0})["values"]["v3_rate_limit"] == 0
    )
    for body in ({"colour": 1}, {"last_page_link": "blue"}, {"v3_rate_limit": "many"}):
        assert client.post("/_sandbox/switches", json=body).status_code == 422
    assert store.switches["last_page_link"] == "absent"
    assert control("/switches", {})["values"]["last_page_link"] == "empty"


def test_a_reset_restores_the_same_data(control: Control, v3: httpx2.Client, store: Store) -> None:
    before = [(candidate.id, candidate.name) for candidate in store.candidates.rising()]
    v3.post("/v3/candidates", json={"first_name": "New", "last_name": "Person"})
    control("/clock", {"advance_seconds": 86400})
    control("/reset", {"seed": "demo"})
    assert [(candidate.id, candidate.name) for candidate in store.candidates.rising()] == before
    assert store.clock.offset.total_seconds() == 0
    control("/reset", {"seed": "empty"})
    assert (len(store.jobs), len(store.users)) == (0, 8)


def test_a_delivery_can_be_resent_repeatedly(
    control: Control, client: httpx2.Client, v3: httpx2.Client, application: Application, receiver: Receiver
) -> None:
    advance(v3, application)
    assert control("/wait-until-idle", {})["idle"] is True
    delivery = client.get("/_sandbox/deliveries?action=candidate_stage_change").json()[0]
    copies = control(f"/deliveries/{delivery['id']}/redeliver", {"times": 3})
    assert [copy["state"] for copy in copies] == ["delivered"] * 3
    assert {request.content for request in receiver.requests} == {delivery["body"].encode()}
    assert {request.headers["Greenhouse-Event-ID"] for request in receiver.requests} == {delivery["event_id"]}
    assert len(receiver.requests) == 4
    control(f"/deliveries/{delivery['id']}/redeliver", {"new_event_id": True})
    assert len({request.headers["Greenhouse-Event-ID"] for request in receiver.requests}) == 2


def test_held_deliveries_can_be_released_in_reverse_order(
    control: Control, v3: httpx2.Client, application: Application, receiver: Receiver
) -> None:
    control("/deliveries/hold", {})
    advance(v3, application)
    advance(v3, application)
    assert control("/wait-until-idle", {})["idle"] is True
    assert receiver.requests == []
    released = control("/deliveries/release", {"order": "newest"})
    assert stages(receiver) == ["Assessment", "Phone Screen"]
    assert [one["state"] for one in released] == ["delivered", "delivered"]
    advance(v3, application)
    assert control("/wait-until-idle", {})["idle"] is True
    assert stages(receiver)[-1] == "Reference Check"


def test_faults_make_the_next_calls_fail(control: Control, v3: httpx2.Client, client: httpx2.Client) -> None:
    control("/faults", {"kind": "fail", "method": "GET", "path": "/v3/jobs", "status": 503, "times": 2})
    assert [v3.get("/v3/jobs").status_code for _ in range(3)] == [503, 503, 200]
    limited = control("/faults", {"kind": "fail", "path": "/v3/users", "status": 429, "seconds": 7})
    assert (limited["times"], v3.get("/v3/users").headers["Retry-After"]) == (1, "7")
    control("/faults", {"kind": "fail", "path": "/v3/users", "times": 9})
    assert client.delete("/_sandbox/faults").json() == {"open": []}
    assert v3.get("/v3/users").status_code == 200
    assert client.post("/_sandbox/faults", json={"kind": "explode"}).status_code == 422
    assert client.post("/_sandbox/faults", json={"kind": "fail", "colour": 1}).status_code == 422


def test_a_write_can_succeed_although_the_response_fails(
    control: Control, v3: httpx2.Client, store: Store
) -> None:
    body = {
        "candidate_id": next(store.candidates.rising()).id,
        "body": "marker",
        "note_type": "NOTE",
        "visibility": "public",
    }
    control("/faults", {"kind": "fail_after", "method": "POST", "path": "/v3/notes", "status": 502})
    assert v3.post("/v3/notes", json=body).status_code == 502
    assert [note.body for note in store.notes.rising() if note.type == "NOTE"][-1] == "marker"
    control(
        "/faults", {"kind": "late", "path": "/v3/notes", "status": 504, "seconds": 0.05, "method": "POST"}
    )
    count = len(store.notes)
    assert v3.post("/v3/notes", json=body).status_code == 504
    assert len(store.notes) == count
    end = time.monotonic() + 10
    while len(store.notes) == count and time.monotonic() < end:
        time.sleep(0.01)
    assert len(store.notes) == count + 1


def test_responses_can_be_slow_or_garbage(control: Control, v3: httpx2.Client) -> None:
    control("/faults", {"kind": "slow", "path": "/v3/jobs", "seconds": 0.05})
    slow = v3.get("/v3/jobs")
    assert (slow.status_code, slow.elapsed.total_seconds() >= 0.05) == (200, True)
    control("/faults", {"kind": "garbage", "path": "/v3/jobs"})
    with pytest.raises(ValueError, match=r"."):
        v3.get("/v3/jobs").json()


def test_the_call_log_contains_no_secret(v3: httpx2.Client, client: httpx2.Client) -> None:
    v3.get("/v3/jobs?per_page=2")
    calls = client.get("/_sandbox/calls?path=/v3").json()
    assert [(call["method"], call["path"], call["query"], call["status"]) for call in calls] == [
        ("GET", "/v3/jobs", {"per_page": "2"}, 200)
    ]
    assert v3.headers["Authorization"][7:] not in json.dumps(calls)
