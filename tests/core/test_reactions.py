"""Reactions that fail, lose their job or kill their worker are retried, and finally fail."""

from datetime import timedelta
from importlib import import_module

import pytest
from django.db import OperationalError, connection
from psycopg.errors import AdminShutdown
from pytest_django.fixtures import Settings

from goodword.core import clock, events, reactions, upkeep
from goodword.core.models import Event, Reaction
from tests.core.test_events import happens
from tests.support.jobs import run_jobs, waiting

raised: list[Exception] = []


def reacts(event: Event) -> None:
    if raised:
        raise raised[0]


FLOW: events.Flow = {"test.fails": (reacts,)}
HANDLER = f"{__name__}.reacts"


@pytest.fixture(autouse=True)
def flow(settings: Settings) -> object:
    settings.GOODWORD_FLOW = f"{__name__}.FLOW"
    events._flow.cache_clear()
    raised.clear()
    yield
    events._flow.cache_clear()


def forget_jobs() -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs")


def fail(event: Event, *, times: int) -> None:
    raised.append(KeyError("an address that no log is to hold"))
    for _ in range(times):
        with pytest.raises(KeyError):
            events.react.run(event_id=event.pk, handler=HANDLER)
    raised.clear()
    forget_jobs()


@pytest.mark.django_db
def test_a_reaction_whose_job_is_lost_is_queued_by_the_sweep() -> None:
    event = happens("test.fails")
    late = event.occurred_at + timedelta(minutes=2)
    assert reactions.retry_due(now=late) == 0  # its job is queued
    forget_jobs()
    assert reactions.retry_due(now=late) == 0  # it was checked just now
    assert reactions.retry_due(now=late + timedelta(minutes=2)) == 1
    assert waiting() == [("event.react", {"event_id": event.pk, "handler": HANDLER})]
    run_jobs()
    assert Reaction.objects.get().state == "done"


@pytest.mark.django_db
def test_it_is_tried_for_hours_and_then_needs_a_person() -> None:
    event = happens("test.fails")
    waits = []
    for _ in range(events.TRIES - 1):
        fail(event, times=1)
        row = Reaction.objects.get()
        assert row.not_before is not None
        waits.append(round((row.not_before - clock.now()).total_seconds()))
    assert waits == [4, 16, 64, 256, 1024, 4096, 16384]
    assert list(reactions.failed()) == []
    fail(event, times=1)
    row = Reaction.objects.get()
    assert (row.state, row.tries, row.error, row.not_before) == ("failed", 8, "KeyError", None)
    assert list(reactions.failed()) == [row]
    assert reactions.retry_due(now=clock.now() + timedelta(days=30)) == 0
    events.react.run(event_id=event.pk, handler=HANDLER)  # a late job changes nothing
    assert Reaction.objects.get().state == "failed"


@pytest.mark.django_db
def test_a_person_has_it_tried_again_with_all_its_tries() -> None:
    fail(happens("test.fails"), times=events.TRIES)
    assert reactions.try_again(reactions.failed(), now=clock.now()) == 1
    assert reactions.try_again(reactions.failed(), now=clock.now()) == 0
    assert Reaction.objects.get().tries == 0
    assert len(waiting()) == 1
    run_jobs()
    assert Reaction.objects.get().state == "done"


@pytest.mark.django_db
def test_an_outage_of_the_database_is_no_try() -> None:
    event = happens("test.fails")
    error = OperationalError("terminating connection due to administrator command")
    error.__cause__ = AdminShutdown()
    raised.append(error)
    for _ in range(20):
        with pytest.raises(OperationalError):
            events.react.run(event_id=event.pk, handler=HANDLER)
    row = Reaction.objects.get()
    assert (row.state, row.tries) == ("waiting", 0)


@pytest.mark.django_db
def test_one_that_ends_its_worker_each_time_needs_a_person() -> None:
    event = happens("test.fails")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET status = 'doing', attempts = %s", [upkeep.TRIES])
    upkeep.retry_stalled()
    reactions.sweep.run()
    row = Reaction.objects.get(event=event)
    assert (row.state, row.error) == ("failed", "WorkerDied")


@pytest.mark.django_db
def test_a_reaction_to_an_event_that_was_erased_is_over() -> None:
    event = happens("test.fails")
    pk = event.pk
    event.delete()
    events.react.run(event_id=pk, handler=HANDLER)


@pytest.mark.django_db
def test_jobs_of_a_version_without_rows_get_them() -> None:
    rows_of_jobs = import_module("goodword.core.migrations.0004_reactions_wait_and_fail").ROWS_OF_JOBS
    lost, waits, both, done = (happens("test.fails") for _ in range(4))
    Reaction.objects.exclude(event=done).delete()
    Reaction.objects.update(state="done")
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO procrastinate_jobs (queue_name, task_name, args, status) "
            "SELECT queue_name, task_name, args, 'failed' FROM procrastinate_jobs "
            "WHERE args->'event_id' IN (%s::text::jsonb, %s::text::jsonb)",
            [lost.pk, both.pk],
        )
        cursor.execute(
            "DELETE FROM procrastinate_jobs WHERE status = 'todo' AND args->'event_id' = %s::text::jsonb",
            [lost.pk],
        )
        cursor.execute(rows_of_jobs)
    states = dict(Reaction.objects.values_list("event_id", "state"))
    assert states == {lost.pk: "failed", waits.pk: "waiting", both.pk: "waiting", done.pk: "done"}
