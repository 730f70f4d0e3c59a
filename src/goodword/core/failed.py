"""`goodword failed`: list and retry failed reactions and jobs."""

import json
import sys
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import QuerySet
from procrastinate.contrib.django.models import ProcrastinateJob

from goodword.core import jobs, reactions
from goodword.core.models import Reaction

REACTION, JOB = "reaction", "job"

_RETRY = """
UPDATE procrastinate_jobs SET status = 'todo', attempts = 0, worker_id = NULL, scheduled_at = NULL
WHERE id = %s AND status = 'failed'
AND NOT EXISTS (
    SELECT FROM procrastinate_jobs AS other
    WHERE other.status = 'todo' AND other.queueing_lock = procrastinate_jobs.queueing_lock
)
"""


def show() -> int:
    """Print a line for each failed reaction and job. Returns 0 if there are none, else 1."""
    lines = [*map(_line, reactions.failed()), *map(_line_of_job, failed_jobs())]
    print("\n".join(lines) or "Nothing has failed.")
    return 1 if lines else 0


def retry(names: Sequence[str], *, now: datetime) -> int:
    """Retry the given names, such as `reaction:12` or `job:34`; all if there are none.

    Returns 0, or 2 with an error message for a name that is invalid or has not failed.
    """
    status = 0
    for name in names or _all():
        kind, _, number = name.partition(":")
        if kind not in {REACTION, JOB} or not number.isdecimal():
            print(f"goodword: {name!r} is not a name listed by `goodword failed`.", file=sys.stderr)
            status = 2
        elif not (_retry_reaction if kind == REACTION else retry_job)(int(number), now):
            print(f"goodword: {name} has not failed, or is being retried already.", file=sys.stderr)
            status = 2
        else:
            print(f"Retrying {name}.")
    return status


def forget(name: str, **arguments: int | str) -> None:
    """Remove failed jobs of this name with these arguments, after their work was done or requested again."""
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM procrastinate_jobs WHERE status = 'failed' AND task_name = %s AND args @> %s::jsonb",
            [name, json.dumps(arguments)],
        )


def _all() -> list[str]:
    rows = [f"{REACTION}:{pk}" for pk in reactions.failed().values_list("pk", flat=True)]
    return rows + [f"{JOB}:{pk}" for pk in failed_jobs().values_list("pk", flat=True)]


def failed_jobs() -> QuerySet[Any]:
    """Failed jobs, including sweeps, except those whose work a sweep does."""
    done_by_others = {name for names in jobs.SWEPT.values() for name in names} - jobs.SWEPT.keys()
    return (
        ProcrastinateJob.objects.filter(status="failed").exclude(task_name__in=done_by_others).order_by("-id")
    )


def _line(row: Reaction) -> str:
    at = f"{row.event.occurred_at:%Y-%m-%d %H:%M} UTC"
    place = f"organisation {row.event.organisation_id}"
    return f"{REACTION}:{row.pk}  {at}  {row.event.name}  {row.handler}  {row.error or 'unknown'}  {place}"


def _line_of_job(job: ProcrastinateJob) -> str:
    return f"{JOB}:{job.pk}  {job.task_name}  {job.args}"


def _retry_reaction(pk: int, _: datetime) -> bool:
    return bool(reactions.try_again(reactions.failed().filter(pk=pk)))


def retry_job(pk: int, _: datetime) -> bool:
    """Requeue a failed job with all its attempts. False if it has not failed, or a newer one of its kind is queued."""
    with connection.cursor() as cursor:
        cursor.execute(_RETRY, [pk])
        return bool(cursor.rowcount)
