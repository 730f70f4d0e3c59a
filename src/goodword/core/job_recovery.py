"""Recovers jobs: requeues those of dead workers (every job can safely run twice), retries failed ones and deletes old
ones.

`goodword jobs` lists, retries and clears jobs and reactions, without personal data.
"""

import json
import logging
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from difflib import get_close_matches
from typing import Any, LiteralString

from asgiref.sync import async_to_sync
from django.contrib.sessions.backends.db import SessionStore
from django.db import connection, transaction
from django.db.models import Q, QuerySet
from django.db.models.functions import Now
from procrastinate.contrib.django.models import ProcrastinateJob
from procrastinate.exceptions import ConnectorException, UniqueViolation
from procrastinate.jobs import Status

from goodword.core import clock, events, future_times, jobs, metrics
from goodword.core.doctor.findings import duration
from goodword.core.models import Reaction

log = logging.getLogger(__name__)
#: a worker without a heartbeat for this long counts as dead; heartbeats come every ten seconds
SILENT = timedelta(seconds=30)
#: a job that was requeued this often is assumed to crash its workers
TRIES = 8
#: hours to keep failed jobs
KEPT = 24 * 30
#: in the past by any clock
AT_ONCE = datetime(2000, 1, 1, tzinfo=UTC)
#: advisory lock, so that one worker at a time looks for stalled jobs
_LOCK = 0x75706B656570
#: Requeues a started job without counting an attempt. A newer job under the same queueing lock replaces it.
GIVE_BACK: LiteralString = """
WITH newer AS (
    SELECT FROM procrastinate_jobs mine JOIN procrastinate_jobs other USING (queueing_lock)
    WHERE mine.id = %(job_id)s AND other.status = 'todo'
), replaced AS (
    DELETE FROM procrastinate_jobs WHERE id = %(job_id)s AND status = 'doing' AND EXISTS (SELECT FROM newer)
)
UPDATE procrastinate_jobs
SET status = 'todo', worker_id = NULL, scheduled_at = now() + %(wait)s * interval '1 second'
WHERE id = %(job_id)s AND status = 'doing' AND NOT EXISTS (SELECT FROM newer)
"""
_RETRY = """
UPDATE procrastinate_jobs SET status = 'todo', attempts = 0, worker_id = NULL, scheduled_at = NULL
WHERE id = %s AND status = 'failed'
AND NOT EXISTS (
    SELECT FROM procrastinate_jobs AS other
    WHERE other.status = 'todo' AND other.queueing_lock = procrastinate_jobs.queueing_lock
)
"""


@jobs.job(
    name="jobs.retry_stalled",
    cron="* * * * * */15",
    due=lambda _: [_dead()],
)
def sweep_stalled() -> None:
    retry_stalled()
    keep_last_failures()


@jobs.job(name="jobs.prune", cron="10 3 * * * 0")
def prune() -> None:
    events.prune(now=clock.now())
    SessionStore.clear_expired()
    async_to_sync(jobs.QUEUE.delete_old_jobs)(
        nb_hours=KEPT, include_failed=True, include_cancelled=True, include_aborted=True
    )


def retry_stalled() -> int:
    """Requeue jobs of dead workers and return how many. One worker at a time: a requeued job may be running."""
    with transaction.atomic():
        if not _alone():
            return 0
        return sum(_give_back(job) for job in _dead())


def _dead() -> QuerySet[Any]:
    """Jobs of dead workers, by the database's clock, which heartbeats use too. A heartbeat in the future is from before
    that was set back; a live worker's next one is correct."""
    dead = Q(worker=None) | ~Q(worker__last_heartbeat__range=(Now() - SILENT, Now() + SILENT))
    return ProcrastinateJob.objects.filter(dead, status="doing")


future_times.register(
    future_times.Correction(  # by the database's clock
        lambda _: ProcrastinateJob.objects.filter(
            status="todo", scheduled_at__gt=Now() + future_times.LONGEST_RETRY
        ),
        lambda _: {"scheduled_at": Now()},
    )
)


def _alone() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_LOCK])
        return bool(cursor.fetchone()[0])


def _give_back(job: ProcrastinateJob) -> bool:
    log.warning("The worker of job %s (%s) died; %s", job.pk, job.task_name, jobs.ids_in(job.args))
    try:
        with transaction.atomic():
            if job.attempts < TRIES:
                jobs.QUEUE.retry_job_by_id(job.pk, AT_ONCE)
                return True
    except UniqueViolation:
        with connection.cursor() as cursor:  # a newer job is waiting under the same queueing lock
            cursor.execute(GIVE_BACK, {"job_id": job.pk, "wait": 0})
        return False
    except ConnectorException:
        return False  # it has ended; its worker was only slow
    async_to_sync(jobs.QUEUE.finish_job_by_id_async)(job.pk, Status.FAILED, delete_job=False)
    return False


