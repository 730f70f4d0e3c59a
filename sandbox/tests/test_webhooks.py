"""Webhooks: bodies, signatures, retries, and a delivery over a real socket."""

import hashlib
import json
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import httpx2
import pytest

from greenhouse_sandbox.app import create_app
from greenhouse_sandbox.context import Sandbox
from greenhouse_sandbox.store import Store
from greenhouse_sandbox.store.webhooks import EVENTS
from greenhouse_sandbox.webhooks.delivery import body_text, signature
from helpers import SECRET, Receiver, add_hook


def plain_hmac(key: bytes, message: bytes) -> str:
    """HMAC-SHA256 written out from its definition (RFC 2104), independent of the sandbox's signer."""
    key = key.ljust(64, b"\0")
    inner = hashlib.sha256(bytes(byte ^ 0x36 for byte in key) + message).digest()
    return hashlib.sha256(bytes(byte ^ 0x5C for byte in key) + inner).hexdigest()


def test_bodies_are_ascii_without_angle_brackets() -> None:
    text = body_text("x", {"name": "Zoë <b> & 🌻"})
    assert text == '{"action":"x","payload":{"name":"Zo\\u00eb \\u003cb\\u003e \\u0026 \\ud83c\\udf3b"}}'
    assert json.loads(text)["payload"]["name"] == "Zoë <b> & 🌻"


def test_signature_format() -> None:
    body = b'{"action":"x"}'
    assert signature(body, SECRET) == f"sha256 {plain_hmac(SECRET.encode(), body)}"


@pytest.fixture
def sent(
    app: Sandbox, store: Store, receiver: Receiver, v3: httpx2.Client
) -> Callable[[str, dict[str, Any] | None], dict[str, Any]]:
    """Changes Zoë's application and returns the body of the delivery."""
    for action in EVENTS:
        add_hook(store, action)
    zoe = next(candidate for candidate in store.candidates.rising() if candidate.first_name == "Zoë")
    application = store.applications.by("candidate_id", zoe.id)[0]

    def act(path: str, body: dict[str, Any] | None) -> dict[str, Any]:
        answer = v3.post(f"/v3/applications/{application.id}/{path}", json=body)
        assert answer.status_code == 204, answer.text
        assert app.deliverer.wait_until_idle(5)
        payload: dict[str, Any] = json.loads(receiver.requests[-1].content)
        return payload

    return act


def test_a_stage_change_has_the_new_stage(
    sent: Callable[[str, dict[str, Any] | None], dict[str, Any]], store: Store
) -> None:
    zoe = next(candidate for candidate in store.candidates.rising() if candidate.first_name == "Zoë")
    application = store.applications.by("candidate_id", zoe.id)[0]
    body = sent("move", {"from_stage_id": application.stage_id})
    told = body["payload"]["application"]
    assert list(told) == [
        "id", "rejected_at", "prospect", "status", "applied_at", "last_activity_at", "url", "source", "credited_to",
        "rejection_reason", "rejection_details", "current_stage", "custom_fields", "candidate", "jobs",
    ]  # fmt: skip
    row = store.application_stages[application.stage_id or 0]
    assert (told["current_stage"]["id"], told["current_stage"]["name"]) == (
        row.job_stage_id,
        "Take Home Test",
    )
    assert told["current_stage"]["interviews"][0]["status"] == "to_be_scheduled"
    assert (told["status"], told["candidate"]["last_name"]) == ("active", "Nguyễn 🌻")
    assert told["candidate"]["phone_numbers"][0]["type"] == "mobile "
    assert told["url"] == f"http://sandbox.example/people/{zoe.id}?application_id={application.id}"


def test_a_hire_has_no_status_or_stage_but_job_and_jobs(
    sent: Callable[[str, dict[str, Any] | None], dict[str, Any]],
) -> None:
    told = sent("hire", None)["payload"]["application"]
    assert told.keys().isdisjoint({"status", "current_stage"})
    assert told["job"]["id"] == told["jobs"][0]["id"]
    assert "public_name" in told["source"]


def test_a_rejection_has_its_reason(
    sent: Callable[[str, dict[str, Any] | None], dict[str, Any]], store: Store
) -> None:
    reason = next(store.rejection_reasons.rising())
    told = sent("reject", {"rejection_reason_id": reason.id})["payload"]["application"]
    assert (told["status"], told["rejection_reason"]["id"], told["rejected_at"][-1]) == (
        "rejected",
        reason.id,
        "Z",
    )


