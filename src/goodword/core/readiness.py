"""Readiness checks of the installation, run over one short-lived connection within two seconds.

They run one at a time and at most once a second; requests in between get the last result.
"""

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

import psycopg
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from procrastinate.contrib.django.utils import connector_params

from goodword.core import clock, field_keys, heartbeat

log = logging.getLogger(__name__)

#: seconds until an answer, whatever the database does
WITHIN = 1.8
#: seconds for which an answer is reused
GOOD_FOR = 1.0
#: milliseconds for one statement
_STATEMENT = 1_500
#: rows whose sorting does not fit into 64 kB, so that PostgreSQL writes about a megabyte to its disk
_SPILLED_ROWS = 40_000

DATABASE = "database"


@dataclass(frozen=True, slots=True)
class Part:
    """A check: returns the problem, for the log; empty if there is none. Raises psycopg.Error."""

    name: str
    problem: Callable[[psycopg.Connection, datetime], str]


_registered: list[Part] = []


def register(name: str, *, problem: str, sql: str) -> None:
    """Add a check that passes while a query returns false. `sql` may use %(now)s; `problem` is for the log."""

    def look(line: psycopg.Connection, now: datetime) -> str:
        row = line.execute(sql, {"now": now}).fetchone()
        return problem if row and row[0] else ""

    _registered.append(Part(name, look))


class Readiness:
    """Keeps the last answer until it is out of date."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._look: _Look | None = None
        self._said: list[str] = []

    def failing(self) -> list[str]:
        """The names of the failing checks, within two seconds."""
        with self._lock:
            look = self._look
            if look is None or look.is_old():
                look = self._look = _Look()
                look.start()
        found = look.within(WITHIN)
        with self._lock:
            if [name for name, _ in found] != self._said:
                self._said = [name for name, _ in found]
                for name, problem in found:
                    log.warning("Not ready: %s: %s", name, problem)
                if not found:
                    log.warning("Ready again")
        return [name for name, _ in found]


class _Look(threading.Thread):
    def __init__(self) -> None:
        super().__init__(name="readiness", daemon=True)
        self._begun = time.monotonic()
        self._over = threading.Event()
        self._found: list[tuple[str, str]] = []

    def is_old(self) -> bool:
        """Whether its answer is out of date. One still running is not, so that checks don't pile up."""
        return self._over.is_set() and time.monotonic() - self._begun > GOOD_FOR

    def within(self, seconds: float) -> list[tuple[str, str]]:
        """Failing checks with their problems."""
        left = self._begun + seconds - time.monotonic()
        if not self._over.wait(max(left, 0)):
            return [(DATABASE, f"it has not answered for {time.monotonic() - self._begun:.0f} seconds")]
        return self._found

    def run(self) -> None:
        try:
            self._found = _look()
        except psycopg.Error as error:
            self._found = [(DATABASE, " ".join(str(error).split()))]
        except Exception as error:  # a probe must be answered
            log.exception("The installation could not be looked at")
            self._found = [(DATABASE, type(error).__name__)]
        finally:
            connection.close()
            self._over.set()


def _look() -> list[tuple[str, str]]:
    now = clock.now()
    with psycopg.connect(**_parameters(), autocommit=True) as line:
        return look_at(line, now=now)


def look_at(line: psycopg.Connection, *, now: datetime) -> list[tuple[str, str]]:
    """Failing checks with their problems. Raises psycopg.Error if the database fails."""
    _write(line)
    if missing := _missing_migrations(line):
        return [("migrations", f"{missing} are not applied; run `goodword migrate`")]
    parts = [Part("field_key", _field_key), Part("worker", _worker), *_registered]
    found = [(part.name, part.problem(line, now)) for part in parts]
    return [(name, problem) for name, problem in found if problem]


def _write(line: psycopg.Connection) -> None:
    """Commit a row, and make the database write a megabyte of temporary data.

    On a full disk the row alone could still fit into an existing page.
    """
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
def migrations() -> frozenset[tuple[str, str]]:
    """App and name of each migration of this version; cached, so that an upgrade on disk has no effect."""
    return frozenset(MigrationLoader(None, ignore_no_migrations=True).disk_migrations)


def _missing_migrations(line: psycopg.Connection) -> int:
    return len(migrations() - set(line.execute("SELECT app, name FROM django_migrations").fetchall()))


def _field_key(line: psycopg.Connection, now: datetime) -> str:  # noqa: ARG001 - a part's signature
    return field_keys.misfit_of(
        line.execute("SELECT key_id, sealed FROM core_fieldkeycanary ORDER BY id").fetchall()
    )


def _worker(line: psycopg.Connection, now: datetime) -> str:  # noqa: ARG001 - by the database's clock
    row = line.execute(
        "SELECT now() - max(seen_at) FROM core_heartbeat WHERE program = %s", [heartbeat.WORKER]
    ).fetchone()
    silence = row[0] if row else None
    if silence is None:
        return "no worker has run yet"
    return f"no heartbeat from a worker for {silence}" if silence > heartbeat.MISSING else ""


def _parameters() -> dict[str, Any]:
    given = {name: value for name, value in connector_params().items() if name != "pool"}
    options = f"{given.get('options', '')} -c statement_timeout={_STATEMENT}".strip()
    return given | {"connect_timeout": 2, "tcp_user_timeout": 2_000, "options": options}


readiness = Readiness()