def keep_last_failures() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM procrastinate_jobs earlier USING procrastinate_jobs later "
            "WHERE earlier.status = 'failed' AND later.status = 'failed' "
            "AND earlier.task_name = later.task_name AND earlier.id < later.id AND earlier.task_name = ANY(%s)",
            [list(jobs.SWEPT)],
        )


def forget_failed_jobs(name: str, **arguments: int | str) -> None:
    """Delete failed jobs with this name and these arguments, because their work was done or requested again."""
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM procrastinate_jobs WHERE status = 'failed' AND task_name = %s AND args @> %s::jsonb",
            [name, json.dumps(arguments)],
        )


def swept_tasks() -> set[str]:
    """Tasks whose work a sweep repeats; not the sweeps themselves."""
    return {name for names in jobs.SWEPT.values() for name in names} - jobs.SWEPT.keys()


def failed_jobs() -> QuerySet[Any]:
    """Failed jobs that need a person."""
    return (
        ProcrastinateJob.objects.filter(status="failed").exclude(task_name__in=swept_tasks()).order_by("-id")
    )


metrics.register(
    metrics.CountedGauge(
        "goodword_jobs",
        "Jobs that are waiting, scheduled for later, running or failed; repeated are failed ones of a sweep's work",
        "SELECT task_name, CASE WHEN status = 'todo' AND scheduled_at > now() THEN 'scheduled' "
        "WHEN status = 'todo' THEN 'waiting' WHEN status = 'doing' THEN 'running' "
        "WHEN task_name = ANY(%s) THEN 'repeated' ELSE 'failed' END, count(*) "
        "FROM procrastinate_jobs WHERE status IN ('todo', 'doing', 'failed') GROUP BY 1, 2",
        ("task", "state"),
        values=lambda: [sorted(swept_tasks())],
    )
)


def retry_job(pk: int) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(_RETRY, [pk])
        return bool(cursor.rowcount)


REACTION, JOB = "reaction", "job"
_JOBS = """
SELECT task_name, count(*) FILTER (WHERE status = 'todo' AND coalesce(scheduled_at, now()) <= now()),
    count(*) FILTER (WHERE status = 'todo' AND scheduled_at > now()),
    count(*) FILTER (WHERE status = 'doing'), count(*) FILTER (WHERE status = 'failed'),
    max(now() - coalesce(scheduled_at, queued.at))
        FILTER (WHERE status = 'todo' AND coalesce(scheduled_at, now()) <= now())
FROM procrastinate_jobs AS job LEFT JOIN procrastinate_events AS queued
    ON queued.job_id = job.id AND queued.type = 'deferred'
WHERE status IN ('todo', 'doing', 'failed') GROUP BY task_name ORDER BY task_name
"""
_REACTIONS = """
SELECT handler, count(*) FILTER (WHERE state = 'waiting' AND coalesce(not_before, %(now)s) <= %(now)s),
    count(*) FILTER (WHERE state = 'waiting' AND not_before > %(now)s), 0,
    count(*) FILTER (WHERE state = 'failed'),
    max(%(now)s::timestamptz - coalesce(not_before, event.occurred_at))
        FILTER (WHERE state = 'waiting' AND coalesce(not_before, %(now)s) <= %(now)s)
FROM core_reaction AS reaction JOIN core_event AS event ON event.id = reaction.event_id
WHERE state IN ('waiting', 'failed') GROUP BY handler ORDER BY handler
"""
_HEAD = ("task", "waiting", "later", "running", "failed", "oldest")


@dataclass(frozen=True, slots=True, kw_only=True)
class FailureSelection:
    """Which failed jobs and reactions to act on: by name (`reaction:12`, `job:34`), by task, or all. Without `yes`,
    they are only counted."""

    names: Sequence[str] = ()
    task: str = ""
    failed: bool = False
    yes: bool = False


def show(*, now: datetime, failed: bool = False, task: str = "") -> int:
    """Print a line per task, or per failure with `failed`. Returns 1 if it printed failures, 2 if there is no such
    task, else 0."""
    if failed:
        lines = [line for _, line in _failed(task)]
        if not lines and _report_unknown_task(task):
            return 2
        print("\n".join(lines) or "Nothing has failed.")
        return 1 if lines else 0
    rows = [_row(*found) for found in _counts(now) if not task or found[0] == task]
    if not rows and _report_unknown_task(task):
        return 2
    if not rows:
        print("Nothing is waiting, running or failed.")
        return 0
    print(in_columns([_HEAD, *rows]))
    return 0


