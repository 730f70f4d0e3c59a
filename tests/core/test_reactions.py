"""Reactions that fail, lose their wake-up or crash their worker are retried, and marked as failed in the end."""

import threading
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import OperationalError, connection, transaction
from psycopg.errors import AdminShutdown
from pytest_django.fixtures import DjangoAssertNumQueries, Settings

from goodword.core import clock, events, stopping
from goodword.core.models import Event, Reaction
from tests.core.test_events import happens
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
    return list(Reaction.objects.order_by("pk").values_list("state", "tries", "not_before"))


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
def test_a_worker_is_woken_once_when_the_transaction_is_over() -> None:
    with transaction.atomic():
        happens("test.works")
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            happens("test.works")
            raise ZeroDivisionError
        happens("test.works")
        assert woken() == 0
    assert woken() == 1
    happens("test.works")
    assert woken() == 1  # that one has still to come


@pytest.mark.django_db
def test_a_reaction_whose_wake_up_was_lost_is_found_by_the_sweep() -> None:
    happens("test.works")
    assert woken() == 0  # the transaction of this test is never over
    events.sweep_reactions.run()
    assert woken() == 1
    events.react.run()
    assert [state for state, _, _ in states()] == ["done"]
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs")
    events.sweep_reactions.run()
    assert woken() == 0


@pytest.mark.django_db
def test_it_is_tried_for_hours_and_then_needs_a_person() -> None:
    happens("test.fails")
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
    assert (row.state, row.tries, row.error, row.not_before) == ("failed", 8, "KeyError", None)
    assert Event.objects.get().actor == "goodword"  # nothing that the handler did was kept
    assert list(events.failed_reactions()) == [row]
    assert not events.run_due(now=clock.now() + timedelta(days=30))


@pytest.mark.django_db
def test_a_person_has_it_tried_again_with_all_its_tries() -> None:
    happens("test.fails")
    fail_for_good()
    assert events.retry_reactions(events.failed_reactions()) == 1
    assert events.retry_reactions(events.failed_reactions()) == 0
    assert states() == [("waiting", 0, None)]
    run_jobs()
    assert [state for state, _, _ in states()] == ["done"]


@pytest.mark.django_db
def test_one_that_fails_among_many_leaves_the_others_alone() -> None:
    for name in ("test.works", "test.fails", "test.works"):
        happens(name)
    raised["test.fails"] = KeyError()
    events.react.run()
    assert [state for state, _, _ in states()] == ["done", "waiting", "done"]
    assert acted == ["test.works", "test.fails", *["test.works", "test.fails", "test.works"]]
    assert list(Event.objects.order_by("pk").values_list("actor", flat=True)) == [
        "the handler",
        "goodword",
        "the handler",
    ]


@pytest.mark.django_db
@pytest.mark.parametrize("error", [outage(), stopping.Stopped()])
def test_an_outage_of_the_database_or_the_end_of_the_worker_is_no_try(error: BaseException) -> None:
    for name in ("test.works", "test.fails", "test.works"):
        happens(name)
    raised["test.fails"] = error
    now = clock.now()
    for _ in range(20):
        now += timedelta(minutes=10)
        with pytest.raises(type(error)):
            events.run_due(now=now)
    raised.clear()
    while events.run_due(now=now + timedelta(minutes=10)):
        pass
    assert [(state, tries) for state, tries, _ in states()] == [("done", 1)] * 3


@pytest.mark.django_db
def test_one_that_may_bring_the_database_down_waits_longer_each_time() -> None:
    happens("test.fails")
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
def test_one_that_ends_its_worker_each_time_needs_a_person_and_the_others_happen() -> None:
    happens("test.fails")
    happens("test.works")
    now = clock.now()
    for number in range(1, events.TRIES + 1):  # claimed, and never heard of again
        assert events._claim(now)[0].tries == number
        Reaction.objects.filter(event__name="test.works").update(tries=1, not_before=None)
        assert events.give_up_deadly(now=now) == 0
        now += events.LEASE
    assert events.give_up_deadly(now=now) == 1
    assert list(events.failed_reactions().values_list("event__name", "error")) == [
        ("test.fails", "WorkerDied")
    ]
    events.react.run()
    assert acted == ["test.works"]


@pytest.mark.django_db
def test_what_may_have_crashed_its_worker_takes_no_others_along() -> None:
    for _ in range(3):
        happens("test.works")
    now = clock.now()
    assert [row.tries for row in events._claim(now)] == [1, 1, 1]  # and the worker dies
    now += events.LEASE
    happens("test.works")
    assert [row.tries for row in events._claim(now)] == [2]
    assert sorted(tries for _, tries, _ in states()) == [0, 1, 1, 2]


@pytest.mark.django_db
def test_a_turn_ends_when_what_waits_cannot_be_claimed(
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    happens("test.works")
    Reaction.objects.update(tries=events.TRIES)
    with django_assert_max_num_queries(5):
        events.react.run()
    assert states() == [("waiting", events.TRIES, None)]


@pytest.mark.django_db
def test_after_an_outage_the_turn_ends_and_another_is_queued() -> None:
    happens("test.fails")
    raised["test.fails"] = outage()
    events.react.run()
    assert woken() == 1
    assert [(state, tries) for state, tries, _ in states()] == [("waiting", 0)]


@pytest.mark.django_db(transaction=True)
def test_one_that_waits_for_a_lock_stops_no_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(events, "BATCH_LOCK_MS", 20)
    monkeypatch.setattr(events, "ALONE_LOCK_MS", 20)
    happened = [happens("test.works") for _ in range(3)]
    with transaction.atomic():
        Event.objects.select_for_update().get(pk=happened[1].pk)  # for as long as this test likes
        in_a_thread(events.react.run)
        assert [(state, tries) for state, tries, _ in states()] == [("done", 1), ("waiting", 0), ("done", 1)]
    now = clock.now() + timedelta(minutes=1)
    assert events.run_due(now=now)
    assert [state for state, _, _ in states()] == ["done"] * 3


@pytest.mark.django_db(transaction=True)
def test_one_that_is_being_carried_out_is_left_alone_by_other_workers() -> None:
    happens("test.works")
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
def test_a_wake_up_during_the_last_look_of_a_turn_is_not_lost() -> None:
    """That job finds the lock taken and returns; the holder of the lock looks again."""
    happens("test.works")

    def something_comes_after_the_last_look(execute: Any, sql: str, *rest: Any) -> Any:
        found = execute(sql, *rest)
        if "SET tries = tries + 1" in sql and len(acted) == Reaction.objects.count() == 1:
            happens("test.works")
            in_a_thread(events.react.run)
            assert acted == ["test.works"]
        return found

    with connection.execute_wrapper(something_comes_after_the_last_look):
        events.react.run()
    assert acted == ["test.works"] * 2


@pytest.mark.django_db
def test_what_a_handler_records_is_carried_out_in_the_same_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    def records(event: Event) -> None:
        acted.append(event.name)
        if len(acted) == 1:
            happens("test.works")

    records.__qualname__ = "reacts"
    monkeypatch.setitem(FLOW, "test.works", (records,))
    happens("test.works")
    events.react.run()
    assert acted == ["test.works", "test.works"]
    assert [state for state, _, _ in states()] == ["done", "done"]


@pytest.mark.django_db
def test_a_reaction_to_an_event_that_was_erased_is_over() -> None:
    happens("test.works").delete()
    assert (Reaction.objects.count(), events.run_due(now=clock.now())) == (0, False)
