"""The endpoint for Greenhouse's webhooks: checks the signature, stores the body, responds. Nothing is processed here.

In a burst, most deliveries skip this view and are stored together, with the same result (intake.py). Endpoints and
their signing keys are cached for two seconds.
"""

import hmac
import json
import logging
import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Final

from django.db import DatabaseError
from django.db.models import F
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from goodword.core import clock, crypto, installation, telemetry
from goodword.core.compiled_queries import insert_once
from goodword.greenhouse.inbox import payload
from goodword.greenhouse.inbox.leases import wake_inbox_by_notify
from goodword.greenhouse.models import Connection, Delivery, WebhookSecret

log = logging.getLogger(__name__)
#: seconds after which one request refreshes a cached endpoint, and after which it expires
FRESH, KNOWN = 1.0, 2.0
MAX_ENDPOINTS: Final = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """`all_open` is False if a field key is missing. A signature that matches no key may then still be valid."""

    connection: Connection
    keys: list[str]
    all_open: bool


@dataclass(slots=True)
class _Seen:
    endpoint: Endpoint
    at: float
    is_renewed: bool = False


@dataclass(slots=True)
class _Memory:
    seen: dict[str, _Seen] = field(default_factory=dict)
    #: how often this process cleared the cache, so that what was read before isn't cached afterwards
    changes: int = 0
    #: until when nothing is cached, by the monotonic clock
    rests_until: float = 0.0
    lock: threading.Lock = field(default_factory=threading.Lock)


_memory = _Memory()


def changes() -> int:
    """Read this before `find_endpoint` and pass it to `remember`."""
    return _memory.changes


def remember(endpoint_key: str, endpoint: Endpoint, *, since: int) -> None:
    """Cache an endpoint, unless the cache was cleared since."""
    now = time.monotonic()
    with _memory.lock:
        if since != _memory.changes or now < _memory.rests_until:
            return
        if len(_memory.seen) >= MAX_ENDPOINTS:
            _memory.seen.clear()
        _memory.seen[endpoint_key] = _Seen(endpoint, now)


def known(endpoint_key: str) -> Endpoint | None:
    seen = _memory.seen.get(endpoint_key)
    return seen.endpoint if seen is not None and time.monotonic() - seen.at < KNOWN else None


def is_known(endpoint_key: str) -> bool:
    """Whether the endpoint is cached. Once after FRESH seconds this is False, so one request refreshes the cache."""
    seen = _memory.seen.get(endpoint_key)
    if seen is None:
        return False
    age = time.monotonic() - seen.at
    if age >= FRESH and not seen.is_renewed:
        seen.is_renewed = True
        return False
    return age < KNOWN


def forget(*, rest: float = 0.0) -> None:
    """Clear the cache. `rest`: seconds without caching."""
    with _memory.lock:
        _memory.changes += 1
        _memory.seen.clear()
        _memory.rests_until = max(_memory.rests_until, time.monotonic() + rest)


def find_endpoint(endpoint_key: str, *, now: datetime) -> Endpoint | None:
    rows = WebhookSecret.all_valid(now=now).filter(connection__endpoint_key=endpoint_key)
    secrets = rows.exclude(connection__state=Connection.State.DISCONNECTED).select_related("connection")
    keys = []
    for secret in secrets:
        try:
            keys.append(secret.reveal())
        except crypto.CannotOpen as error:
            log.error("The %s of %s cannot be decrypted: %s", secret, secret.connection, error)
    if not secrets:
        _memory.seen.pop(endpoint_key, None)
        return None
    return Endpoint(connection=secrets[0].connection, keys=keys, all_open=len(keys) == len(secrets))


_SIGNATURE_SCHEME = "sha256 "

#: how exact the time of the last event is, so that a burst of hundreds doesn't queue for one row
LAST_EVENT_PRECISION = timedelta(seconds=10)

EVENT_ID_LENGTH: Final = 200

RECEIVED: Final = "Received."

TEST_ACTION = "goodword_test"

#: longer bodies can't be test deliveries, so they needn't be parsed twice
_LONGEST_TEST = 300