def retry(wanted: FailureSelection) -> int:
    """Retry failed jobs and reactions. Returns the exit status: 0, or 2 with an error message."""
    return _each(wanted, "retry", "Retrying")


def clear(wanted: FailureSelection) -> int:
    """Delete failed jobs without doing their work. Returns the exit status: 0, or 2 with an error message."""
    return _each(wanted, "clear", "Cleared")


def in_columns(rows: Sequence[Sequence[str]]) -> str:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(
        "  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip() for row in rows
    )


def _report_unknown_task(task: str) -> bool:
    """Print an error if there is no such task. Returns whether it printed one. Only call this if nothing in the
    queue has this name: other versions may have left jobs of tasks that this version lacks."""
    handlers = {events.name_of(handler) for handlers in events.flow().values() for handler in handlers}
    if not task or task in handlers or task in jobs.REGISTERED:
        return False
    near = get_close_matches(task, [*jobs.REGISTERED, *handlers], n=3)
    names = (
        f"Did you mean {' or '.join(near)}?" if near else f"There are: {', '.join(sorted(jobs.REGISTERED))}."
    )
    print(f"goodword: No task is named {task!r}. {names}", file=sys.stderr)
    return True


def _each(wanted: FailureSelection, verb: str, done: str) -> int:
    if bool(wanted.names) == bool(wanted.failed or wanted.task):
        print(f"goodword: Name what to {verb}, or use --failed or --task.", file=sys.stderr)
        return 2
    names = list(wanted.names)
    if not names:
        found = _failed(wanted.task)
        if verb == "clear":  # a person has to decide whether to skip a reaction's effect
            found = [(name, line) for name, line in found if name.startswith(JOB)]
        if not found and _report_unknown_task(wanted.task):
            return 2
        if not found:
            print(f"Nothing to {verb}.")
            return 0
        if not wanted.yes:
            print("\n".join(line for _, line in found))
            print(f"goodword: To {verb} these {len(found)}, add --yes.", file=sys.stderr)
            return 2
        names = [name for name, _ in found]
    status = 0
    for name in names:
        if problem := _act(name, verb):
            print(f"goodword: {problem}", file=sys.stderr)
            status = 2
        else:
            print(f"{done} {name}.")
    return status


def _act(name: str, verb: str) -> str:
    """Retry or clear one job or reaction. Returns the error message, or "" on success."""
    kind, _, number = name.partition(":")
    if kind not in {REACTION, JOB} or not number.isdecimal() or len(number) > 18:
        return f"{name!r} is not a name listed by `goodword jobs list --failed`."
    if verb == "retry":
        done = _retry_reaction(int(number)) if kind == REACTION else retry_job(int(number))
        return "" if done else f"{name} has not failed, or is already being retried."
    if kind == REACTION:
        return f"{name} can't be cleared, since its work would be missing: retry it once the cause is fixed."
    return "" if _clear_job(int(number)) else f"{name} has not failed."


def _retry_reaction(pk: int) -> bool:
    return bool(events.retry_reactions(events.failed_reactions().filter(pk=pk)))


def _clear_job(pk: int) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs WHERE id = %s AND status = 'failed'", [pk])
        return bool(cursor.rowcount)


def _failed(task: str) -> list[tuple[str, str]]:
    """Names and lines of failures. Without `task`, jobs whose work a sweep repeats are left out."""
    reactions = events.failed_reactions()
    found: QuerySet[Any] = failed_jobs()
    if task:
        reactions = reactions.filter(handler=task)
        found = ProcrastinateJob.objects.filter(status="failed", task_name=task).order_by("-id")
    return [
        *((f"{REACTION}:{row.pk}", _line(row)) for row in reactions),
        *((f"{JOB}:{job.pk}", f"{JOB}:{job.pk}  {job.task_name}  {jobs.ids_in(job.args)}") for job in found),
    ]


def _line(row: Reaction) -> str:
    at = f"{row.event.occurred_at:%Y-%m-%d %H:%M} UTC"
    place = f"organisation {row.event.organisation_id}"
    return f"{REACTION}:{row.pk}  {at}  {row.event.name}  {row.handler}  {row.error or 'unknown'}  {place}"


def _counts(now: datetime) -> list[tuple[str, int, int, int, int, timedelta | None]]:
    with connection.cursor() as cursor:
        cursor.execute(_JOBS)
        found = cursor.fetchall()
        cursor.execute(_REACTIONS, {"now": now})
        return [*found, *cursor.fetchall()]


def _row(task: str, *numbers: Any) -> Sequence[str]:
    *counts, oldest = numbers
    return [task, *map(str, counts), duration(oldest) if oldest else ""]
