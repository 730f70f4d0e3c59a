"""Reactions run at the end of the transaction that recorded their event; one that fails becomes a row."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import OperationalError, connection, transaction
from pytest_django.fixtures import Settings

from goodword.accounts.models import Organisation
from goodword.core import clock, events
from goodword.core.models import Event, Reaction
from goodword.roles.models import Role
from tests.core.test_events import record_event
from tests.core.test_reactions import acted, in_a_thread, outage, raised, reacts, woken
from tests.support import factories


def records(event: Event) -> None:
    acted.append(event.name)
    record_event("test.works")
    if event.name in raised:
        raise raised[event.name]


@events.by_worker
def takes_long(event: Event) -> None:
    acted.append(event.name)


FLOW: events.Flow = {
    "test.works": (reacts,),
    "test.fails": (reacts,),
    "test.leads_on": (records, reacts),
    "test.takes_long": (takes_long,),
}


@pytest.fixture(autouse=True)
def flow(settings: Settings) -> Iterator[None]:
    settings.GOODWORD_FLOW = f"{__name__}.FLOW"
    events.flow.cache_clear()
    raised.clear()
    acted.clear()
    yield
    events.flow.cache_clear()


def rows() -> list[tuple[str, str, int]]:
    return list(Reaction.objects.order_by("pk").values_list("event__name", "state", "attempts"))


def actors() -> list[str]:
    return list(Event.objects.order_by("pk").values_list("actor", flat=True))


@pytest.mark.django_db(transaction=True)
def test_a_reaction_runs_before_the_commit_and_leaves_no_row_and_no_job() -> None:
    with events.reacting():
        record_event("test.works")
        assert acted == []
    assert (acted, actors()) == (["test.works"], ["the handler"])
    assert (rows(), woken()) == ([], 0)


@pytest.mark.django_db(transaction=True)
def test_a_failing_reaction_is_undone_alone_and_retried_as_a_row() -> None:
    raised["test.fails"] = KeyError()
    with events.reacting():
        for name in ("test.works", "test.fails", "test.works"):
            record_event(name)
    assert actors() == ["the handler", "goodword", "the handler"]
    assert (rows(), woken()) == ([("test.fails", "waiting", 1)], 1)
    row = Reaction.objects.get()
    assert (row.error, row.not_before is not None and row.not_before > clock.now()) == ("KeyError", True)
    raised.clear()
    assert events.run_due(now=clock.now() + timedelta(seconds=events.WAIT + 1))
    assert (rows(), actors()) == ([("test.fails", "done", 2)], ["the handler"] * 3)


@pytest.mark.django_db
def test_reactions_to_events_of_reactions_follow_in_the_order_of_the_events() -> None:
    with events.reacting():
        record_event("test.leads_on")
        record_event("test.fails")
    assert acted == ["test.leads_on", "test.leads_on", "test.fails", "test.works"]
    assert rows() == []


@pytest.mark.django_db
def test_events_of_a_failed_reaction_and_of_a_savepoint_that_is_rolled_back_cause_nothing() -> None:
    raised["test.leads_on"] = KeyError()
    with events.reacting():
        record_event("test.leads_on")
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            record_event("test.works")
            raise ZeroDivisionError
    assert acted == ["test.leads_on"] * 3  # both together, then each alone
    assert rows() == [("test.leads_on", "waiting", 1)] * 2
    assert list(Event.objects.values_list("name", flat=True)) == ["test.leads_on"]


@pytest.mark.django_db(transaction=True)
def test_a_failing_transaction_has_no_reactions() -> None:
    with pytest.raises(ZeroDivisionError), events.reacting():
        record_event("test.works")
        raise ZeroDivisionError
    with events.reacting():
        pass
    assert (acted, rows(), Event.objects.count()) == ([], [], 0)


@pytest.mark.django_db(transaction=True)
def test_a_database_outage_in_a_reaction_undoes_the_transaction() -> None:
    raised["test.fails"] = outage()
    with pytest.raises(OperationalError), events.reacting():
        record_event("test.fails")
    assert (Event.objects.count(), rows()) == (0, [])


@pytest.mark.django_db(transaction=True)
def test_long_reactions_and_those_of_another_attempt_are_left_to_the_worker() -> None:
    with events.reacting():
        record_event("test.takes_long")
    with events.rows_only(), events.reacting():
        record_event("test.works")
    assert acted == []
    assert (rows(), woken()) == ([("test.takes_long", "waiting", 0), ("test.works", "waiting", 0)], 1)
    events.react.run()
    assert acted == ["test.takes_long", "test.works"]


@pytest.mark.django_db
def test_an_inner_block_leaves_its_reactions_to_the_outer_one() -> None:
    with events.reacting():
        with events.reacting():
            record_event("test.works")
        assert acted == []
    assert acted == ["test.works"]


@pytest.mark.django_db(transaction=True)
def test_a_reaction_that_waits_for_a_lock_gives_way(monkeypatch: pytest.MonkeyPatch) -> None:
    """Otherwise this transaction and the one with the lock could wait for each other."""
    monkeypatch.setattr(events, "HERE_LOCK_MS", 20)
    with transaction.atomic():
        locked = record_event("test.takes_long")

    def waits(_event: Event) -> None:
        Event.objects.select_for_update().get(pk=locked.pk)

    waits.__module__, waits.__qualname__ = __name__, "waits"
    monkeypatch.setitem(FLOW, "test.works", (waits,))

    def react() -> None:
        with events.reacting():
            record_event("test.works")

    Reaction.objects.all().delete()
    with transaction.atomic():
        Event.objects.select_for_update().get(pk=locked.pk)
        in_a_thread(react)
        assert rows() == [("test.works", "waiting", 0)]  # not counted as an attempt
    assert woken() == 1
    events.react.run()
    assert rows() == [("test.works", "done", 1)]


@pytest.mark.programs
@pytest.mark.django_db(transaction=True)
def test_the_commit_waits_for_locks_longer_than_a_reaction(monkeypatch: pytest.MonkeyPatch) -> None:
    """It checks foreign keys, here the one to the organisation."""
    monkeypatch.setattr(events, "HERE_LOCK_MS", 20)
    organisation = factories.organisation()
    owner = factories.member(organisation, kind="admin")

    def react() -> None:
        try:
            with events.reacting():
                factories.role(organisation, owner=owner)
                record_event("test.works")
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as other:
        with transaction.atomic():
            Organisation.objects.select_for_update().get(pk=organisation.pk)
            done = other.submit(react)
            while acted == []:
                time.sleep(0.01)
            time.sleep(0.1)
        done.result()
    assert Role.objects.of(organisation).count() == 1
