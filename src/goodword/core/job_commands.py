"""`goodword jobs`: list, retry and clear jobs and reactions. Their arguments are ids, nothing personal."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import QuerySet
from procrastinate.contrib.django.models import ProcrastinateJob

from goodword.core import events, job_recovery
from goodword.core.doctor.findings import duration
from goodword.core.models import Reaction

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
class Selection:
    """Failed ones: by name (`reaction:12`, `job:34`), of a task, or all. Without `yes` they are only counted."""

    names: Sequence[str] = ()
    task: str = ""
    failed: bool = False
    yes: bool = False


def show(*, now: datetime, failed: bool = False, task: str = "") -> int:
    """Print a line for each task, or with `failed` for each failure; returns 1 then if there are any, else 0."""
    if failed:
        lines = [line for _, line in _failed(task)]
        print("\n".join(lines) or "Nothing has failed.")
        return 1 if lines else 0
    rows = [_row(*found) for found in _counts(now) if not task or found[0] == task]
    if not rows:
        print("Nothing is waiting, running or failed.")
        return 0
    print(in_columns([_HEAD, *rows]))
    return 0


def retry(wanted: Selection) -> int:
    """Returns 0, or 2 with an error message."""
    return _each(wanted, "retry", "Retrying")


def clear(wanted: Selection) -> int:
    """Delete failed jobs, whose work is then not done. Returns 0, or 2 with an error message."""
    return _each(wanted, "clear", "Cleared")


def in_columns(rows: Sequence[Sequence[str]]) -> str:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(
        "  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip() for row in rows
    )


def _each(wanted: Selection, verb: str, done: str) -> int:
    if bool(wanted.names) == bool(wanted.failed or wanted.task):
        print(f"goodword: Name what to {verb}, or use --failed or --task.", file=sys.stderr)
        return 2
    names = list(wanted.names)
    if not names:
        found = _failed(wanted.task)
        if verb == "clear":  # what a reaction would have done can't be forgone unseen
            found = [(name, line) for name, line in found if name.startswith(JOB)]
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
    """Returns why it could not be done; empty if it was."""
    kind, _, number = name.partition(":")
    if kind not in {REACTION, JOB} or not number.isdecimal() or len(number) > 18:
        return f"{name!r} is not a name listed by `goodword jobs list --failed`."
    if verb == "retry":
        done = _retry_reaction(int(number)) if kind == REACTION else job_recovery.retry_job(int(number))
        return "" if done else f"{name} has not failed, or is being retried already."
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
    """Names and lines. Without `task`, jobs whose work a sweep does are left out."""
    reactions = events.failed_reactions()
    jobs: QuerySet[Any] = job_recovery.failed_jobs()
    if task:
        reactions = reactions.filter(handler=task)
        jobs = ProcrastinateJob.objects.filter(status="failed", task_name=task).order_by("-id")
    return [
        *((f"{REACTION}:{row.pk}", _line(row)) for row in reactions),
        *((f"{JOB}:{job.pk}", f"{JOB}:{job.pk}  {job.task_name}  {job.args}") for job in jobs),
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
