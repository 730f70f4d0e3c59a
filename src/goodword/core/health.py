import logging
import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Self

import psycopg
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

from goodword.core import clock
from goodword.core.database import connection_settings, first_line, is_outage, quick_connection
from goodword.core.doctor import database, machine
from goodword.core.doctor.database import WORKER
from goodword.core.doctor.findings import DoctorFinding, State
from goodword.core.version import VERSION

log = logging.getLogger(__name__)
BEAT_SECONDS = 10.0
_BEAT = """
INSERT INTO core_heartbeat (program, seen_at) VALUES (%s, now())
ON CONFLICT (program) DO UPDATE SET seen_at = now()
"""
#: seconds, whatever the database does
ANSWER_WITHIN = 1.8
#: seconds for which a result is reused
GOOD_FOR = 1.0
#: areas whose counts cover all organisations, so that a single one doesn't see them
_OF_ALL = ("deliveries",)


class HeartbeatThread(threading.Thread):
    """Records heartbeats until it is stopped. At every heartbeat it calls `also` with the open connection; on an error
    that waiting won't fix, it calls `broken`."""

    def __init__(
        self,
        also: Callable[[psycopg.Connection], None] | None = None,
        *,
        broken: Callable[[], None] | None = None,
    ) -> None:
        super().__init__(name="heartbeat", daemon=True)
        self._also = also
        self._broken = broken
        self._over = threading.Event()
        self._connection: psycopg.Connection | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self.join(2 * BEAT_SECONDS)

    def run(self) -> None:
        lost = False
        while not self._over.is_set():
            try:
                self._beat()
            except psycopg.Error as error:
                self._close()
                if self._broken is not None and not is_outage(error):
                    self._broken()
                if not lost:
                    log.warning("No heartbeat: %s", first_line(error))
                    lost = True
                    continue  # perhaps only this connection was closed by the server
            else:
                if lost:
                    log.warning("Heartbeats have resumed")
                lost = False
            self._over.wait(BEAT_SECONDS)
        self._close()

    def _beat(self) -> None:
        if self._connection is None:
            self._connection = connect()
        self._connection.execute(_BEAT, [WORKER])
        if self._also is not None:
            self._also(self._connection)

    def _close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def connect(*, lock_timeout: int = 0) -> psycopg.Connection:
    """A connection with Django's settings, and with timeouts in case the network drops packets. `lock_timeout`:
    milliseconds; 0 for none."""
    given = connection_settings()
    options = f"{given.get('options', '')} -c statement_timeout=5000 -c lock_timeout={lock_timeout}".strip()
    limits = {"connect_timeout": 5, "tcp_user_timeout": 10_000, "options": options}
    return psycopg.connect(**given | limits, autocommit=True)


class Readiness:
    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._look: _Round | None = None
        self._logged: list[str] = []

    def failing(self) -> list[str]:
        with self._lock:
            look = self._look
            if look is None or look.is_old():
                look = self._look = _Round()
                look.start()
        found = look.within(ANSWER_WITHIN)
        with self._lock:
            if [finding.area for finding in found] != self._logged:
                self._logged = [finding.area for finding in found]
                for finding in found:
                    log.warning("Not ready: %s: %s %s", finding.area, finding.sentence, finding.remedy)
                if not found:
                    log.warning("Ready again")
        return [finding.area for finding in found]


class _Round(threading.Thread):
    def __init__(self) -> None:
        super().__init__(name="readiness", daemon=True)
        self._begun = time.monotonic()
        self._over = threading.Event()
        self._found: list[DoctorFinding] = []

    def is_old(self) -> bool:
        """Whether the result has expired. While a check is running it hasn't, so that checks don't pile up."""
        return self._over.is_set() and time.monotonic() - self._begun > GOOD_FOR

    def within(self, seconds: float) -> list[DoctorFinding]:
        left = self._begun + seconds - time.monotonic()
        if not self._over.wait(max(left, 0)):
            return [database.no_answer(timedelta(seconds=time.monotonic() - self._begun))]
        return self._found

    def run(self) -> None:
        try:
            with psycopg.connect(**quick_connection(), autocommit=True) as conn:
                self._found = broken_now(conn, now=clock.now())
        except psycopg.Error as error:
            self._found = [database.failure(error)]
        except Exception as error:  # the probe needs a response in any case
            log.exception("The installation could not be checked")
            self._found = [database.failure(error)]
        finally:
            connection.close()
            self._over.set()


def broken_now(conn: psycopg.Connection, *, now: datetime) -> list[DoctorFinding]:
    """The findings that make /readyz fail. Raises psycopg.Error if the database fails."""
    found = [*database.findings(conn, now=now, ready=True), *machine.disk()]
    return [finding for finding in found if finding.state is State.BROKEN]


def installation_problems(*, now: datetime) -> list[DoctorFinding]:
    """Return everything that is broken or needs attention, for a page of one organisation. Uses Django's connection.
    Leaves out deliveries, which that page shows for its own organisation."""
    try:
        connection.ensure_connection()
        found = [*database.findings(connection.connection, now=now, ready=True), *machine.disk()]
    except (psycopg.Error, DatabaseError) as error:
        found = [database.failure(error)]
    return [finding for finding in found if finding.state is not State.GOOD and finding.area not in _OF_ALL]


readiness = Readiness()


@require_safe
def health(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 - a view's signature
    return HttpResponse("ok", content_type="text/plain", headers={"Cache-Control": "no-store"})


@require_safe
def ready(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 - a view's signature
    """Return 200, or 503 with the names of the failing checks. Only the log says why."""
    failing = readiness.failing()
    status = HTTPStatus.SERVICE_UNAVAILABLE if failing else HTTPStatus.OK
    body = {"status": "failing" if failing else "ok", "failing": failing, "version": VERSION}
    answer = JsonResponse(body, status=status, headers={"Cache-Control": "no-store"})
    # Django would log an error for each failing probe; `Readiness` logs the reason once
    answer._has_been_logged = True  # type: ignore[attr-defined]  # noqa: SLF001 - Django has no setting for it
    return answer
