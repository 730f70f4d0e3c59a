"""Reactions that fail, lose their wake-up or crash their worker are retried, and finally marked as failed."""

import threading
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import OperationalError, connection, transaction
from psycopg.errors import AdminShutdown
from pytest_django.fixtures import DjangoAssertNumQueries, Settings

from goodword.core import clock, events, process
from goodword.core.models import Event, Reaction
from tests.core.test_events import record_event
from tests.support.jobs import run_jobs

#: what the handler raises, by the event's name
raised: dict[str, BaseException] = {}
acted: list[str] = []


def reacts(event: Event) -> None:
    Event.objects.filter(pk=event.pk).update(actor="the handler")
    acted.append(event.name)
    if event.name in raised:
        raise raised[event.name]


FLOW: events.Flow = {"test.fails": (reacts,), "test.works": (reacts,)}
HANDLER = f"{__name__}.reacts"


@pytest.fixture(autouse=True)
def flow(settings: Settings) -> Iterator[None]:
    settings.GOODWORD_FLOW = f"{__name__}.FLOW"
    events.flow.cache_clear()
    raised.clear()
    acted.clear()
    yield
    events.flow.cache_clear()


def fail_for_good() -> None:
    raised["test.fails"] = KeyError("an address that no log is to hold")
    now = clock.now()
    for _ in range(events.TRIES):
        now += timedelta(days=1)
        assert events.run_due(now=now)
    raised.clear()


def outage() -> OperationalError:
    error = OperationalError("terminating connection due to administrator command")
    error.__cause__ = AdminShutdown()
    return error


def states() -> list[tuple[str, int, datetime | None]]:
    return list(Reaction.objects.order_by("pk").values_list("state", "attempts", "not_before"))


def in_a_thread(act: Callable[[], None]) -> None:
    def run() -> None:
        try:
            act()
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()


def woken() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'event.react'")
        return int(cursor.fetchone()[0])


@pytest.mark.django_db(transaction=True)
def test_a_worker_is_woken_once_per_commit() -> None:
    with transaction.atomic():
        record_event("test.works")
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            record_event("test.works")
            raise ZeroDivisionError
        record_event("test.works")
        assert woken() == 0
    assert woken() == 1
    record_event("test.works")
    assert woken() == 1  # the first job is still queued


@pytest.mark.django_db
def test_a_lost_wake_up_is_found_by_the_sweep() -> None:
    record_event("test.works")
    assert woken() == 0  # the transaction of this test never commits
    events.sweep_reactions.run()
    assert woken() == 1
    events.react.run()
    assert [state for state, _, _ in states()] == ["done"]
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs")
    events.sweep_reactions.run()
    assert woken() == 0


@pytest.mark.django_db
def test_a_failing_reaction_is_retried_for_hours_and_then_fails() -> None:
    record_event("test.fails")
    raised["test.fails"] = KeyError("an address that no log is to hold")
    waits = []
    now = clock.now()
    for _ in range(events.TRIES - 1):
        assert events.run_due(now=now)
        row = Reaction.objects.get()
        assert row.not_before is not None
        waits.append(round((row.not_before - clock.now()).total_seconds()))
        assert not events.run_due(now=row.not_before - timedelta(seconds=1))
        now = row.not_before
    assert waits == [4, 16, 64, 256, 1024, 4096, 16384]
    assert list(events.failed_reactions()) == []
    assert events.run_due(now=now)
    row = Reaction.objects.get()
    assert (row.state, row.attempts, row.error, row.not_before) == ("failed", 8, "KeyError", None)
    assert Event.objects.get().actor == "goodword"  # the handler's changes were rolled back
    assert list(events.failed_reactions()) == [row]
    assert not events.run_due(now=clock.now() + timedelta(days=30))


@pytest.mark.main_case
@pytest.mark.django_db
def test_retrying_a_failed_reaction_resets_its_attempts() -> None:
    record_event("test.fails")
    fail_for_good()
    assert events.retry_reactions(events.failed_reactions()) == 1
    assert events.retry_reactions(events.failed_reactions()) == 0
    assert states() == [("waiting", 0, None)]
    run_jobs()
    assert [state for state, _, _ in states()] == ["done"]


@pytest.mark.django_db
def test_a_failing_reaction_does_not_affect_the_others() -> None:
    for name in ("test.works", "test.fails", "test.works"):
        record_event(name)
    raised["test.fails"] = KeyError()
    events.react.run()
    assert [state for state, _, _ in states()] == ["done", "waiting", "done"]
    assert acted == ["test.works", "test.fails", *["test.works", "test.fails", "test.works"]]
    assert list(Event.objects.order_by("pk").values_list("actor", flat=True)) == [
        "the handler",
        "goodword",
        "the handler",
    ]


@pytest.mark.world
@pytest.mark.django_db
@pytest.mark.parametrize("error", [outage(), process.Stopped()])
def test_outages_and_shutdowns_do_not_count_as_attempts(error: BaseException) -> None:
    for name in ("test.works", "test.fails", "test.works"):
        record_event(name)
    raised["test.fails"] = error
    now = clock.now()
    for _ in range(20):
        now += timedelta(minutes=10)
        with pytest.raises(type(error)):
            events.run_due(now=now)
    raised.clear()
    while events.run_due(now=now + timedelta(minutes=10)):
        pass
    assert [(state, attempts) for state, attempts, _ in states()] == [("done", 1)] * 3


