"""Run the queued jobs here and now: the real rows and the real task functions, without a worker process."""

import json
from collections.abc import Collection
from inspect import unwrap

from django.utils import timezone
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from goodword.core.models import Event


def waiting() -> list[tuple[str, dict[str, object]]]:
    """Name and arguments of each queued job, in order."""
    return [
        (job.task_name, job.args) for job in ProcrastinateJob.objects.filter(status="todo").order_by("id")
    ]


def run_jobs(*, at_most: int = 500, but_not: Collection[str] = ()) -> list[str]:
    """Run what is queued, and what that queues, in order; returns the tasks' names. A failing job fails the test.

    Tasks of the names `but_not` stay where they are, as if no worker had come to them yet.
    """
    ran: list[str] = []
    while len(ran) < at_most:
        job = (
            ProcrastinateJob.objects.filter(status="todo")
            .exclude(scheduled_at__gt=timezone.now())
            .exclude(task_name__in=but_not)
            .order_by("id")
            .first()
        )
        if job is None:
            return ran
        _settle(job.pk)
        # without the wrapper that closes connections between jobs: here the test holds the transaction
        unwrap(app.tasks[job.task_name].func)(**job.args)
        ran.append(job.task_name)
    raise AssertionError(f"more than {at_most} jobs: {ran[-10:]}")


def _settle(job_id: int) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET status = 'succeeded' WHERE id = %s", [job_id])


def failed_job(name: str, **arguments: object) -> int:
    """Add a job that has failed for good. Returns its id."""
    from django.db import connection

    with connection.cursor() as cursor:  # the library's model refuses to be saved
        cursor.execute(
            "INSERT INTO procrastinate_jobs (queue_name, task_name, args, status, attempts) "
            "VALUES ('default', %s, %s, 'failed', 8) RETURNING id",
            [name, json.dumps(arguments)],
        )
        return int(cursor.fetchone()[0])


def event_names(application_id: int | None = None) -> list[str]:
    """The names of the events recorded so far, in order."""
    events = Event.objects.order_by("pk")
    if application_id is not None:
        events = events.filter(application_id=application_id)
    return list(events.values_list("name", flat=True))
