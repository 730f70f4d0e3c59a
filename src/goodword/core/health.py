import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from http import HTTPStatus
from typing import Any, Self

import psycopg
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.models import DurationField, ExpressionWrapper, F
from django.db.models.functions import Now
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe
from procrastinate.contrib.django.utils import connector_params

from goodword.core import clock, crypto
from goodword.core.database import first_line, is_outage
from goodword.core.models import Heartbeat

log = logging.getLogger(__name__)
WORKER = "worker"
#: seconds between two heartbeats
BEAT_SECONDS = 5.0
#: without a heartbeat for this long, pages say that no worker is running
SILENCE_LIMIT = timedelta(minutes=1)
_BEAT = """
INSERT INTO core_heartbeat (program, seen_at) VALUES (%s, now())
ON CONFLICT (program) DO UPDATE SET seen_at = now()
"""
#: seconds until an answer, whatever the database does
ANSWER_WITHIN = 1.8
#: seconds for which an answer is reused
GOOD_FOR = 1.0
#: milliseconds for one statement
_STATEMENT = 1_500
#: rows whose sorting does not fit into 64 kB, so that PostgreSQL writes about a megabyte to its disk
_SPILLED_ROWS = 40_000
DATABASE = "database"


def silent_for() -> timedelta | None:
    """Since the last heartbeat of any worker, by the database's clock: hosts' clocks differ, and the demo's moves."""
    silence = ExpressionWrapper(Now() - F("seen_at"), output_field=DurationField())
    found: timedelta | None = (
        Heartbeat.objects.filter(program=WORKER)
        .annotate(silence=silence)
        .values_list("silence", flat=True)
        .first()
    )
    return found


@dataclass(frozen=True, slots=True)
class MissingWorker:
    """No worker has run for `minutes`; None if none ever ran."""

    minutes: int | None


