"""Is the installation well? Its parts, each looked at through one short-lived connection within two seconds.

One look at a time, and one a second at most: whoever asks meanwhile is told what the last one found.
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

#: seconds within which an answer is given, whatever the database does
WITHIN = 1.8
#: seconds for which one is good
GOOD_FOR = 1.0
#: milliseconds for one statement
_STATEMENT = 1_500
#: rows whose sorting does not fit into 64 kB, so that PostgreSQL writes about a megabyte to its disk
_SPILLED_ROWS = 40_000

DATABASE = "database"


@dataclass(frozen=True, slots=True)
class Part:
    """What is looked at: says what is wrong, for the log; empty if nothing is. Raises psycopg.Error."""

    name: str
    problem: Callable[[psycopg.Connection, datetime], str]


_registered: list[Part] = []


def register(name: str, *, problem: str, sql: str) -> None:
    """Add a part that is well while a query returns false. `sql` may use %(now)s; `problem` is for the log."""

    def look(line: psycopg.Connection, now: datetime) -> str:
        row = line.execute(sql, {"now": now}).fetchone()
        return problem if row and row[0] else ""

    _registered.append(Part(name, look))


class Readiness:
    """Keeps the last answer, and looks anew once it has aged."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._look: _Look | None = None
        self._said: list[str] = []

    def failing(self) -> list[str]:
        """The names of the parts that are not well, within two seconds."""
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
        """Whether its answer is no longer good. One that still hangs is waited for, so that they don't pile up."""
        return self._over.is_set() and time.monotonic() - self._begun > GOOD_FOR

    def within(self, seconds: float) -> list[tuple[str, str]]:
        """Each part that is not well, with what is wrong."""
        left = self._begun + seconds - time.monotonic()
        if not self._over.wait(max(left, 0)):
            return [(DATABASE, f"it has not answered for {time.monotonic() - self._begun:.0f} seconds")]
        return self._found

    def run(self) -> None:
        try:
            self._found = _look()
        except psycopg.Error as error:
            self._found = [(DATABASE, " ".join(str(error).split()))]
        except Exception as error:  # the border: a probe must be answered
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
    """Each part that is not well, with what is wrong. Raises psycopg.Error if the database is not."""
    _write(line)
    if missing := _missing_migrations(line):
        return [("migrations", f"{missing} are not applied; run `goodword migrate`")]
    parts = [Part("field_key", _field_key), Part("worker", _worker), *_registered]
    found = [(part.name, part.problem(line, now)) for part in parts]
    return [(name, problem) for name, problem in found if problem]


def _write(line: psycopg.Connection) -> None:
    """Write a row and commit it, and have the database write a megabyte that it throws away again.

    The row alone would fit into a page that is there already, on a disk that is full.
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
    """App and name of each migration of this version; read once, so that an upgrade on the disk changes nothing."""
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
        return "no worker was ever seen"
    return f"no worker was seen for {silence}" if silence > heartbeat.MISSING else ""


def _parameters() -> dict[str, Any]:
    given = {name: value for name, value in connector_params().items() if name != "pool"}
    options = f"{given.get('options', '')} -c statement_timeout={_STATEMENT}".strip()
    return given | {"connect_timeout": 2, "tcp_user_timeout": 2_000, "options": options}


readiness = Readiness()