@pytest.mark.django_db
def test_a_reaction_during_outages_backs_off() -> None:
    record_event("test.fails")
    raised["test.fails"] = outage()
    waits = []
    for _ in range(12):
        with pytest.raises(OperationalError):
            events.run_due(now=clock.now() + timedelta(hours=1))
        due = Reaction.objects.get().not_before
        assert due is not None
        waits.append(round((due - clock.now()).total_seconds()))
    assert waits == [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300, 300]


@pytest.mark.django_db
def test_a_reaction_that_keeps_killing_workers_fails_alone() -> None:
    record_event("test.fails")
    record_event("test.works")
    now = clock.now()
    for number in range(1, events.TRIES + 1):  # claimed, never settled
        assert events._claim(now)[0].attempts == number
        Reaction.objects.filter(event__name="test.works").update(attempts=1, not_before=None)
        assert events.give_up_deadly(now=now) == 0
        now += events.LEASE
    assert events.give_up_deadly(now=now) == 1
    assert list(events.failed_reactions().values_list("event__name", "error")) == [
        ("test.fails", "WorkerDied")
    ]
    events.react.run()
    assert acted == ["test.works"]


@pytest.mark.django_db
def test_a_reaction_that_may_have_killed_its_worker_runs_alone() -> None:
    for _ in range(3):
        record_event("test.works")
    now = clock.now()
    assert [row.attempts for row in events._claim(now)] == [1, 1, 1]  # and the worker dies
    now += events.LEASE
    record_event("test.works")
    assert [row.attempts for row in events._claim(now)] == [2]
    assert sorted(attempts for _, attempts, _ in states()) == [0, 1, 1, 2]


@pytest.mark.django_db
def test_a_run_ends_when_nothing_can_be_claimed(
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    record_event("test.works")
    Reaction.objects.update(attempts=events.TRIES)
    with django_assert_max_num_queries(5):
        events.react.run()
    assert states() == [("waiting", events.TRIES, None)]


@pytest.mark.django_db
def test_an_outage_ends_the_run_and_queues_another() -> None:
    record_event("test.fails")
    raised["test.fails"] = outage()
    events.react.run()
    assert woken() == 1
    assert [(state, attempts) for state, attempts, _ in states()] == [("waiting", 0)]


@pytest.mark.django_db(transaction=True)
def test_a_locked_reaction_does_not_block_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(events, "BATCH_LOCK_MS", 20)
    monkeypatch.setattr(events, "ALONE_LOCK_MS", 20)
    happened = [record_event("test.works") for _ in range(3)]
    with transaction.atomic():
        Event.objects.select_for_update().get(pk=happened[1].pk)  # locked until the end of the block
        in_a_thread(events.react.run)
        assert [(state, attempts) for state, attempts, _ in states()] == [
            ("done", 1),
            ("waiting", 0),
            ("done", 1),
        ]
    now = clock.now() + timedelta(minutes=1)
    assert events.run_due(now=now)
    assert [state for state, _, _ in states()] == ["done"] * 3


@pytest.mark.django_db(transaction=True)
def test_a_running_reaction_is_skipped_by_other_workers() -> None:
    record_event("test.works")
    row = Reaction.objects.select_related("event").get()
    seen: list[bool] = []

    def another_worker() -> None:
        seen.append(events.run_due(now=clock.now() + timedelta(hours=1)))
        events.run_reaction(row)

    with transaction.atomic():
        events.run_reaction(row)
        in_a_thread(another_worker)
    assert (seen, acted) == ([False], ["test.works"])


@pytest.mark.django_db(transaction=True)
def test_a_wake_up_during_the_last_query_is_not_lost() -> None:
    """The job finds the lock taken and returns; the lock's holder checks again."""
    record_event("test.works")

    def record_after_the_last_query(execute: Any, sql: str, *rest: Any) -> Any:
        found = execute(sql, *rest)
        if "SET attempts = attempts + 1" in sql and len(acted) == Reaction.objects.count() == 1:
            record_event("test.works")
            in_a_thread(events.react.run)
            assert acted == ["test.works"]
        return found

    with connection.execute_wrapper(record_after_the_last_query):
        events.react.run()
    assert acted == ["test.works"] * 2


@pytest.mark.django_db
def test_events_recorded_by_a_handler_are_handled_in_the_same_run(monkeypatch: pytest.MonkeyPatch) -> None:
    def records(event: Event) -> None:
        acted.append(event.name)
        if len(acted) == 1:
            record_event("test.works")

    records.__qualname__ = "reacts"
    monkeypatch.setitem(FLOW, "test.works", (records,))
    record_event("test.works")
    events.react.run()
    assert acted == ["test.works", "test.works"]
    assert [state for state, _, _ in states()] == [
        "done"
    ]  # the second one ran in the transaction of the first


@pytest.mark.django_db
def test_reactions_of_erased_events_are_gone() -> None:
    record_event("test.works").delete()
    assert (Reaction.objects.count(), events.run_due(now=clock.now())) == (0, False)


@pytest.mark.django_db
def test_reactions_done_long_ago_are_deleted_and_others_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(events, "PRUNE_BATCH", 2)
    now = clock.now()

    def reaction(state: str, days: int) -> int:
        event = record_event("test.works")
        at = now - timedelta(days=days)
        Reaction.objects.filter(event=event).update(state=state, done_at=at if state == "done" else None)
        return Reaction.objects.get(event=event).pk

    old = [reaction("done", 31) for _ in range(3)]
    kept = [reaction("done", 29), reaction("failed", 400), reaction("waiting", 400)]
    assert events.prune(now=now) == len(old)
    assert list(Reaction.objects.order_by("pk").values_list("pk", flat=True)) == kept
    assert Event.objects.count() == len(old) + len(kept)
