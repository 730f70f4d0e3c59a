"""Webhook faults and the retry schedule."""

import json
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import httpx2
import pytest

from greenhouse_sandbox.context import Sandbox
from greenhouse_sandbox.store import Store
from greenhouse_sandbox.store.webhooks import PENDING
from greenhouse_sandbox.webhooks.delivery import WORKERS, signature
from greenhouse_sandbox.webhooks.emit import emit
from helpers import SECRET, Receiver, add_hook

type Control = Callable[[str, dict[str, Any]], Any]

STAGES = ["Phone Screen", "Assessment", "Reference Check", "Offer"]


@pytest.fixture
def moves(control: Control, store: Store, app: Sandbox) -> Callable[[], None]:
    """Moves Hannah through all stages and waits until nothing is due."""
    add_hook(store, "candidate_stage_change")

    def move() -> None:
        for stage in STAGES:
            control("/act", {"act": "move", "candidate": "candidate1@people.example", "stage": stage})
        assert app.deliverer.wait_until_idle(5)

    return move


def arrived(receiver: Receiver) -> list[str]:
    bodies = [json.loads(request.content) for request in receiver.requests]
    return [body["payload"]["application"]["current_stage"]["name"] for body in bodies]


def ids(receiver: Receiver) -> list[str]:
    return [request.headers["Greenhouse-Event-ID"] for request in receiver.requests]


def test_dropped_deliveries_are_never_sent_but_logged(
    control: Control, moves: Callable[[], None], receiver: Receiver, client: httpx2.Client
) -> None:
    order = {"kind": "drop", "action": "candidate_stage_change", "after": 1, "times": 2}
    control("/webhook-faults", order)
    moves()
    assert sorted(arrived(receiver)) == ["Offer", "Phone Screen"]
    log = client.get("/_sandbox/deliveries").json()
    assert [one["state"] for one in log] == ["delivered", "dropped", "dropped", "delivered"]
    assert [one["fault"] for one in log] == [None, "drop", "drop", None]
    assert client.get("/_sandbox/webhook-faults").json()["open"] == []


def test_duplicates_can_share_the_event_id(
    control: Control, moves: Callable[[], None], receiver: Receiver
) -> None:
    control("/webhook-faults", {"kind": "duplicate", "copies": 2})
    control("/webhook-faults", {"kind": "duplicate", "after": 0, "new_event_id": True})
    moves()
    of = {
        stage: [i for i, s in zip(ids(receiver), arrived(receiver), strict=True) if s == stage]
        for stage in STAGES
    }
    assert [len(of[stage]) for stage in STAGES] == [3, 2, 1, 1]
    assert [len(set(of[stage])) for stage in STAGES] == [1, 2, 1, 1]


def test_delayed_deliveries_wait_for_the_clock(
    control: Control, moves: Callable[[], None], receiver: Receiver, app: Sandbox
) -> None:
    control("/webhook-faults", {"kind": "delay", "seconds": 3600})
    moves()
    assert "Phone Screen" not in arrived(receiver)
    control("/clock", {"advance_seconds": 3601})
    assert app.deliverer.wait_until_idle(5)
    assert arrived(receiver)[-1] == "Phone Screen"


def test_reordered_deliveries_follow_the_seed(
    control: Control, moves: Callable[[], None], receiver: Receiver, app: Sandbox
) -> None:
    orders = []
    for seed in (1, 1, 2):
        control("/reset", {"seed": "demo"})
        add_hook(app.store, "candidate_stage_change")
        control("/webhook-faults", {"kind": "reorder", "times": 4, "random": seed})
        del receiver.requests[:]
        moves()
        orders.append(arrived(receiver)[:4])
    assert orders[0] == orders[1] != orders[2]
    assert sorted(orders[0]) == sorted(STAGES)
    assert STAGES not in orders


def test_clearing_faults_releases_a_pending_reorder(
    control: Control, moves: Callable[[], None], receiver: Receiver, client: httpx2.Client, app: Sandbox
) -> None:
    control("/webhook-faults", {"kind": "reorder", "times": 9})
    moves()
    assert receiver.requests == []
    assert client.delete("/_sandbox/webhook-faults").json() == {"open": []}
    assert app.deliverer.wait_until_idle(5)
    assert arrived(receiver) == STAGES


def test_a_corrupt_signature_is_correct_on_the_next_attempt(
    control: Control, moves: Callable[[], None], receiver: Receiver, app: Sandbox
) -> None:
    control("/webhook-faults", {"kind": "corrupt_signature", "times": 4})
    receiver.status = 401
    moves()
    assert all(
        request.headers["Signature"] != signature(request.content, SECRET) for request in receiver.requests
    )
    receiver.status = 200
    del receiver.requests[:]
    control("/clock", {"to_next_attempt": True})
    control("/clock", {"advance_seconds": 5})
    assert app.deliverer.wait_until_idle(5)
    assert len(receiver.requests) == 4
    assert all(
        request.headers["Signature"] == signature(request.content, SECRET) for request in receiver.requests
    )


def test_a_garbled_body_is_signed_as_sent(
    control: Control, moves: Callable[[], None], receiver: Receiver
) -> None:
    control("/webhook-faults", {"kind": "garble", "times": 4})
    moves()
    for request in receiver.requests:
        assert request.headers["Signature"] == signature(request.content, SECRET)
        with pytest.raises(ValueError, match=r"."):
            json.loads(request.content)


