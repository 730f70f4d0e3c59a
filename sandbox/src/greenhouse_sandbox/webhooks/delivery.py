"""Signs, sends and retries deliveries in threads, at Greenhouse's intervals and with injected faults."""

import hashlib
import hmac
import json
import random
import ssl
import threading
import time
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2

from greenhouse_sandbox.clock import milliseconds
from greenhouse_sandbox.store import Store
from greenhouse_sandbox.store.webhooks import (
    DELIVERED,
    DROPPED,
    GIVEN_UP,
    HELD,
    PENDING,
    PING,
    Delivery,
    HookFault,
    Webhook,
)
from greenhouse_sandbox.webhooks.payloads import ping_payload

#: Pauses between the seven attempts (documented). With the switch `retry_random_seconds` (30 in Greenhouse, 0 by
#: default), each pause is longer by up to that many random seconds times the number of the attempt.
RETRY_MINUTES = (1, 15, 60, 120, 240, 480)
TIMEOUT_SECONDS = 10.0
WRONG_KEY = "not the secret key of any web hook"
WORKERS = 4


def body_text(action: str, payload: dict[str, Any]) -> str:
    """The JSON as sent: non-ASCII characters and `<`, `>`, `&` are escaped as `\\uXXXX`."""
    text = json.dumps({"action": action, "payload": payload}, ensure_ascii=True, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def signature(body: bytes, secret_key: str) -> str:
    """The `Signature` header: the word sha256, a space, the HMAC of the raw body in hex."""
    digest = hmac.new(secret_key.encode(), body, hashlib.sha256).hexdigest()
    return f"sha256 {digest}"


def apply_fault(store: Store, delivery: Delivery, now: datetime) -> None:
    """Apply the fault for a new delivery, if there is one."""
    fault = store.hook_faults.take(delivery.action, delivery.webhook_id)
    if fault is None:
        return
    delivery.fault = fault.kind
    match fault.kind:
        case "drop":
            delivery.state, delivery.next_attempt_at = DROPPED, None
        case "duplicate":
            _duplicate(store, delivery, fault)
        case "delay" if delivery.state == PENDING:
            delivery.next_attempt_at = now + timedelta(seconds=fault.seconds)
        case "reorder":
            _collect(store, delivery, fault, now)
        case "corrupt_signature":
            delivery.corrupt_attempts = fault.attempts
        case "garble":
            delivery.body = delivery.body[: len(delivery.body) // 2]
    store.deliveries.changed(delivery, now)


def send_collected(store: Store, delivery_ids: list[int], now: datetime) -> None:
    """Send the deliveries one by one, in this order."""
    before: int | None = None
    for delivery_id in delivery_ids:
        delivery = store.deliveries.get(delivery_id)
        if delivery is None or delivery.state != HELD:
            continue
        delivery.after_id, before = before, delivery.id
        if not store.hold_deliveries:
            delivery.state, delivery.next_attempt_at = PENDING, now
        store.deliveries.changed(delivery, now)


def _duplicate(store: Store, delivery: Delivery, fault: HookFault) -> None:
    for _ in range(int(fault.copies)):
        store.deliveries.insert(
            replace(
                delivery,
                id=store.deliveries.new_id(),
                event_id=str(uuid.uuid4()) if fault.new_event_id else delivery.event_id,
                attempts=[],
                copy_of_id=delivery.id,
            )
        )


def _collect(store: Store, delivery: Delivery, fault: HookFault, now: datetime) -> None:
    delivery.state, delivery.next_attempt_at = HELD, None
    store.deliveries.changed(delivery, now)
    fault.collected.append(delivery.id)
    if fault.times <= 0:
        order = list(fault.collected)
        random.Random(fault.random).shuffle(order)  # noqa: S311  (a shuffle that can be repeated, no secret)
        send_collected(store, order, now)


class Deliverer:
    """Delivers by the sandbox's clock. Only a 200 counts as success."""

    def __init__(self, store: Store, client: httpx2.Client | None, changed: Callable[[], None]) -> None:
        self._store = store
        self._client = client
        self._changed = changed
        self._wake = threading.Event()
        self._stopped = threading.Event()
        self._in_flight: set[int] = set()
        self._thread: threading.Thread | None = None
        self._pool: ThreadPoolExecutor | None = None

    def wake(self) -> None:
        with self._store.lock:
            if self._thread is None and self._store.deliveries.by("state", PENDING):
                self._pool = ThreadPoolExecutor(WORKERS, thread_name_prefix="sandbox-webhook")
                self._thread = threading.Thread(target=self._run, name="sandbox-deliverer", daemon=True)
                self._thread.start()
        self._wake.set()

    def close(self) -> None:
        self._stopped.set()
        self._wake.set()
        if self._thread is not None:
            self._thread.join()
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=True)
        if self._client is not None:
            self._client.close()

    def ping(self, hook: Webhook) -> str | None:
        """Ping an endpoint. Returns None if it answered 200, else a message."""
        body = body_text(PING, ping_payload(hook))
        status, error = self._post(hook, body, str(uuid.uuid4()), hook.secret_key)
        if status == 200:
            return None
        return (
            f"The endpoint answered {status}, not 200." if status else f"The endpoint did not answer: {error}"
        )

    def deliver_now(self, delivery_id: int) -> None:
        """Make one attempt before returning. Don't hold the store's lock."""
        self._attempt(delivery_id)

    def idle(self) -> bool:
        with self._store.lock:
            return not self._in_flight and not self._due(self._store.clock.now())

    def wait_until_idle(self, timeout_seconds: float) -> bool:
        """Wait until no delivery is due or in progress. Returns False after a time-out. Don't hold the store's lock."""
        end = time.monotonic() + timeout_seconds
        self.wake()
        while not self.idle():
            if time.monotonic() > end:
                return False
            time.sleep(0.01)
        return True

    def _run(self) -> None:
        while not self._stopped.is_set():
            self._wake.clear()
            for delivery_id in self._claim():
                if self._pool is not None:
                    self._pool.submit(self._attempt_claimed, delivery_id)
            self._wake.wait(1.0)

    def next_attempt_at(self) -> datetime | None:
        """Return when the next attempt is due; None if none is waiting."""
        with self._store.lock:
            pending = self._store.deliveries.by("state", PENDING)
            return min(
                (delivery.next_attempt_at for delivery in pending if delivery.next_attempt_at), default=None
            )

    def _due(self, now: datetime) -> list[Delivery]:
        pending = self._store.deliveries.by("state", PENDING)
        return [
            delivery
            for delivery in pending
            if delivery.id not in self._in_flight
            and delivery.next_attempt_at
            and delivery.next_attempt_at <= now
            and not self._waits_for_another(delivery)
        ]

    def _waits_for_another(self, delivery: Delivery) -> bool:
        before = self._store.deliveries.get(delivery.after_id)
        return before is not None and before.state == PENDING and not before.attempts

    def _claim(self) -> list[int]:
        with self._store.lock:
            due = [delivery.id for delivery in self._due(self._store.clock.now())]
            self._in_flight.update(due)
            return due

    def _attempt_claimed(self, delivery_id: int) -> None:
        try:
            self._attempt(delivery_id)
        finally:
            with self._store.lock:
                self._in_flight.discard(delivery_id)
            self._wake.set()

    def _attempt(self, delivery_id: int) -> None:
        with self._store.lock:
            delivery = self._store.deliveries.get(delivery_id)
            hook = self._store.webhooks.get(delivery.webhook_id) if delivery else None
        if delivery is None:
            return
        if hook is None:
            self._settle(
                delivery, {"status": None, "error": "The web hook was deleted.", "milliseconds": 0}, True
            )
            return
        corrupt = len(delivery.attempts) < delivery.corrupt_attempts
        key = WRONG_KEY if corrupt else hook.secret_key
        started = time.monotonic()
        status, error = self._post(hook, delivery.body, delivery.event_id, key)
        took = round((time.monotonic() - started) * 1000)
        self._settle(delivery, {"status": status, "error": error, "milliseconds": took}, False)

    def _settle(self, delivery: Delivery, outcome: dict[str, Any], final: bool) -> None:
        with self._store.lock:
            if self._store.deliveries.get(delivery.id) is not delivery:
                return
            now = self._store.clock.now()
            delivery.attempts.append({"at": milliseconds(now), "event_id": delivery.event_id, **outcome})
            tried = len(delivery.attempts)
            delivery.next_attempt_at = None
            if outcome["status"] == 200:
                delivery.state = DELIVERED
            elif final or tried > len(RETRY_MINUTES):
                delivery.state = GIVEN_UP
            else:
                delivery.state = PENDING
                delivery.next_attempt_at = now + self._pause(tried)
                if self._store.switches["retry_event_id"] == "new":
                    delivery.event_id = str(uuid.uuid4())
            self._store.deliveries.changed(delivery, now)
        self._changed()

    def _pause(self, tried: int) -> timedelta:
        spread = self._store.switches["retry_random_seconds"]
        return timedelta(minutes=RETRY_MINUTES[tried - 1], seconds=random.random() * spread * tried)  # noqa: S311

    def _post(self, hook: Webhook, body: str, event_id: str, key: str) -> tuple[int | None, str | None]:
        raw = body.encode("ascii")
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "Greenhouse sandbox",
            "Signature": signature(raw, key),
            "Greenhouse-Event-ID": event_id,
        }
        client = self._http()
        end = time.monotonic() + (client.timeout.read or TIMEOUT_SECONDS)
        try:
            with client.stream("POST", hook.endpoint_url, content=raw, headers=headers) as answer:
                for _ in answer.iter_bytes():
                    if time.monotonic() > end:
                        return None, "ReadTimeout: the response did not end in time"
        except (httpx2.HTTPError, httpx2.InvalidURL, ValueError) as error:
            # ValueError: an address turned out to be invalid only when used.
            return None, f"{type(error).__name__}: {error}"
        return answer.status_code, None

    def _http(self) -> httpx2.Client:
        with self._store.lock:
            if self._client is None:
                self._client = make_client()
            return self._client


def make_client(authority: Path | None = None) -> httpx2.Client:
    """Create a client that trusts `authority` (a PEM file) besides the system's authorities. Raises ValueError if that
    can't be used."""
    trust = ssl.create_default_context()
    if authority is not None:
        try:
            trust.load_verify_locations(authority)
        except OSError as error:  # including ssl.SSLError
            raise ValueError(f"{authority} cannot be used: {error.strerror or error}.") from error
    return httpx2.Client(timeout=TIMEOUT_SECONDS, follow_redirects=False, trust_env=False, verify=trust)