def test_a_failed_delivery_is_tried_seven_times_over_fifteen_hours(
    app: Sandbox, store: Store, receiver: Receiver, v3: httpx2.Client
) -> None:
    add_hook(store, "hire_candidate")
    receiver.status = 202
    application = next(
        one for one in store.applications.rising() if one.status == "in_process" and one.job_id
    )
    v3.post(f"/v3/applications/{application.id}/hire")
    assert app.deliverer.wait_until_idle(5)
    delivery = next(store.deliveries.rising())
    for tried, minutes in enumerate((1, 15, 60, 120, 240, 480), start=1):
        assert (len(delivery.attempts), delivery.state) == (tried, "pending")
        assert delivery.next_attempt_at is not None
        store.clock.set(delivery.next_attempt_at - timedelta(seconds=5))
        assert app.deliverer.wait_until_idle(5)
        assert len(delivery.attempts) == tried
        store.clock.advance(timedelta(seconds=6))
        assert app.deliverer.wait_until_idle(5)
        assert minutes
    assert (len(delivery.attempts), delivery.state) == (7, "given up")
    assert len({request.headers["Greenhouse-Event-ID"] for request in receiver.requests}) == 1


def test_a_successful_retry_ends_the_attempts(
    app: Sandbox, store: Store, receiver: Receiver, v3: httpx2.Client
) -> None:
    add_hook(store, "hire_candidate")
    receiver.status = 500
    application = next(
        one for one in store.applications.rising() if one.status == "in_process" and one.job_id
    )
    v3.post(f"/v3/applications/{application.id}/hire")
    assert app.deliverer.wait_until_idle(5)
    receiver.status = 200
    store.clock.advance(timedelta(minutes=2))
    assert app.deliverer.wait_until_idle(5)
    delivery = next(store.deliveries.rising())
    assert ([attempt["status"] for attempt in delivery.attempts], delivery.state) == ([500, 200], "delivered")


def test_a_merge_looks_like_a_deletion_without_a_merge_webhook(
    app: Sandbox, store: Store, receiver: Receiver, client: httpx2.Client
) -> None:
    add_hook(store, "delete_candidate")
    one, two = [candidate.id for candidate in store.candidates.rising()][:2]
    client.post(f"/people/{one}/merge", data={"into_candidate_id": str(two)})
    assert app.deliverer.wait_until_idle(5)
    body = json.loads(receiver.requests[-1].content)
    assert (body["action"], body["payload"]["person"]["deleted_application_ids"]) == ("delete_candidate", [])


@pytest.fixture
def listener() -> Iterator[tuple[str, list[tuple[dict[str, str], bytes]]]]:
    """A small server on a real socket: its URL and the requests it received."""
    got: list[tuple[dict[str, str], bytes]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            raw = self.rfile.read(int(self.headers["Content-Length"]))
            got.append((dict(self.headers.items()), raw))
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  (the base class's name)
            """Log nothing."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/hook", got
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.programs
def test_a_delivery_over_a_real_socket_is_signed_over_its_raw_body(
    listener: tuple[str, list[tuple[dict[str, str], bytes]]],
) -> None:
    url, got = listener
    app = create_app()
    try:
        with httpx2.Client(transport=httpx2.WSGITransport(app=app), base_url="http://localhost") as client:
            form = {
                "name": "Hook",
                "action": "candidate_stage_change",
                "endpoint_url": url,
                "secret_key": SECRET,
            }
            client.post("/configure/dev_center/web_hooks/new", data=form)
            candidate = next(one for one in app.store.candidates.rising() if one.first_name == "Łukasz")
            application = app.store.applications.by("candidate_id", candidate.id)[0]
            stage = next(
                job_stage
                for job_stage in app.store.job_stages.by("job_id", application.job_id)
                if job_stage.name == "Assessment"
            )
            client.post(f"/applications/{application.id}/move", data={"stage_id": str(stage.id)})
        assert app.deliverer.wait_until_idle(5)
    finally:
        app.close()
    assert [json.loads(raw)["action"] for _, raw in got] == ["ping", "candidate_stage_change"]
    for headers, raw in got:
        assert headers["Signature"] == f"sha256 {plain_hmac(SECRET.encode(), raw)}"
        assert raw.isascii()
        assert headers["Content-Type"] == "application/json"
    assert got[0][0]["Greenhouse-Event-ID"] != got[1][0]["Greenhouse-Event-ID"]
    assert json.loads(got[1][1])["payload"]["application"]["candidate"]["first_name"] == "Łukasz"
