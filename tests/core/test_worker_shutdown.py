"""Worker shutdown after a signal, and after a fatal error."""

import signal
import subprocess
import time
from datetime import timedelta

import psycopg
import pytest
from django.db import connection
from procrastinate.contrib.django.models import ProcrastinateJob, ProcrastinateWorker
from procrastinate.tasks import configure_task

from goodword.core.jobs import QUEUE
from goodword.core.supervise import goodword
from tests.core.test_database_outage import record_change
from tests.core.test_killed_worker import doing, here, until
from tests.support.heartbeat import silent_for

pytestmark = pytest.mark.programs
#: a task that only a later release knows, queued during an upgrade
QUEUE_LATER = configure_task(name="later.release", job_manager=QUEUE)


def worker(*options: str) -> "subprocess.Popen[bytes]":
    started = subprocess.Popen(goodword("worker", *options), env=here())
    until(ProcrastinateWorker.objects.exists)
    return started


@pytest.fixture(autouse=True)
def no_other_workers(transactional_db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_workers")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_stops_the_worker_cleanly_and_it_leaves_unknown_jobs_to_others(
    number: signal.Signals,
) -> None:
    QUEUE_LATER.defer()
    unknown = ProcrastinateJob.objects.filter(task_name="later.release")
    running = worker()
    until(unknown.filter(scheduled_at__isnull=False).exists)
    assert set(unknown.values_list("status", flat=True)) <= {"todo", "doing"}
    running.send_signal(number)
    assert running.wait(60) == 0
    assert not ProcrastinateWorker.objects.exists()


def test_a_job_that_outlasts_the_grace_period_is_requeued() -> None:
    record_change()
    with psycopg.connect(here()["DATABASE_URL"]) as other:
        other.execute(
            "LOCK TABLE core_reaction IN ACCESS EXCLUSIVE MODE"
        )  # blocks the handler without checking for shutdown
        running = worker("--grace", "12")  # longer than between two heartbeats
        until(doing)
        begun = time.monotonic()
        running.send_signal(signal.SIGTERM)
        with connection.cursor() as cursor:
            cursor.execute("UPDATE core_heartbeat SET seen_at = now() - interval '1 hour'")
        until(
            lambda: (silent_for() or timedelta(days=1)) < timedelta(minutes=1)
        )  # the heartbeat continues to the end
        assert (running.wait(90), time.monotonic() - begun > 11) == (1, True)
        assert not ProcrastinateWorker.objects.exists()
        jobs = ProcrastinateJob.objects.filter(task_name="event.react")
        assert list(jobs.values_list("status", "attempts", "worker")) == [("todo", 0, None)]


def test_a_worker_that_cannot_continue_exits_with_an_error_status() -> None:
    running = worker()
    with connection.cursor() as cursor:  # the next heartbeat, within ten seconds, fails
        cursor.execute("ALTER TABLE procrastinate_workers RENAME TO gone")
    try:
        assert running.wait(90) == 1
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE gone RENAME TO procrastinate_workers")
        running.kill()
        running.wait()