def missing_worker() -> MissingWorker | None:
    silence = silent_for()
    if silence is None:
        return MissingWorker(None)
    return MissingWorker(silence // timedelta(minutes=1)) if silence > SILENCE_LIMIT else None


class HeartbeatThread(threading.Thread):
    """Records heartbeats until stopped. `also` is called with the open connection at each one, `broken` for an error
    that waiting won't fix."""

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
                    continue  # the server may have closed only this connection
            else:
                if lost:
                    log.warning("The heartbeat goes on")
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


def connect() -> psycopg.Connection:
    """A connection with Django's settings, and timeouts for a network that drops packets."""
    given: dict[str, Any] = {name: value for name, value in connector_params().items() if name != "pool"}
    options = f"{given.get('options', '')} -c statement_timeout=5000".strip()
    limits = {"connect_timeout": 5, "tcp_user_timeout": 10_000, "options": options}
    return psycopg.connect(**given | limits, autocommit=True)


@dataclass(frozen=True, slots=True)
class HealthCheck:
    """Returns the problem, for the log; empty if there is none. Raises psycopg.Error."""

    name: str
    problem: Callable[[psycopg.Connection, datetime], str]


_registered: list[HealthCheck] = []


def register_check(name: str, *, problem: str, sql: str) -> None:
    """Add a check that passes while a query returns false. `sql` may use %(now)s; `problem` is for the log."""

    def look(line: psycopg.Connection, now: datetime) -> str:
        row = line.execute(sql, {"now": now}).fetchone()
        return problem if row and row[0] else ""

    _registered.append(HealthCheck(name, look))


class Readiness:
    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._look: _Round | None = None
        self._said: list[str] = []

    def failing(self) -> list[str]:
        with self._lock:
            look = self._look
            if look is None or look.is_old():
                look = self._look = _Round()
                look.start()
        found = look.within(ANSWER_WITHIN)
        with self._lock:
            if [name for name, _ in found] != self._said:
                self._said = [name for name, _ in found]
                for name, problem in found:
                    log.warning("Not ready: %s: %s", name, problem)
                if not found:
                    log.warning("Ready again")
        return [name for name, _ in found]


class _Round(threading.Thread):
    def __init__(self) -> None:
        super().__init__(name="readiness", daemon=True)
        self._begun = time.monotonic()
        self._over = threading.Event()
        self._found: list[tuple[str, str]] = []

    def is_old(self) -> bool:
        """Whether its answer is out of date. One still running is not, so that checks don't pile up."""
        return self._over.is_set() and time.monotonic() - self._begun > GOOD_FOR

    def within(self, seconds: float) -> list[tuple[str, str]]:
        left = self._begun + seconds - time.monotonic()
        if not self._over.wait(max(left, 0)):
            return [(DATABASE, f"it has not answered for {time.monotonic() - self._begun:.0f} seconds")]
        return self._found

    def run(self) -> None:
        try:
            self._found = _failing_now()
        except psycopg.Error as error:
            self._found = [(DATABASE, " ".join(str(error).split()))]
        except Exception as error:  # a probe must be answered
            log.exception("The installation could not be looked at")
            self._found = [(DATABASE, type(error).__name__)]
        finally:
            connection.close()
            self._over.set()


def _failing_now() -> list[tuple[str, str]]:
    now = clock.now()
    with psycopg.connect(**_quick_connection(), autocommit=True) as line:
        return failing_checks(line, now=now)


def failing_checks(line: psycopg.Connection, *, now: datetime) -> list[tuple[str, str]]:
    """Failing checks with their problems. Raises psycopg.Error if the database fails."""
    _write(line)
    if missing := _missing_migrations(line):
        return [("migrations", f"{missing} are not applied; run `goodword migrate`")]
    parts = [HealthCheck("field_key", _field_key), HealthCheck("worker", _worker), *_registered]
    found = [(part.name, part.problem(line, now)) for part in parts]
    return [(name, problem) for name, problem in found if problem]


def _write(line: psycopg.Connection) -> None:
    """Commit a row and write a megabyte of temporary data: a row alone could still fit on a full disk."""
    line.execute(
        "INSERT INTO core_heartbeat (program, seen_at) VALUES ('web', now()) "
        "ON CONFLICT (program) DO UPDATE SET seen_at = now()"
    )
    with line.transaction():
        line.execute("SET LOCAL work_mem = '64kB'")
        line.execute(
            "SELECT count(*) FROM (SELECT n FROM generate_series(1, %s) AS n ORDER BY md5(n::text)) AS sorted",
            [_SPILLED_ROWS],
        )


@cache
def known_migrations() -> frozenset[tuple[str, str]]:
    """App and name of each migration of this version; cached, so that an upgrade on disk has no effect."""
    return frozenset(MigrationLoader(None, ignore_no_migrations=True).disk_migrations)


def _missing_migrations(line: psycopg.Connection) -> int:
    return len(known_migrations() - set(line.execute("SELECT app, name FROM django_migrations").fetchall()))


def _field_key(line: psycopg.Connection, now: datetime) -> str:  # noqa: ARG001 - a part's signature
    return crypto.canary_problem(
        line.execute("SELECT key_id, sealed FROM core_fieldkeycanary ORDER BY id").fetchall()
    )


def _worker(line: psycopg.Connection, now: datetime) -> str:  # noqa: ARG001 - by the database's clock
    row = line.execute(
        "SELECT now() - max(seen_at) FROM core_heartbeat WHERE program = %s", [WORKER]
    ).fetchone()
    silence = row[0] if row else None
    if silence is None:
        return "no worker has run yet"
    return f"no heartbeat from a worker for {silence}" if silence > SILENCE_LIMIT else ""


def _quick_connection() -> dict[str, Any]:
    given = {name: value for name, value in connector_params().items() if name != "pool"}
    options = f"{given.get('options', '')} -c statement_timeout={_STATEMENT}".strip()
    return given | {"connect_timeout": 2, "tcp_user_timeout": 2_000, "options": options}


readiness = Readiness()


@require_safe
def health(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 - a view's signature
    return HttpResponse("ok", content_type="text/plain", headers={"Cache-Control": "no-store"})


@require_safe
def ready(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 - a view's signature
    """200, or 503 with the names of the failing checks; the reasons are in the log only."""
    failing = readiness.failing()
    status = HTTPStatus.SERVICE_UNAVAILABLE if failing else HTTPStatus.OK
    said = {"status": "failing" if failing else "ok", "failing": failing}
    return JsonResponse(said, status=status, headers={"Cache-Control": "no-store"})
