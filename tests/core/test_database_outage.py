"""The worker survives a database outage: no job is lost, repeated or marked as failed."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest
from django.db import connection, transaction
from procrastinate.contrib.django.models import ProcrastinateJob, ProcrastinateWorker
from psycopg import sql

from goodword.core import jobs
from goodword.core.events import record
from goodword.core.models import Reaction
from goodword.core.supervise import goodword
from tests.core.test_killed_worker import HANDLER, doing, here, until
from tests.support import factories
from tests.support.heartbeat import silent_for

pytestmark = pytest.mark.programs


@contextmanager
def worker() -> Iterator["subprocess.Popen[bytes]"]:
    ProcrastinateWorker.objects.all()._raw_delete("default")
    running = subprocess.Popen(goodword("worker"), env=here())
    try:
        until(ProcrastinateWorker.objects.exists)
        yield running
    finally:
        running.terminate()
        assert running.wait(60) == 0


def execute(statement: str, *values: int | str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def cut_all_off() -> None:
    execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        "WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )


@contextmanager
def outage() -> Iterator[None]:
    """Block the database for everyone but this test."""
    name = sql.Identifier(connection.settings_dict["NAME"])
    with psycopg.connect(here()["DATABASE_URL"], dbname="postgres", autocommit=True) as elsewhere:
        elsewhere.execute(sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS false").format(name))
        try:
            cut_all_off()
            yield
        finally:
            elsewhere.execute(sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS true").format(name))


def record_change() -> int:
    application = factories.application(factories.role(factories.organisation()))
    with transaction.atomic():
        event = record(
            "candidate.changed",
            organisation_id=application.organisation_id,
            application_id=application.pk,
            actor="greenhouse",
            at=factories.NOW,
        )
    return event.pk


def reacted(event_id: int) -> bool:
    return Reaction.objects.filter(event=event_id, handler=HANDLER, state="done").exists()


@pytest.mark.django_db(transaction=True)
def test_a_worker_waits_for_its_database_and_resumes() -> None:
    with worker() as running:
        with outage():
            event = record_change()
            execute("UPDATE core_heartbeat SET seen_at = now() - interval '1 hour'")
            with pytest.raises(subprocess.TimeoutExpired):
                running.wait(4)
        until(lambda: reacted(event))
        until(lambda: (silence := silent_for()) is not None and silence.total_seconds() < 60)
        assert ProcrastinateJob.objects.filter(status="failed").count() == 0


@pytest.mark.django_db(transaction=True)
def test_a_job_interrupted_by_an_outage_is_rerun_by_the_same_worker() -> None:
    event = record_change()
    with psycopg.connect(here()["DATABASE_URL"]) as other, worker():
        other.execute("LOCK TABLE workflow_steprequest IN ACCESS EXCLUSIVE MODE")  # blocks the handler
        until(lambda: Reaction.objects.get(event=event, handler=HANDLER).attempts == 1)
        with outage():
            other.close()
        until(lambda: reacted(event))
        until(lambda: not doing())
    assert (
        Reaction.objects.get(event=event, handler=HANDLER).attempts == 1
    )  # the interrupted attempt does not count
    assert ProcrastinateJob.objects.filter(status="failed").count() == 0


@pytest.mark.django_db(transaction=True)
def test_a_job_lost_while_being_fetched_is_requeued() -> None:
    with worker():
        me = ProcrastinateWorker.objects.get().pk
        # as if the worker had fetched it but never received it
        execute(
            "INSERT INTO procrastinate_jobs (queue_name, task_name, args, status, worker_id) "
            "VALUES ('lost', 'event.react', '{}', 'doing', %s)",
            me,
        )
        until(lambda: not ProcrastinateJob.objects.filter(queue_name="lost").exists())


@pytest.mark.django_db(transaction=True)
def test_a_worker_whose_row_was_deleted_registers_again_for_its_next_job() -> None:
    with worker():
        me = ProcrastinateWorker.objects.get().pk
        execute("DELETE FROM procrastinate_workers")
        jobs.named("event.react").queue()
        until(lambda: list(ProcrastinateWorker.objects.values_list("pk", flat=True)) == [me])
