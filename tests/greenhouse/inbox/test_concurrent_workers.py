"""Several concurrent workers, each with its own connection and transactions."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
from django.db import connection as database

from goodword.candidates.domain.people import lock_person
from goodword.candidates.models import Application, Candidate
from goodword.core import clock
from goodword.greenhouse.inbox.endpoint import store
from goodword.greenhouse.models import Delivery
from goodword.greenhouse.sync.applications import sync_application, sync_applications
from greenhouse_sandbox.acts.candidates import merge_candidates
from tests.core.test_killed_worker import here
from tests.greenhouse.world import ASSESSMENT, World
from tests.support.jobs import event_names
from tests.support.overlap import before_commit

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.programs]

WORKERS = 4


@pytest.fixture
def world(alone: World) -> World:
    return alone


def at_once(act: Callable[[], object]) -> list[object]:
    """Call `act` in several threads. Returns the results."""

    def run() -> object:
        try:
            return act()
        finally:
            database.close()

    with ThreadPoolExecutor(WORKERS) as pool:
        return [future.result() for future in [pool.submit(run) for _ in range(WORKERS)]]


def test_concurrent_copies_of_a_delivery_are_stored_once(world: World) -> None:
    world.apply()
    [(body, event_id)] = world.outgoing()
    fresh = at_once(lambda: store(world.connection, body=body, event_id=event_id, now=clock.now()))
    assert sorted(map(bool, fresh)) == [False] * (WORKERS - 1) + [True]
    assert Delivery.objects.of(world.organisation).count() == 1


def test_several_workers_handle_each_delivery_once(world: World) -> None:
    people = [world.apply() for _ in range(3)]
    for person in people:
        world.move(person, ASSESSMENT)
    for body, event_id in world.outgoing():
        store(world.connection, body=body, event_id=event_id, now=clock.now())
    at_once(world.work)
    assert {state for state, _ in world.inbox()} == {"handled"}
    for person in people:
        assert event_names(world.ours(person).pk) == [
            "application.applied",
            "application.entered_stage",
            "step.requested",
            "attempt.assigned",
        ]


def test_rows_that_refer_to_a_person_can_be_inserted_while_they_are_synced(world: World) -> None:
    """A request that holds the application's lock and queues a mail would otherwise wait for the sync, and it for the
    request."""
    remote = world.apply()
    sync_application(world.connection, remote.id, now=clock.now())
    world.move(remote, ASSESSMENT)
    ours = world.ours(remote)

    def refer(_: list[str]) -> None:
        with psycopg.connect(here()["DATABASE_URL"]) as other:
            for table, pk in (
                ("candidates_application", ours.pk),
                ("candidates_candidate", ours.candidate_id),
            ):
                other.execute(f"SELECT FROM {table} WHERE id = %s FOR KEY SHARE NOWAIT".encode(), [pk])

    outcomes = sync_applications(world.connection, [remote.id], now=clock.now(), settle=refer)
    assert outcomes == [f"Application {remote.id}: left its stage, entered Assessment."]


def test_concurrent_first_readings_create_one_copy(world: World) -> None:
    remote = world.apply()
    told = at_once(lambda: sync_application(world.connection, remote.id, now=clock.now()))
    assert Application.objects.of(world.organisation).count() == 1
    assert event_names() == ["application.applied"]
    assert sorted(map(str, told)) == sorted(
        [f"Application {remote.id}: first seen."] + [f"Application {remote.id}: no changes."] * (WORKERS - 1)
    )


@pytest.mark.parametrize("order", [("loser", "winner"), ("winner", "loser")])
def test_an_application_of_a_merged_person_is_synced_while_a_member_works_with_them(
    world: World, order: tuple[str, str]
) -> None:
    """The member's action locks the person and then their applications, as do erasures."""
    people = {name: world.apply() for name in order}
    for remote in people.values():
        sync_application(world.connection, remote.id, now=clock.now())
    store = world.greenhouse.store
    loser, winner = (store.candidates.get(people[name].candidate_id) for name in ("loser", "winner"))
    assert loser is not None and winner is not None
    merge_candidates(store, loser, winner, now=world.greenhouse.now())
    ours = world.ours(people["loser"]).candidate

    def sync() -> str:
        return sync_application(world.connection, people["loser"].id, now=clock.now())

    with before_commit(sync, then=lambda: lock_person(ours.pk)) as outcomes:
        Candidate.objects.of(world.organisation).select_for_update(no_key=True).get(pk=ours.pk)
    assert outcomes == [f"Application {people['loser'].id}: no changes."]
    assert world.ours(people["loser"]).candidate.remote_id == winner.id
