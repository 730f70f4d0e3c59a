"""Stores deliveries that arrive together in one INSERT (core.group_commit). The view takes all others."""

import logging
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import psycopg
from django.conf import settings
from django.db import close_old_connections, connection

from goodword.core import clock
from goodword.core.database import quick_connection
from goodword.core.group_commit import Arrived
from goodword.greenhouse.inbox import endpoint, payload
from goodword.greenhouse.inbox.endpoint import EVENT_ID_LENGTH, RECEIVED, is_signed, may_be_test
from goodword.greenhouse.inbox.leases import wake_inbox_by_notify

log = logging.getLogger(__name__)

WAKE_EVERY: Final = 0.05
#: milliseconds for one INSERT. After that the view takes the request, since it may wait longer.
INSERT_MILLISECONDS: Final = 3_000
#: seconds after a failure for which the view takes all requests
REST_SECONDS: Final = 3.0

_INSERT = """
INSERT INTO greenhouse_delivery (
    organisation_id, connection_id, event_id, action, body, remote_application_id, remote_candidate_id,
    outcome, state, handled_at, attempts, faults, received_at, not_before, caused
)
SELECT organisation_id, connection_id, nullif(event_id, ''), action, body, nullif(application, 0), nullif(candidate, 0),
    outcome, CASE outcome WHEN '' THEN 'received' ELSE 'handled' END,
    CASE WHEN outcome <> '' THEN %(now)s::timestamptz END,
    0, 0, %(now)s::timestamptz, %(now)s::timestamptz, '[]'
FROM unnest(
    %(organisations)s::bigint[], %(connections)s::bigint[], %(event_ids)s::text[], %(actions)s::text[],
    %(bodies)b::bytea[], %(applications)s::bigint[], %(candidates)s::bigint[],
    %(outcomes)s::text[]
) AS arrived (organisation_id, connection_id, event_id, action, body, application, candidate, outcome)
ON CONFLICT (connection_id, event_id) DO NOTHING
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    organisation_id: int
    connection_id: int
    event_id: str
    action: str
    body: bytes
    application: int
    candidate: int
    outcome: str


class Deliveries:
    """An `Intake`. All methods but `takes` run in the committer's thread."""

    prefix = "/hooks/greenhouse/"
    text = RECEIVED

    def __init__(self) -> None:
        self._line: psycopg.Connection | None = None
        self._waker = Waker(wake_from_thread)

    def takes(self, path: str) -> bool:
        return endpoint.is_known(_key(path))

    def store(self, arrived: Sequence[Arrived]) -> Sequence[Mapping[str, Any] | None]:
        read = [_read(request) for request in arrived]
        if rows := [row for row in read if row is not None]:
            self._insert(rows)
        return [None if row is None else {"organisation": row.organisation_id} for row in read]

    def failed(self) -> None:
        endpoint.forget(rest=REST_SECONDS)
        self._hang_up()

    def idle(self) -> None:
        self._hang_up()

    def close(self) -> None:
        self._waker.stop()
        self._hang_up()

    def _insert(self, rows: Sequence[_Row]) -> None:
        if self._line is None:
            threshold = 0 if settings.GOODWORD_PREPARED_STATEMENTS else None
            wanted = quick_connection(milliseconds=INSERT_MILLISECONDS) | {"prepare_threshold": threshold}
            self._line = psycopg.connect(**wanted, autocommit=True)
        values = {
            "organisations": _array(row.organisation_id for row in rows),
            "connections": _array(row.connection_id for row in rows),
            "event_ids": [row.event_id for row in rows],
            "actions": [row.action for row in rows],
            "bodies": [row.body for row in rows],
            "applications": _array(row.application for row in rows),
            "candidates": _array(row.candidate for row in rows),
            "outcomes": [row.outcome for row in rows],
            "now": clock.now(),
        }
        if self._line.execute(_INSERT, values).rowcount and any(not row.outcome for row in rows):
            self._waker.wake_soon()

    def _hang_up(self) -> None:
        line, self._line = self._line, None
        if line is not None:
            line.close()


def _key(path: str) -> str:
    return path.removeprefix(Deliveries.prefix).removesuffix("/")


def _array(numbers: Any) -> str:
    return "{" + ",".join(map(str, numbers)) + "}"


def _read(arrived: Arrived) -> _Row | None:
    found, body = endpoint.known(_key(arrived.path)), arrived.body
    if found is None or may_be_test(body):
        return None
    if not is_signed(body, header=arrived.headers.get("SIGNATURE", ""), keys=found.keys):
        return None
    try:
        content = payload.read_payload(body)
    except Exception:  # noqa: BLE001 - the view stores it as failed
        return None
    return _Row(
        organisation_id=found.connection.organisation_id,
        connection_id=found.connection.pk,
        event_id=arrived.headers.get("GREENHOUSE_EVENT_ID", "")[:EVENT_ID_LENGTH],
        action=content.action,
        body=body,
        application=content.application_id or 0,
        candidate=content.candidate_id or 0,
        outcome=payload.no_effect(content.action),
    )


class Waker:
    """Calls `wake` in a thread: at once, then at most every WAKE_EVERY seconds, but always after the last request."""

    def __init__(self, wake: Callable[[], object]) -> None:
        self._wake = wake
        self._changed = threading.Event()
        self._is_wanted = self._is_over = False
        self._thread = threading.Thread(target=self._run, name="inbox waker", daemon=True)
        self._thread.start()

    def wake_soon(self) -> None:
        self._is_wanted = True
        self._changed.set()

    def stop(self, *, timeout: float = 2.0) -> None:
        self._is_over = True
        self._changed.set()
        self._thread.join(timeout)

    def _run(self) -> None:
        while not self._is_over or self._is_wanted:
            self._changed.wait()
            self._changed.clear()
            if self._is_wanted:
                self._is_wanted = False
                self._wake()
                time.sleep(WAKE_EVERY)


def wake_from_thread() -> None:
    """Wake the inbox. If this fails, the sweep does it."""
    close_old_connections()
    try:
        wake_inbox_by_notify()
    except Exception:  # the thread must go on
        log.warning("The inbox could not be woken; the sweep will do it.", exc_info=True)
    finally:
        connection.close()
