"""A worker that is killed loses no job: the next one runs it."""

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
    """Let a worker have begun every job that waits."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE procrastinate_jobs SET status = 'doing', worker_id = %s, attempts = %s WHERE status = 'todo'",
            [worker_id, attempts],
        )


def states() -> list[tuple[str, str]]:
    return list(ProcrastinateJob.objects.order_by("id").values_list("task_name", "status"))


@pytest.mark.django_db
@pytest.mark.parametrize("known", [True, False])
def test_the_job_of_a_dead_worker_is_given_back(known: bool) -> None:
    work.defer(number=1)
    take(worker_id=worker(silent=timedelta(minutes=1)) if known else None)
    assert job_recovery.retry_stalled() == 1
    assert waiting() == [("tests.work", {"number": 1})]


@pytest.mark.django_db
def test_the_job_of_a_living_worker_is_left_to_it() -> None:
    work.defer(number=1)
    take(worker_id=worker(silent=timedelta(seconds=12)))
    assert job_recovery.retry_stalled() == 0
    assert states() == [("tests.work", "doing")]


@pytest.mark.django_db
def test_under_a_queueing_lock_the_newer_one_takes_its_place() -> None:
    work.defer_once(lock="one", number=1)
    take(worker_id=None)
    work.defer_once(lock="one", number=2)
    assert job_recovery.retry_stalled() == 0
    assert waiting() == [("tests.work", {"number": 2})]
    assert states() == [("tests.work", "todo")]


@pytest.mark.django_db
def test_under_a_queueing_lock_it_is_given_back_if_no_other_waits() -> None:
    work.defer_once(lock="one", number=1)
    take(worker_id=None)
    assert job_recovery.retry_stalled() == 1
    assert waiting() == [("tests.work", {"number": 1})]


@pytest.mark.django_db
def test_a_job_that_kills_its_workers_is_given_up() -> None:
    work.defer(number=1)
    take(worker_id=None, attempts=job_recovery.TRIES)
    assert job_recovery.retry_stalled() == 0
    assert states() == [("tests.work", "failed")]


@pytest.mark.django_db
def test_what_failed_long_ago_goes_and_what_failed_lately_stays() -> None:
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


@jobs.job(name="tests.sweep", cron="0 0 1 1 * 0", queueing_lock="tests.sweep")
def sweep(*, timestamp: int = 0) -> None:
    """A test sweep that is due once a year."""


@jobs.job(name="tests.swept", swept_by="tests.sweep")
def swept(*, number: int) -> None:
    """A job whose work the sweep does if it fails."""


def failed(*names: str) -> None:
    with connection.cursor() as cursor:
        for name in names:
            cursor.execute(
                "INSERT INTO procrastinate_jobs (queue_name, task_name, args, status, attempts) "
                "VALUES ('default', %s, '{}', 'failed', 1)",
                [name],
            )


@pytest.mark.django_db(transaction=True)
def test_what_a_sweep_has_made_good_is_not_called_failed_any_more() -> None:
    failed("tests.swept", "tests.work", "tests.sweep")
    app.tasks["tests.sweep"].func(timestamp=0)
    assert states() == [("tests.work", "failed")]  # no sweep does this one


@pytest.mark.django_db
def test_a_sweep_that_fails_each_time_is_listed_once() -> None:
    failed("tests.sweep", "tests.work", "tests.sweep", "tests.work")
    job_recovery.sweep_stalled.run()
    assert states() == [("tests.work", "failed"), ("tests.sweep", "failed"), ("tests.work", "failed")]


def test_every_sweep_that_makes_a_job_good_runs_by_time() -> None:
    periodic = {task.task.name for task in app.periodic_registry.periodic_tasks.values()}
    assert set(jobs.SWEPT) <= periodic


def test_both_run_by_time() -> None:
    periodic = {task.task.name for task in app.periodic_registry.periodic_tasks.values()}
    assert {"jobs.retry_stalled", "jobs.prune"} <= periodic


@pytest.mark.django_db
def test_sessions_that_are_over_go() -> None:
    for days in (-1, 1):
        Session.objects.create(session_key=str(days), expire_date=timezone.now() + timedelta(days=days))
    job_recovery.prune.run()
    assert [session.session_key for session in Session.objects.all()] == ["1"]


def test_a_worker_with_fewer_connections_than_jobs_at_once_does_not_start(settings: Settings) -> None:
    settings.GOODWORD_POOL = 4
    with pytest.raises(SettingError, match=r"^5 jobs at once need as many connections: raise GOODWORD_POOL"):
        run_worker(5, grace=0)
