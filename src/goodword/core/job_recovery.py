"""Recover jobs: requeue those of dead workers (every job can run twice), retry failed ones, prune."""

import json
import logging
from datetime import UTC, datetime, timedelta
from typing import Any, LiteralString

from asgiref.sync import async_to_sync
from django.contrib.sessions.backends.db import SessionStore
from django.db import connection, transaction
from django.db.models import Q, QuerySet
from django.db.models.functions import Now
from procrastinate.contrib.django.models import ProcrastinateJob
from procrastinate.exceptions import ConnectorException, UniqueViolation
from procrastinate.jobs import Status

from goodword.core import clock, events, jobs

log = logging.getLogger(__name__)
#: a worker without a heartbeat for this long counts as dead; it beats every ten seconds
SILENT = timedelta(seconds=30)
#: a job requeued this often has crashed its workers
TRIES = 8
#: hours to keep failed jobs
KEPT = 24 * 30
#: in the past by any clock
AT_ONCE = datetime(2000, 1, 1, tzinfo=UTC)
#: advisory lock: one worker at a time looks for stalled jobs
_LOCK = 0x75706B656570
#: requeues a started job without counting an attempt; a newer job waiting under the same queueing lock replaces it
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
    queueing_lock="jobs.retry_stalled",
    due=lambda _: [_dead()],
)
def sweep_stalled(*, timestamp: int = 0) -> None:
    del timestamp  # passed to every periodic job
    retry_stalled()
    keep_last_failures()


@jobs.job(name="jobs.prune", cron="10 3 * * * 0", queueing_lock="jobs.prune")
def prune(*, timestamp: int = 0) -> None:
    """Delete jobs that failed or were cancelled long ago, old reactions and expired sessions, once a day."""
    del timestamp
    events.prune(now=clock.now())
    SessionStore.clear_expired()
    async_to_sync(jobs.QUEUE.delete_old_jobs)(
        nb_hours=KEPT, include_failed=True, include_cancelled=True, include_aborted=True
    )


def retry_stalled() -> int:
    """One worker at a time: a job that another just requeued may be running already. Returns the number requeued."""
    with transaction.atomic():
        if not _alone():
            return 0
        return sum(_give_back(job) for job in _dead())


def _dead() -> QuerySet[Any]:
    """Jobs of dead workers, by the database's clock, which is also the heartbeats'."""
    dead = Q(worker=None) | Q(worker__last_heartbeat__lt=Now() - SILENT)
    return ProcrastinateJob.objects.filter(dead, status="doing")


def _alone() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_LOCK])
        return bool(cursor.fetchone()[0])


def _give_back(job: ProcrastinateJob) -> bool:
    log.warning("The worker of job %s (%s) died; %s", job.pk, job.task_name, job.args)
    try:
        with transaction.atomic():
            if job.attempts < TRIES:
                jobs.QUEUE.retry_job_by_id(job.pk, AT_ONCE)
                return True
    except UniqueViolation:
        with connection.cursor() as cursor:  # a newer one is waiting under the same queueing lock
            cursor.execute(GIVE_BACK, {"job_id": job.pk, "wait": 0})
        return False
    except ConnectorException:
        return False  # it has ended: its worker was only slow
    async_to_sync(jobs.QUEUE.finish_job_by_id_async)(job.pk, Status.FAILED, delete_job=False)
    return False


def keep_last_failures() -> None:
    """Keep only the last failure of each periodic job."""
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM procrastinate_jobs earlier USING procrastinate_jobs later "
            "WHERE earlier.status = 'failed' AND later.status = 'failed' "
            "AND earlier.task_name = later.task_name AND earlier.id < later.id AND earlier.task_name = ANY(%s)",
            [list(jobs.SWEPT)],
        )


def forget_failed_jobs(name: str, **arguments: int | str) -> None:
    """Delete failed jobs of this name with these arguments once their work was done or requested again."""
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM procrastinate_jobs WHERE status = 'failed' AND task_name = %s AND args @> %s::jsonb",
            [name, json.dumps(arguments)],
        )


def failed_jobs() -> QuerySet[Any]:
    """Failed jobs, including sweeps, except those whose work a sweep does."""
    done_by_others = {name for names in jobs.SWEPT.values() for name in names} - jobs.SWEPT.keys()
    return (
        ProcrastinateJob.objects.filter(status="failed").exclude(task_name__in=done_by_others).order_by("-id")
    )


def retry_job(pk: int) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(_RETRY, [pk])
        return bool(cursor.rowcount)