@csrf_exempt
@require_POST
def receive(request: HttpRequest, endpoint_key: str) -> HttpResponse:
    """Store a delivery and respond. Greenhouse retries for 15 hours unless we respond with 200."""
    now = clock.now()
    since = changes()
    found = find_endpoint(endpoint_key, now=now)
    if found is None:
        return _answer("There is nothing here.", HTTPStatus.NOT_FOUND)
    if installation.shown_mode():
        return _answer("This is a copy, in which nothing is processed.", HTTPStatus.SERVICE_UNAVAILABLE)
    connection = found.connection
    telemetry.note(organisation=connection.organisation_id)
    body = request.body
    if not is_signed(body, header=request.headers.get("Signature", ""), keys=found.keys):
        if not found.all_open:
            return _answer("The signature cannot be checked now.", HTTPStatus.SERVICE_UNAVAILABLE)
        _count_refused(connection, now=now)
        return _answer("The signature does not match the body.", HTTPStatus.UNAUTHORIZED)
    if (answer := _answer_to_test(body)) is not None:
        return _answer(answer, HTTPStatus.OK)
    if store(connection, body=body, event_id=request.headers.get("Greenhouse-Event-ID", ""), now=now):
        _wake()
    remember(endpoint_key, found, since=since)
    return _answer(RECEIVED, HTTPStatus.OK)


def _wake() -> None:
    try:
        wake_inbox_by_notify()
    except DatabaseError:
        log.warning("The inbox could not be woken; the sweep will do it.", exc_info=True)


def _answer(text: str, status: HTTPStatus) -> HttpResponse:
    return HttpResponse(text, status=status, content_type="text/plain; charset=utf-8")


def is_signed(body: bytes, *, header: str, keys: Iterable[str]) -> bool:
    """Whether `Signature: sha256 <hex>` is an HMAC of the raw body with one of the keys. Compares in constant time."""
    if not header.startswith(_SIGNATURE_SCHEME):
        return False
    signature = header.removeprefix(_SIGNATURE_SCHEME).encode()
    matches = [hmac.compare_digest(signature, sign(body, key).encode()) for key in keys]
    return any(matches)


def sign(body: bytes, key: str) -> str:
    return hmac.digest(key.encode(), body, "sha256").hex()


def _count_refused(connection: Connection, *, now: datetime) -> None:
    Connection.objects.across_organisations().filter(pk=connection.pk).update(
        refused_count=F("refused_count") + 1, refused_at=now
    )


def store(connection: Connection, *, body: bytes, event_id: str, now: datetime) -> bool:
    """Store a signed delivery once per event id. Returns True if it is new and has to be processed. An unreadable one
    is stored as *failed*, an event that we don't follow as *handled*."""
    values: dict[str, object] = {
        "organisation_id": connection.organisation_id,
        "body": body,
        "received_at": now,
        "not_before": now,
    }
    failed = {"state": Delivery.State.FAILED, "handled_at": now}
    try:
        content = payload.read_payload(body)
    except payload.Malformed as error:
        values |= {"action": error.action, "outcome": str(error), **failed}
    except Exception as error:  # store it anyway, and answer Greenhouse
        log.exception("A delivery from %s could not be read", connection)
        outcome = f"Goodword could not read this delivery ({type(error).__name__})."
        values |= {"outcome": outcome, **failed}
    else:
        values |= {
            "action": content.action,
            "remote_application_id": content.application_id,
            "remote_candidate_id": content.candidate_id,
        }
        if outcome := payload.no_effect(content.action):
            values |= {"state": Delivery.State.HANDLED, "handled_at": now, "outcome": outcome}
    fresh = _insert(connection, event_id=event_id[:EVENT_ID_LENGTH], values=values)
    if connection.last_event_at is None or connection.last_event_at < now - LAST_EVENT_PRECISION:
        Connection.objects.across_organisations().filter(pk=connection.pk).update(last_event_at=now)
    return fresh and "state" not in values


def _insert(connection: Connection, *, event_id: str, values: dict[str, object]) -> bool:
    return insert_once(Delivery(connection=connection, event_id=event_id or None, **values))


# A test delivery that we send to our own endpoint shows that the public address leads here and that no proxy changes
# the body. It is signed like Greenhouse's, and not stored.


def test_delivery(nonce: str) -> bytes:
    return json.dumps({"action": TEST_ACTION, "payload": {"nonce": nonce}}).encode()


def expected_answer(nonce: str) -> str:
    return f"Received the test {nonce}."


def may_be_test(body: bytes) -> bool:
    return len(body) <= _LONGEST_TEST and TEST_ACTION.encode() in body


def _answer_to_test(signed_body: bytes) -> str | None:
    if not may_be_test(signed_body):
        return None
    try:
        data = json.loads(signed_body)
        nonce = data["payload"]["nonce"] if data["action"] == TEST_ACTION else None
    except (ValueError, LookupError, TypeError):
        return None
    return expected_answer(nonce) if isinstance(nonce, str) else None
