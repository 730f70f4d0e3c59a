"""Jobs of killed workers are requeued; old failures and sessions are pruned."""

from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.db import connection
from django.utils import timezone
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob
from pytest_django.fixtures import Settings

from goodword.core import job_recovery, jobs
from goodword.core.environment import SettingError
from goodword.core.worker import work as run_worker
from tests.support.jobs import waiting


@jobs.job(name="tests.work")
def work(*, number: int) -> None:
    """A job of these tests."""


def worker(*, silent: timedelta) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (%s) RETURNING id",
            [timezone.now() - silent],
        )
        return int(cursor.fetchone()[0])


def take(*, worker_id: int | None, attempts: int = 0) -> None:
    """Mark every waiting job as started by a worker."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE procrastinate_jobs SET status = 'doing', worker_id = %s, attempts = %s WHERE status = 'todo'",
            [worker_id, attempts],
        )


def states() -> list[tuple[str, str]]:
    return list(ProcrastinateJob.objects.order_by("id").values_list("task_name", "status"))


@pytest.mark.django_db
@pytest.mark.parametrize("known", [True, False])
def test_a_dead_workers_job_is_requeued(known: bool) -> None:
    work.defer(number=1)
    take(worker_id=worker(silent=timedelta(minutes=1)) if known else None)
    assert job_recovery.retry_stalled() == 1
    assert waiting() == [("tests.work", {"number": 1})]


@pytest.mark.django_db
def test_a_live_workers_job_is_left_alone() -> None:
    work.defer(number=1)
    take(worker_id=worker(silent=timedelta(seconds=12)))
    assert job_recovery.retry_stalled() == 0
    assert states() == [("tests.work", "doing")]


@pytest.mark.django_db
def test_a_stalled_job_gives_way_to_a_newer_one_with_the_same_queueing_lock() -> None:
    work.defer_once(lock="one", number=1)
    take(worker_id=None)
    work.defer_once(lock="one", number=2)
    assert job_recovery.retry_stalled() == 0
    assert waiting() == [("tests.work", {"number": 2})]
    assert states() == [("tests.work", "todo")]


@pytest.mark.django_db
def test_a_stalled_job_with_a_queueing_lock_is_requeued_if_none_waits() -> None:
    work.defer_once(lock="one", number=1)
    take(worker_id=None)
    assert job_recovery.retry_stalled() == 1
    assert waiting() == [("tests.work", {"number": 1})]


@pytest.mark.django_db
def test_a_job_that_keeps_killing_workers_fails() -> None:
    work.defer(number=1)
    take(worker_id=None, attempts=job_recovery.TRIES)
    assert job_recovery.retry_stalled() == 0
    assert states() == [("tests.work", "failed")]


@pytest.mark.django_db
def test_only_old_failed_jobs_are_pruned() -> None:
    for number in (1, 2):
        work.defer(number=number)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET status = 'failed'")
        cursor.execute(
            "UPDATE procrastinate_events SET at = now() - interval '31 days' WHERE job_id = "
            "(SELECT min(id) FROM procrastinate_jobs)"
        )
    job_recovery.prune.run()
    assert [job.args for job in ProcrastinateJob.objects.all()] == [{"number": 2}]


@jobs.job(name="tests.sweep", cron="0 0 1 1 * 0")
def sweep() -> None:
    """A test sweep that is due once a year."""


@jobs.job(name="tests.swept", swept_by="tests.sweep")
def swept(*, number: int) -> None:
    """A job covered by the test sweep."""


def failed(*names: str) -> None:
    with connection.cursor() as cursor:
        for name in names:
            cursor.execute(
                "INSERT INTO procrastinate_jobs (queue_name, task_name, args, status, attempts) "
                "VALUES ('default', %s, '{}', 'failed', 1)",
                [name],
            )


@pytest.mark.django_db(transaction=True)
def test_a_successful_sweep_clears_the_failures_it_covers() -> None:
    failed("tests.swept", "tests.work", "tests.sweep")
    app.tasks["tests.sweep"].func(timestamp=0)
    assert states() == [("tests.work", "failed")]  # no sweep covers this one


@pytest.mark.django_db
def test_a_failing_sweep_is_listed_once() -> None:
    failed("tests.sweep", "tests.work", "tests.sweep", "tests.work")
    job_recovery.sweep_stalled.run()
    assert states() == [("tests.work", "failed"), ("tests.sweep", "failed"), ("tests.work", "failed")]


def test_every_sweep_that_covers_a_job_is_periodic() -> None:
    periodic = {task.task.name for task in app.periodic_registry.periodic_tasks.values()}
    assert set(jobs.SWEPT) <= periodic


def test_recovery_and_pruning_are_periodic() -> None:
    periodic = {task.task.name for task in app.periodic_registry.periodic_tasks.values()}
    assert {"jobs.retry_stalled", "jobs.prune"} <= periodic


@pytest.mark.django_db
def test_expired_sessions_are_pruned() -> None:
    for days in (-1, 1):
        Session.objects.create(session_key=str(days), expire_date=timezone.now() + timedelta(days=days))
    job_recovery.prune.run()
    assert [session.session_key for session in Session.objects.all()] == ["1"]


def test_a_worker_needs_at_least_one_connection_per_job(settings: Settings) -> None:
    settings.GOODWORD_POOL = 4
    with pytest.raises(SettingError, match=r"^5 jobs at once need as many connections: raise GOODWORD_POOL"):
        run_worker(5, grace=0)
