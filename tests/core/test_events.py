"""Events are recorded in the transaction of their row, with a reaction for each handler."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction
from pytest_django.fixtures import Settings

from goodword.core import events
from goodword.core.models import Event, Reaction
from tests.support import factories
from tests.support.jobs import run_jobs, waiting

acted: list[int] = []


class Broken(Exception):
    """A handler that fails."""


def acts(event: Event) -> None:
    acted.append(event.pk)
    time.sleep(0.15)  # long enough for a second run to start


def fails_once(event: Event) -> None:
    acted.append(event.pk)
    if len(acted) == 1:
        raise Broken


@events.only_for(kind="assessment")
def on_assessment(event: Event) -> None:
    acted.append(event.pk)


FLOW: events.Flow = {
    "test.happened": (acts,),
    "test.fails": (fails_once,),
    "test.alone": (),
    "test.of_a_kind": (on_assessment,),
}
ACTS = f"{__name__}.acts"


@pytest.fixture(autouse=True)
def flow(settings: Settings) -> Iterator[None]:
    settings.GOODWORD_FLOW = f"{__name__}.FLOW"
    events.flow.cache_clear()
    acted.clear()
    yield
    events.flow.cache_clear()


def record_event(name: str, **data: str) -> Event:
    with transaction.atomic():
        return events.record(
            name, organisation_id=1, application_id=2, at=factories.NOW, actor="goodword", data=data
        )


@pytest.mark.django_db(transaction=True)
def test_an_event_outside_a_transaction_is_rejected() -> None:
    with pytest.raises(RuntimeError, match="must be recorded in the transaction of their row"):
        events.record("test.happened", organisation_id=1, at=factories.NOW, actor="goodword")
    assert Event.objects.count() == 0


@pytest.mark.django_db
def test_an_unknown_event_name_is_rejected() -> None:
    with pytest.raises(KeyError), transaction.atomic():
        events.record("test.unknown", organisation_id=1, at=factories.NOW, actor="goodword")
    assert (Event.objects.count(), waiting()) == (0, [])


@pytest.mark.django_db
def test_each_handler_gets_a_reaction_and_events_without_handlers_are_only_stored() -> None:
    event = record_event("test.happened")
    record_event("test.alone")
    assert waiting() == [("event.react", {"event_id": event.pk, "handler": ACTS})]
    assert Event.objects.count() == 2


@pytest.mark.django_db
def test_a_handler_of_certain_events_gets_no_reaction_to_others() -> None:
    event = record_event("test.of_a_kind", kind="assessment")
    record_event("test.of_a_kind", kind="reference_check")
    assert [task["event_id"] for _, task in waiting()] == [event.pk]


@pytest.mark.main_case
@pytest.mark.django_db
def test_a_handler_runs_once_per_event() -> None:
    event = record_event("test.happened")
    run_jobs()
    events.react.run()
    assert acted == [event.pk]
    assert list(Reaction.objects.values_list("event_id", "handler", "state")) == [(event.pk, ACTS, "done")]


@pytest.mark.django_db
def test_a_failing_handler_is_rolled_back_and_retried() -> None:
    record_event("test.fails")
    events.react.run()
    row = Reaction.objects.get()
    assert (row.state, row.attempts, row.error, row.done_at) == ("waiting", 1, "Broken", None)
    assert row.not_before is not None
    events.run_due(now=row.not_before)
    row = Reaction.objects.get()
    assert (len(acted), row.state, row.error, row.not_before) == (2, "done", "", None)


@pytest.mark.django_db
def test_a_reaction_of_another_version_is_left_to_its_workers_and_then_fails() -> None:
    event = record_event("test.alone")
    Reaction.objects.create(event=event, handler=ACTS)
    events.react.run()
    row = Reaction.objects.get()
    assert (acted, row.state, row.attempts, row.error) == ([], "waiting", 1, "UnknownHandler")
    Reaction.objects.update(attempts=events.TRIES - 1, not_before=None)
    events.react.run()
    assert (acted, Reaction.objects.get().state) == ([], "failed")


@pytest.mark.django_db(transaction=True)
def test_concurrent_workers_run_a_handler_once() -> None:
    event = record_event("test.happened")
    row = Reaction.objects.select_related("event").get()

    def work(_: int) -> None:
        try:
            events.run_reaction(row)
        finally:
            connection.close()

    with ThreadPoolExecutor(3) as pool:
        list(pool.map(work, range(3)))
    assert acted == [event.pk]
    assert Reaction.objects.get().state == "done"


@pytest.mark.django_db
def test_only_events_recorded_within_the_block_are_collected() -> None:
    organisation = factories.organisation()

    def record_event() -> Event:
        with transaction.atomic():
            return events.record(
                "test.alone", organisation_id=organisation.pk, at=factories.NOW, actor="goodword"
            )

    record_event()
    with events.collect_events() as outer:
        first = record_event()
        with events.collect_events() as inner:
            second = record_event()
    record_event()
    assert (outer, inner) == ([first], [second])
