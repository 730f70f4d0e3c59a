"""Run reactions and queued jobs in this process, without a worker."""

import json
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from inspect import unwrap

import psycopg
from django.db import connection
from django.utils import timezone
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from goodword.core import clock
from goodword.core import events as reactions
from goodword.core.jobs import ANNOUNCED, CHANNEL
from goodword.core.models import Event, Reaction
from goodword.greenhouse.inbox.processing import due, work_inbox
from tests.support.worlds import whole_world

REACT, INBOX = "event.react", "greenhouse.inbox"


def waiting() -> list[tuple[str, dict[str, object]]]:
    """Name and arguments of each pending reaction, as if it were a job, and of each queued job, in order."""
    rows = Reaction.objects.filter(state="waiting").order_by("pk")
    queued = ProcrastinateJob.objects.filter(status="todo").exclude(task_name=REACT).order_by("id")
    return [
        *((REACT, {"event_id": row.event_id, "handler": row.handler}) for row in rows),
        *((job.task_name, job.args) for job in queued),
    ]


@contextmanager
def listening() -> Iterator[Callable[[], list[str]]]:
    """Listen as a worker does. Yields a function that returns the jobs announced since its last call."""
    with psycopg.connect(**connection.get_connection_params(), autocommit=True) as line:
        line.execute(f"LISTEN {CHANNEL}".encode())

        def heard() -> list[str]:
            line.execute("SELECT 1")  # the answer follows the announcements of what is committed
            found = [json.loads(one.payload) for one in line.notifies(timeout=0.2)]
            return [one["job"] for one in found if one["type"] == ANNOUNCED]

        yield heard


@whole_world
def run_jobs(*, at_most: int = 500, but_not: Collection[str] = ()) -> list[str]:
    """Run pending reactions and queued jobs, and those that they cause, in order. Returns the tasks' names. A failure
    fails the test.

    Tasks named in `but_not` stay queued, as if no worker had reached them yet.
    """
    ran: list[str] = []
    while len(ran) < at_most:
        names = (_react() if REACT not in but_not else []) or _run_job(but_not)
        if not names and INBOX not in but_not and due(now=clock.now()).exists():
            work_inbox.run()  # no worker listens for the wake-up
            names = [INBOX]
        if not names:
            return ran
        ran += names
    raise AssertionError(f"more than {at_most} jobs: {ran[-10:]}")


def reactions_to(event: Event) -> list[Reaction]:
    return list(event.reactions.filter(state="waiting").select_related("event").order_by("pk"))


def _react() -> list[str]:
    """Run pending reactions, then those that they cause."""
    due = Reaction.objects.filter(state="waiting", not_before=None)
    rows = list(due.select_related("event").order_by("pk"))
    if rows and not reactions.run_reactions(rows):
        raise AssertionError("another worker has claimed a reaction")
    return [REACT] * len(rows)


def _run_job(but_not: Collection[str]) -> list[str]:
    job = (
        ProcrastinateJob.objects.filter(status="todo")
        .exclude(scheduled_at__gt=timezone.now())
        .exclude(task_name__in=[*but_not, REACT])
        .order_by("id")
        .first()
    )
    if job is None:
        return []
    _settle(job.pk)
    # without the wrapper that closes connections between jobs: the test is in a transaction
    unwrap(app.tasks[job.task_name].func)(**job.args)
    return [str(job.task_name)]


def _settle(job_id: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET status = 'succeeded' WHERE id = %s", [job_id])


def failed_job(name: str, **arguments: object) -> int:
    """Add a permanently failed job. Returns its id."""
    with connection.cursor() as cursor:  # the library's model can't be saved
        cursor.execute(
            "INSERT INTO procrastinate_jobs (queue_name, task_name, args, status, attempts) "
            "VALUES ('default', %s, %s, 'failed', 8) RETURNING id",
            [name, json.dumps(arguments)],
        )
        return int(cursor.fetchone()[0])


def event_names(application_id: int | None = None) -> list[str]:
    """The names of all recorded events, in order."""
    events = Event.objects.order_by("pk")
    if application_id is not None:
        events = events.filter(application_id=application_id)
    return list(events.values_list("name", flat=True))
