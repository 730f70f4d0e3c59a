"""Decides which scheduled jobs to queue. One statement checks which sweeps have anything to do.

A worker runs it whenever a scheduled job is due, at least every five seconds. It also finds jobs whose notification was
lost.
"""

import logging
from collections.abc import Callable, Collection, Iterable
from typing import Any

import psycopg
from django.core.exceptions import EmptyResultSet
from django.db import close_old_connections, connection
from procrastinate.periodic import PeriodicDeferrer, PeriodicRegistry
from procrastinate.utils import sync_to_async

from goodword.core import clock, database, jobs
from goodword.core.health import connect

log = logging.getLogger(__name__)
LOCK_MS = 500
_FAILED = "SELECT DISTINCT 'failed', task_name FROM procrastinate_jobs WHERE status = 'failed'"
_WAITING = """SELECT 'waiting', '' WHERE EXISTS (
    SELECT FROM procrastinate_jobs WHERE status = 'todo' AND (scheduled_at IS NULL OR scheduled_at <= now())
)"""


def look(conn: psycopg.Connection, names: Collection[str]) -> tuple[set[str], bool]:
    """The sweeps that have something to do, and whether jobs are waiting. Raises psycopg.Error."""
    now = clock.now()
    parts: list[str] = [_FAILED, _WAITING]
    values: list[Any] = []
    for name in names:
        for rows in jobs.DUE[name](now):
            try:
                sql, given = rows.query.exists().get_compiler(connection=connection).as_sql()
            except EmptyResultSet:
                continue
            parts.append(f"SELECT 'due', %s WHERE EXISTS ({sql})")
            values += [name, *given]
    found = conn.execute(" UNION ALL ".join(parts).encode(), values).fetchall()
    failed = {name for kind, name in found if kind == "failed"}
    due = {name for kind, name in found if kind == "due"}
    again = {name for name in names if failed & jobs.SWEPT[name]}
    return due | again, any(kind == "waiting" for kind, _ in found)


class Deferrer(PeriodicDeferrer):
    """Queues scheduled jobs, except sweeps with nothing to do. Calls `wake` if jobs are waiting."""

    def __init__(self, registry: PeriodicRegistry, *, wake: Callable[[], None]) -> None:
        super().__init__(registry=registry)
        self._wake = wake
        self._line: psycopg.Connection | None = None

    async def defer_jobs(self, jobs_to_defer: Iterable[Any]) -> None:
        wanted = list(jobs_to_defer)
        names = {task.task.name for task, _ in wanted} & jobs.DUE.keys()
        due, waiting = await sync_to_async(self._look, names)
        await super().defer_jobs(pair for pair in wanted if pair[0].task.name not in names - due)
        if waiting:
            self._wake()

    def get_timestamps(self, periodic_task: Any, since: int | None, until: float) -> Iterable[int]:
        """Return only the latest time, since one run does everything that is due. A job queued in the future is from
        before the clock was set back; Procrastinate would wait until then."""
        if since is None or since > until:
            return super().get_timestamps(periodic_task, None, until)
        periodic_task.croniter.set_current(start_time=until)
        latest = round(periodic_task.croniter.get_prev(ret_type=float))
        return [latest] if latest > since else []

    def close(self) -> None:
        if self._line is not None:
            self._line.close()
            self._line = None

    def _look(self, names: Collection[str]) -> tuple[set[str], bool]:
        """If the statement fails, return all sweeps: they then wait for the database, or fail one by one."""
        try:
            if self._line is None:
                self._line = connect(lock_timeout=LOCK_MS)
            return look(self._line, names)
        except Exception as error:  # one broken condition must not stop the other sweeps
            self.close()
            if not database.is_outage(error):
                log.warning("Could not find out which sweeps are due", exc_info=True)
            return set(names), True
        finally:
            close_old_connections()  # Django's, which the demo's clock uses to read its offset
