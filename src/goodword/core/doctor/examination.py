"""Runs all checks in parallel, each in its own thread, so that they can't delay or break each other."""

import logging
import os
import threading
import time
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Final

import psycopg
from django.db import connections

from goodword.core import clock, health
from goodword.core.doctor import database, machine, proxy
from goodword.core.doctor.findings import (
    DoctorCheck,
    DoctorFinding,
    State,
    attention,
    broken,
    checks,
    duration,
)

SECONDS: Final = 20.0
log = logging.getLogger(__name__)


def examine(*, now: Callable[[], datetime], embedded_problem: str = "") -> list[DoctorFinding]:
    """Run all checks. `embedded_problem`: why the embedded database can't be used, if that is already known."""
    own = [
        DoctorCheck("settings", lambda _: [machine.setting_names(os.environ)]),
        DoctorCheck("disk", machine.disk),
        DoctorCheck("static_files", machine.static_files),
        DoctorCheck("virus_scanner", machine.virus_scanner),
        DoctorCheck(database.DATABASE, lambda _: _database(now, embedded_problem)),
        DoctorCheck(proxy.AREA, proxy.proxy),
    ]
    return run([*own, *checks], now=now)


def run(
    wanted: Sequence[DoctorCheck], *, now: Callable[[], datetime], seconds: float = SECONDS
) -> list[DoctorFinding]:
    """Return the findings in the order of the checks. Checks that use the database wait for the database check."""
    ends = time.monotonic() + seconds
    running = [_Run(check, now, seconds) for check in wanted]
    for thread in running:
        if not thread.check.uses_database:
            thread.start()
    works = all(
        finding.state is not State.BROKEN
        for thread in running
        if thread.check.area == database.DATABASE
        for finding in thread.found_by(ends)
        if finding.area in (database.DATABASE, "migrations")
    )
    for thread in running:
        if thread.check.uses_database:
            if works:
                thread.start()
            else:
                thread.skip()
    return [finding for thread in running for finding in thread.found_by(ends)]


class _Run(threading.Thread):
    def __init__(self, check: DoctorCheck, now: Callable[[], datetime], seconds: float) -> None:
        super().__init__(name=f"doctor {check.area}", daemon=True)
        self.check = check
        self._now = now
        self._seconds = seconds
        self._over = threading.Event()
        self._found: Sequence[DoctorFinding] = ()

    def run(self) -> None:
        try:
            self._found = self.check.look(self._now() if self.check.uses_database else clock.real())
        except Exception as error:  # the other checks continue
            log.exception("The check %s failed", self.check.area)
            sentence = f"The check itself failed ({type(error).__name__})."
            self._found = [broken(self.check.area, sentence, "The log above says where; please report it.")]
        finally:
            connections.close_all()
            self._over.set()

    def skip(self) -> None:
        self._found = [
            attention(self.check.area, "Not checked: it needs the database.", "Fix the database first.")
        ]
        self._over.set()

    def found_by(self, ends: float) -> Sequence[DoctorFinding]:
        if self._over.wait(max(ends - time.monotonic(), 0)):
            return self._found
        limit = duration(timedelta(seconds=self._seconds))
        sentence = f"This check did not finish within {limit}."
        return [broken(self.check.area, sentence, "Check the network and DNS of this machine.")]


def _database(now: Callable[[], datetime], embedded_problem: str) -> list[DoctorFinding]:
    if embedded_problem:
        return [broken(database.DATABASE, embedded_problem, "Nothing in the database was checked.")]
    try:
        with health.connect() as conn:
            return database.findings(conn, now=now())
    except psycopg.Error as error:
        return [database.failure(error)]
