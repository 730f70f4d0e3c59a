"""Malformed calls are refused with a message, and the sandbox's own failures can't be mistaken for Greenhouse's."""

import base64
import json
from typing import Any

import httpx2
import pytest

from greenhouse_sandbox.context import Sandbox
from greenhouse_sandbox.store import Store

LONG = "9" * 5000
DEEP = "[" * 100_000 + "]" * 100_000


def note(store: Store, body: str) -> str:
    candidate = next(store.candidates.rising()).id
    return (
        f'{{"candidate_id": {candidate}, "user_id": {store.acting_user_id}, "note_type": "NOTE", '
        f'"visibility": "private", "body": {body}}}'
    )


def post_json(client: httpx2.Client, path: str, raw: str) -> httpx2.Response:
    return client.post(path, content=raw, headers={"Content-Type": "application/json"})


def test_a_failure_of_the_sandbox_is_answered_with_500(
    v1: httpx2.Client, v3: httpx2.Client, store: Store
) -> None:
    next(store.applications.rising()).last_activity_at = "yesterday"  # type: ignore[assignment]  # the fault
    for answer in (v1.get("/v1/applications"), v3.get("/v3/applications")):
        failed = {"message": "The sandbox failed. The error is on its terminal."}
        assert (answer.status_code, answer.json()) == (500, failed)


@pytest.mark.parametrize("name", ["per_page", "page", "job_id", "candidate_ids"])
def test_long_numbers_are_not_numbers_in_v1(v1: httpx2.Client, name: str) -> None:
    answer = v1.get(f"/v1/{'candidates' if name == 'candidate_ids' else 'applications'}?{name}={LONG}")
    wrong = {"field": name, "message": "Must be a positive integer"}
    expected: Any = (
        [] if name.endswith(("_id", "_ids")) else {"message": "Validation error", "errors": [wrong]}
    )
    assert answer.json() == expected


def test_long_numbers_are_not_numbers_elsewhere(
    v1: httpx2.Client, v3: httpx2.Client, client: httpx2.Client
) -> None:
    for name in ("per_page", "ids"):
        assert v3.get(f"/v3/applications?{name}={LONG}").json()["errors"] == [
            {name: f"`{LONG}` is not an integer"}
        ]
    headers = {"On-Behalf-Of": LONG}
    assert v1.post("/v1/candidates/1/activity_feed/notes", json={}, headers=headers).status_code == 404
    assert client.post("/_sandbox/act", json={"act": "move", "application_id": LONG}).status_code == 422


def test_a_note_that_no_response_could_contain_is_refused(v3: httpx2.Client, store: Store) -> None:
    before = len(store.notes)
    for body in ('"\\ud800"', "NaN", DEEP):
        answer = post_json(v3, "/v3/notes", note(store, body))
        assert (answer.status_code, answer.json()["errors"]) == (
            422,
            ["The request body must be a JSON object."],
        )
    assert post_json(v3, "/v3/notes", note(store, '"\\ud83d\\ude00"')).json()["body"] == "\U0001f600"
    assert len(store.notes) == before + 1
    assert v3.get("/v3/notes").status_code == 200


def test_a_v1_body_that_no_response_could_contain_counts_as_empty(v1: httpx2.Client, store: Store) -> None:
    candidate = next(store.candidates.rising()).id
    for body in ('"\\ud800"', DEEP):
        answer = post_json(v1, f"/v1/candidates/{candidate}/activity_feed/notes", note(store, body))
        assert answer.status_code == 422
    assert v1.get(f"/v1/candidates/{candidate}/activity_feed").status_code == 200


def test_a_credential_in_other_letters_is_refused(app: Sandbox) -> None:
    client, headers = app.test_client(), {"Authorization": "Basic \xff\xfe"}
    assert client.get("/v1/jobs", headers=headers).status_code == 401
    assert client.post("/token", headers=headers).status_code == 401


def test_a_cursor_with_impossible_numbers_is_invalid(v3: httpx2.Client) -> None:
    raw = b'{"query":{},"per_page":1e400,"id":1,"page":2,"original_request_id":"x"}'
    answer = v3.get("/v3/jobs", params={"cursor": base64.b64encode(raw).decode()})
    assert answer.json()["errors"] == ["The cursor is invalid or has expired."]


@pytest.mark.parametrize(
    ("path", "body", "message"),
    [
        ("/deliveries/release", {"ids": 5}, "ids must be a list of ids of deliveries."),
        ("/deliveries/release", [1], "The body must be a JSON object, sent as application/json."),
        ("/deliveries/1/redeliver", {"times": "x"}, "times must be a whole number from 1 to 1000."),
        ("/deliveries/1/redeliver", {"times": 10**9}, "times must be a whole number from 1 to 1000."),
        ("/wait-until-idle", {"timeout_seconds": "abc"}, "timeout_seconds must be a number."),
        ("/clock", {"advance_seconds": 1e12}, "Give `set` (ISO 8601 with a zone)"),
        ("/clock", {"set": "9999-12-31T23:59:59Z"}, "Give `set` (ISO 8601 with a zone)"),
        ("/faults", {"kind": ["fail"]}, "There is no fault of kind ['fail']. Known: fail"),
        ("/webhook-faults", {"kind": {}}, "There is no fault of kind {}. Known: drop"),
        ("/webhook-faults", {"kind": "drop", "action": [1]}, "There is no action [1]. Known: "),
    ],
)
def test_the_control_plane_says_what_is_wrong(
    client: httpx2.Client, path: str, body: Any, message: str
) -> None:
    answer = client.post(f"/_sandbox{path}", json=body)
    assert answer.status_code == 422
    assert answer.json()["message"].startswith(message)


@pytest.mark.parametrize("address", ["example.com/hook", "ftp://example.com/", "http://", "http://[::1"])
def test_a_webhook_needs_a_web_address(client: httpx2.Client, store: Store, address: str) -> None:
    form = {"name": "A", "action": "hire_candidate", "endpoint_url": address, "secret_key": "s"}
    answer = client.post("/configure/dev_center/web_hooks/new", data=form)
    assert "Enter a whole address that begins with https://" in answer.text
    assert len(store.webhooks) == 0


@pytest.mark.parametrize("hours", ["9223372036854775808", "99999999"])
def test_the_clock_is_not_moved_out_of_the_calendar(client: httpx2.Client, store: Store, hours: str) -> None:
    page = client.post("/sandbox/clock", data={"hours": hours}, follow_redirects=True)
    assert "Enter fewer hours." in page.text
    assert store.clock.offset.total_seconds() == 0


def test_errors_of_the_control_plane_and_the_token_endpoints_are_json(client: httpx2.Client) -> None:
    for answer, status in (
        (client.get("/_sandbox/nothing"), 404),
        (client.get("/_sandbox/act"), 405),
        (client.get("/token"), 405),
        (client.get("/_sandbox/clock", headers={"Host": "elsewhere.example"}), 403),
        (post_json(client, "/_sandbox/act", DEEP), 422),
    ):
        assert answer.status_code == status
        assert json.loads(answer.text)["message"]
