"""Looking after the queue itself: jobs whose worker died run again, what has ended long ago goes.

A worker that is killed leaves its jobs *doing*, and nothing in the queue ever looks at them again. Every job
may run twice (reactions are kept in rows, side effects are claimed), so they are simply given back.
"""

import logging
from datetime import UTC, datetime, timedelta
from typing import LiteralString

from asgiref.sync import async_to_sync
from django.contrib.sessions.backends.db import SessionStore
from django.db import connection, transaction
from django.db.models import Q
from django.db.models.functions import Now
from procrastinate.contrib.django.models import ProcrastinateJob
from procrastinate.exceptions import ConnectorException, UniqueViolation
from procrastinate.jobs import Status

from goodword.core import jobs

log = logging.getLogger(__name__)

#: without a sign of life for so long a worker counts as dead; a living one gives one every ten seconds
SILENT = timedelta(seconds=30)

#: a job that was given back so often has killed its workers itself
TRIES = 8

#: hours for which jobs that failed are kept
KEPT = 24 * 30

#: a time that has come for every clock
AT_ONCE = datetime(2000, 1, 1, tzinfo=UTC)

#: names the lock under which one worker at a time looks for stalled jobs ("upkeep" as a number)
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


@jobs.job(name="jobs.retry_stalled", cron="* * * * * */15", queueing_lock="jobs.retry_stalled")
def sweep_stalled(*, timestamp: int = 0) -> None:
    """Give back the jobs of dead workers."""
    del timestamp  # given to every periodic job
    retry_stalled()
    keep_last_failures()


@jobs.job(name="jobs.prune", cron="10 3 * * * 0", queueing_lock="jobs.prune")
def prune(*, timestamp: int = 0) -> None:
    """Remove jobs that failed or were cancelled long ago, and sessions that are over, once a day.

    Jobs that succeeded are gone already.
    """
    del timestamp  # see above
    SessionStore.clear_expired()
    async_to_sync(jobs.QUEUE.delete_old_jobs)(
        nb_hours=KEPT, include_failed=True, include_cancelled=True, include_aborted=True
    )


def retry_stalled() -> int:
    """Queue the jobs of dead workers again. Returns how many.

    One worker does this at a time: a job that another has just given back may run already, and must not be
    given back once more.
    """
    with transaction.atomic():
        if not _alone():
            return 0
        # by the database's clock, which is also the heartbeats'
        dead = Q(worker=None) | Q(worker__last_heartbeat__lt=Now() - SILENT)
        return sum(_give_back(job) for job in ProcrastinateJob.objects.filter(dead, status="doing"))


def _alone() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_LOCK])
        return bool(cursor.fetchone()[0])


def _give_back(job: ProcrastinateJob) -> bool:
    """Whether it waits to run again now."""
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
        return False  # it ended meanwhile: its worker was only slow
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
