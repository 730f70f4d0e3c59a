"""Jobs are queued in the caller's transaction, and retried only for their own errors."""

import psycopg
import pytest
from asgiref.sync import async_to_sync
from django.db import DatabaseError, OperationalError, transaction
from procrastinate import RetryDecision
from procrastinate.contrib.django import app
from procrastinate.contrib.django.django_connector import DjangoConnector
from procrastinate.jobs import Job

from goodword.core import events, jobs, process
from goodword.greenhouse.inbox.leases import wake_inbox
from goodword.notifications.domain.send import send_email
from tests.support.jobs import waiting


class Undone(Exception):
    """Undoes a transaction."""


@jobs.job(name="tests.note")
def note(*, number: int) -> None:
    """A job of these tests."""


@pytest.mark.django_db
def test_a_deferred_job_is_queued_with_its_arguments() -> None:
    note.defer(number=3)
    assert waiting() == [("tests.note", {"number": 3})]


@pytest.mark.django_db
def test_a_rollback_removes_the_job() -> None:
    with pytest.raises(Undone), transaction.atomic():
        note.defer(number=3)
        assert len(waiting()) == 1
        raise Undone
    assert waiting() == []


@pytest.mark.django_db
def test_a_rollback_inside_a_worker_removes_the_job() -> None:
    # a worker has its own connections, but jobs still use the one of the transaction
    connector = app.connector
    assert isinstance(connector, DjangoConnector)
    with app.replace_connector(connector.get_worker_connector()), pytest.raises(Undone), transaction.atomic():
        note.defer(number=3)
        assert note.defer_once(lock="one", number=4) is True
        assert len(waiting()) == 2
        raise Undone
    assert waiting() == []


@pytest.mark.django_db
def test_one_job_waits_per_queueing_lock() -> None:
    with transaction.atomic():
        assert note.defer_once(lock="one", number=1) is True
        assert note.defer_once(lock="one", number=2) is False
        assert note.defer_once(lock="two", number=3) is True
    assert waiting() == [("tests.note", {"number": 1}), ("tests.note", {"number": 3})]


def test_jobs_with_a_queueing_lock_are_not_retried() -> None:
    locked = [task for task in app.tasks.values() if task.queueing_lock]
    assert [task.name for task in locked if decided(task.name, ValueError()) is not None] == []


@pytest.mark.parametrize(("attempts", "retried"), [(1, True), (7, True), (8, False)])
def test_resuming_after_a_key_is_retried_for_hours(attempts: int, retried: bool) -> None:
    decision = decided("greenhouse.resume", ValueError(), attempts=attempts)
    assert (decision is not None) == retried


def decided(name: str, error: Exception, *, attempts: int = 100) -> RetryDecision | None:
    """The decision about a job that failed like this after so many attempts."""
    strategy = app.tasks[name].retry_strategy
    assert strategy is not None
    job = Job(lock=None, queueing_lock=None, task_name=name, queue="default", priority=0, attempts=attempts)
    return strategy.get_retry_decision(exception=error, job=job)


@jobs.job(name="tests.ends")
def ends(*, how: str) -> None:
    """A test job that is interrupted."""
    if how == "stopped":
        raise process.Stopped
    if how == "cut off":
        raise OperationalError("server closed the connection unexpectedly") from psycopg.OperationalError()
    if how == "shut down":
        raise OperationalError from psycopg.errors.AdminShutdown()
    if how == "full":
        raise DatabaseError from psycopg.errors.DiskFull()
    if how == "deadlock":
        raise OperationalError from psycopg.errors.DeadlockDetected()
    raise ValueError(how)


@pytest.mark.matrix
@pytest.mark.django_db
@pytest.mark.parametrize("how", ["stopped", "cut off", "shut down", "full"])
def test_interruptions_do_not_count_as_attempts(how: str) -> None:
    with pytest.raises(jobs.Interrupted) as interrupted:
        app.tasks["tests.ends"].func(how=how)
    decision = decided("tests.ends", interrupted.value)
    assert isinstance(decision, jobs.GiveBack)
    assert decision.outage == (how != "stopped")


@pytest.mark.django_db
@pytest.mark.parametrize("how", ["deadlock", "bug"])
def test_errors_of_the_job_count_as_attempts(how: str) -> None:
    with pytest.raises((DatabaseError, ValueError)) as failed:
        app.tasks["tests.ends"].func(how=how)
    assert decided("tests.ends", failed.value) is None


def test_every_periodic_job_has_a_queueing_lock() -> None:
    unlocked = [
        periodic.task.name
        for periodic in app.periodic_registry.periodic_tasks.values()
        if not periodic.task.queueing_lock
    ]
    assert unlocked == []


@pytest.mark.django_db
def test_follow_up_work_runs_before_new_deliveries() -> None:
    wake_inbox()
    events.wake()
    send_email.defer(email_id=1)
    taken = [fetched() for _ in range(3)]
    assert taken == ["email.send", "event.react", "greenhouse.inbox"]


def fetched() -> str | None:
    """Fetch the job that a worker would take next. Returns its name."""
    job = async_to_sync(jobs.QUEUE.fetch_job)(
        queues=None, worker_id=async_to_sync(jobs.QUEUE.register_worker)()
    )
    return job.task_name if job else None


def test_no_periodic_job_runs_every_second() -> None:
    crons = {periodic.task.name: periodic.cron for periodic in app.periodic_registry.periodic_tasks.values()}
    assert [name for name, cron in crons.items() if cron.split()[5:] == ["*"]] == []