def test_an_invalid_fault_is_refused(client: httpx2.Client) -> None:
    for order, words in (
        ({"kind": "lose"}, "There is no fault of kind 'lose'"),
        ({"kind": "drop", "action": "flying"}, "There is no action 'flying'"),
        ({"kind": "drop", "colour": 1}, "Unknown fields: colour"),
        ({"kind": "drop", "times": "many"}, "times must be a number"),
        ({"kind": "delay", "seconds": -1}, "seconds must be a number"),
    ):
        answer = client.post("/_sandbox/webhook-faults", json=order)
        assert (answer.status_code, words in answer.json()["message"]) == (422, True), answer.text
    assert client.get("/_sandbox/webhook-faults").json()["open"] == []


@pytest.mark.parametrize(("switch", "different"), [("same", 1), ("new", 7)])
def test_a_switch_decides_whether_retries_keep_the_event_id(
    control: Control, app: Sandbox, receiver: Receiver, switch: str, different: int
) -> None:
    store = app.store
    control("/switches", {"retry_event_id": switch})
    add_hook(store, "hire_candidate")
    receiver.status = 500
    began = store.clock.now()
    control("/act", {"act": "hire", "candidate": "candidate1@people.example"})
    for _ in range(6):
        assert app.deliverer.wait_until_idle(5)
        control("/clock", {"to_next_attempt": True})
        control("/clock", {"advance_seconds": 1})
    assert app.deliverer.wait_until_idle(5)
    delivery = next(store.deliveries.rising())
    assert (delivery.state, len(receiver.requests)) == ("given up", 7)
    assert len(set(ids(receiver))) == different
    assert [attempt["event_id"] for attempt in delivery.attempts] == ids(receiver)
    waited = store.clock.now() - began
    assert timedelta(hours=15, minutes=16) <= waited < timedelta(hours=15, minutes=17)


def test_retry_pauses_can_be_randomised(
    control: Control, app: Sandbox, store: Store, receiver: Receiver
) -> None:
    control("/switches", {"retry_random_seconds": 30})
    add_hook(store, "hire_candidate")
    receiver.status = 500
    began = store.clock.now()
    control("/act", {"act": "hire", "candidate": "candidate1@people.example"})
    assert app.deliverer.wait_until_idle(5)
    due = next(store.deliveries.rising()).next_attempt_at
    assert due is not None
    assert timedelta(seconds=60) <= due - began < timedelta(seconds=95)


def test_a_delayed_delivery_is_held_like_any_other(
    control: Control, moves: Callable[[], None], receiver: Receiver, client: httpx2.Client
) -> None:
    control("/deliveries/hold", {})
    control("/webhook-faults", {"kind": "delay", "seconds": 0, "times": 4})
    moves()
    assert arrived(receiver) == []
    control("/deliveries/release", {"order": "newest"})
    assert arrived(receiver) == STAGES[::-1]


def test_a_delivered_event_is_not_retried(
    moves: Callable[[], None], receiver: Receiver, client: httpx2.Client, app: Sandbox
) -> None:
    moves()
    delivery = client.get("/_sandbox/deliveries").json()[0]
    answer = client.post(f"/_sandbox/deliveries/{delivery['id']}/retry")
    assert (answer.status_code, answer.json()) == (
        422,
        {"message": "It was delivered; redeliver sends it again."},
    )
    assert app.deliverer.wait_until_idle(5)
    assert len(receiver.requests) == len(STAGES)


@pytest.mark.parametrize(
    ("path", "kind", "field", "value", "limits"),
    [
        ("faults", "slow", "seconds", 1e300, "from 0 to 10000000"),
        ("faults", "fail", "times", 0, "of at least 1"),
        ("faults", "fail", "retry_after", -1, "from 0 to 10000000"),
        ("webhook-faults", "delay", "seconds", 1e300, "from 0 to 10000000"),
        ("webhook-faults", "duplicate", "copies", 1001, "from 0 to 1000"),
        ("webhook-faults", "drop", "times", 0, "of at least 1"),
    ],
)
def test_faults_with_impossible_numbers_are_refused(
    client: httpx2.Client, *, path: str, kind: str, field: str, value: float, limits: str
) -> None:
    answer = client.post(f"/_sandbox/{path}", json={"kind": kind, field: value})
    message = f"{field} must be a number {limits}, not {value!r}."
    assert (answer.status_code, answer.json()) == (422, {"message": message})


class Trickle(httpx2.SyncByteStream):
    """A response without an end."""

    def __iter__(self) -> Iterator[bytes]:
        while True:
            time.sleep(0.01)
            yield b"."


def test_a_response_without_an_end_times_out(one_app: Sandbox) -> None:
    transport = httpx2.MockTransport(lambda _: httpx2.Response(200, stream=Trickle()))
    one_app.reopen(http=httpx2.Client(transport=transport, timeout=0.1))
    hook = add_hook(one_app.store, "hire_candidate")
    assert one_app.deliverer.ping(hook) == (
        "The endpoint did not answer: ReadTimeout: the response did not end in time"
    )
    one_app.close()


def test_stopping_does_not_wait_for_deliveries_that_have_not_begun(one_app: Sandbox) -> None:
    begun: list[httpx2.Request] = []

    def slow(request: httpx2.Request) -> httpx2.Response:
        begun.append(request)
        time.sleep(0.3)
        return httpx2.Response(200)

    one_app.reopen(http=httpx2.Client(transport=httpx2.MockTransport(slow)))
    for _ in range(40):
        add_hook(one_app.store, "unhire_candidate")
    with one_app.store.lock:
        emit(one_app.store, "unhire_candidate", {})
    one_app.deliverer.wake()
    while not begun:
        time.sleep(0.01)
    one_app.close()
    assert len(begun) == WORKERS
    assert len(one_app.store.deliveries.by("state", PENDING)) == 40 - WORKERS
