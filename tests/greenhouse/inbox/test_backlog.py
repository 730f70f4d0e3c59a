"""A large backlog and dead workers: the cost of a claim, and when leases end."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Event

import pytest
from django.db import connection as database
from django.db.models import F

from goodword.core import clock
from goodword.greenhouse.inbox import processing
from goodword.greenhouse.inbox.leases import Turn, Turns, claim, requeue_interrupted, settle
from goodword.greenhouse.models import Connection, Delivery
from tests.greenhouse.world import World
from tests.support import factories

State = Delivery.State
MANY = 2_000


@pytest.fixture
def world(alone: World) -> World:
    return alone


def put(world: World, count: int, *, state: str, applications: int | None = None) -> None:
    """Create deliveries, spread over this many applications."""
    now = clock.now()
    Delivery.objects.across_organisations().bulk_create(
        Delivery(
            organisation=world.organisation,
            connection=world.connection,
            action="candidate_stage_change",
            body=b"{}",
            state=state,
            handled_at=None if state == State.RECEIVED else now,
            not_before=now + timedelta(microseconds=number),
            remote_application_id=1 + number % (applications or count),
            received_at=now,
        )
        for number in range(count)
    )


def backlog_after_an_empty_night(world: World, **values: int) -> None:
    """Statistics gathered while the inbox was empty, and then a backlog."""
    put(world, MANY, state=State.HANDLED)
    with database.cursor() as cursor:
        cursor.execute("ANALYZE greenhouse_delivery")
    put(world, MANY, state=State.RECEIVED, **values)


def rows_read() -> int:
    """Inbox rows fetched in this transaction."""
    with database.cursor() as cursor:
        cursor.execute(
            "SELECT seq_tup_read + coalesce(idx_tup_fetch, 0) FROM pg_stat_xact_user_tables"
            " WHERE relname = 'greenhouse_delivery'"
        )
        return int(cursor.fetchone()[0])


@pytest.mark.slow
def test_a_claim_reads_few_rows_of_a_backlog_with_any_statistics(world: World) -> None:
    backlog_after_an_empty_night(world)
    turn, now, before = Turn(), clock.now() + timedelta(minutes=1), rows_read()
    claimed = [claim(turn, now=now) for _ in range(50)]
    assert [event.remote_application_id for event in claimed if event] == list(range(1, 51))
    assert (rows_read() - before) / 50 < 40


@pytest.mark.slow
def test_settling_reads_one_row(world: World) -> None:
    backlog_after_an_empty_night(world)
    now = clock.now() + timedelta(minutes=1)
    event = claim(Turn(), now=now)
    assert event is not None
    before = rows_read()
    settle(event, state=State.HANDLED, outcome="Done.", now=now)
    assert rows_read() - before < 5


@pytest.mark.slow
def test_many_deliveries_of_few_applications_are_claimed_in_order(world: World) -> None:
    backlog_after_an_empty_night(world, applications=3)
    now = clock.now() + timedelta(minutes=1)
    turn, other = Turn(), Turn()
    first = [claim(turn, now=now) for _ in range(4)]
    assert [event and event.remote_application_id for event in first] == [1, 2, 3, None]
    assert claim(other, now=now) is None
    assert first[1] is not None
    Delivery.objects.filter(pk=first[1].pk).update(state=State.HANDLED, handled_at=now)
    following = claim(other, now=now)
    assert following is not None
    assert (following.remote_application_id, following.pk) == (2, first[1].pk + 3)


@pytest.mark.world
def test_two_workers_with_the_same_page_claim_different_deliveries(world: World) -> None:
    put(world, 6, state=State.RECEIVED)
    now = clock.now() + timedelta(minutes=1)
    turn, other = Turn(), Turn()
    claimed = [claim(one, now=now) for one in (turn, other, turn, other, other, turn, other)]
    assert [event and event.remote_application_id for event in claimed] == [1, 2, 3, 4, 5, 6, None]


def test_only_one_turn_of_a_process_works_on_a_connection(world: World) -> None:
    put(world, 3, state=State.RECEIVED)
    now = clock.now() + timedelta(minutes=1)
    turns = Turns()
    turn, other, stranger = Turn(turns=turns), Turn(turns=turns), Turn()
    first = claim(turn, now=now)
    assert claim(other, now=now) is None
    second = claim(stranger, now=now)  # of another process
    assert first is not None
    assert second is not None
    assert (first.remote_application_id, second.remote_application_id) == (1, 2)
    assert (turn.end(), stranger.end(), other.end()) == (
        True,
        False,
        False,
    )  # `other` was woken for it and gave way
    third = claim(other, now=now)
    assert third is not None
    assert third.remote_application_id == 3


def test_other_connections_are_handled_while_one_waits(world: World) -> None:
    put(world, 2, state=State.RECEIVED)
    slow = world.connection
    world.connection = Connection.objects.of(world.organisation).create(
        organisation=world.organisation, name="Second", endpoint_key="s" * 43, connected_at=factories.NOW
    )
    put(world, 1, state=State.RECEIVED)
    now, turns = clock.now() + timedelta(minutes=1), Turns()
    turn, other = Turn(turns=turns), Turn(turns=turns)
    claimed = [claim(one, now=now) for one in (turn, other)]
    assert [event and event.connection_id for event in claimed] == [slow.pk, world.connection.pk]
    assert claim(other, now=now) is None


@pytest.mark.django_db(transaction=True)
def test_the_lease_of_a_disconnected_worker_ends_at_once(world: World) -> None:
    put(world, 2, state=State.RECEIVED)
    now = clock.now() + timedelta(seconds=1)
    claimed, done = Event(), Event()

    def dies() -> None:
        assert claim(Turn(), now=now) is not None
        claimed.set()
        done.wait(60)
        database.close()

    with ThreadPoolExecutor(1) as pool:
        dying = pool.submit(dies)
        claimed.wait(60)
        mine = claim(Turn(), now=now)
        assert mine is not None
        assert requeue_interrupted(now=now) == 0
        done.set()
        dying.result()
    waits_until_backend_is_gone(but_not=mine)
    processing.sweep_inbox.run()
    again = claim(Turn(), now=clock.now())
    assert again is not None
    assert (again.remote_application_id, again.attempts, again.faults) == (1, 2, 2)
    assert claim(Turn(), now=clock.now()) is None  # the other lease is still valid


def test_a_database_restart_ends_leases_without_a_fault(world: World) -> None:
    put(world, 1, state=State.RECEIVED)
    now = clock.now() + timedelta(seconds=1)
    assert claim(Turn(), now=now) is not None
    Delivery.objects.update(leased_to=1, leased_at=F("leased_at") - timedelta(days=3650))
    assert requeue_interrupted(now=now) == 1
    again = claim(Turn(), now=now)
    assert again is not None
    assert (again.attempts, again.faults) == (2, 1)


def waits_until_backend_is_gone(*, but_not: Delivery) -> None:
    """A backend exits a moment after its client."""
    leased = Delivery.objects.exclude(pk=but_not.pk).exclude(leased_to=None).get()
    for _ in range(1000):
        with database.cursor() as cursor:
            cursor.execute(
                "SELECT count(*), pg_sleep(0.01) FROM pg_stat_activity WHERE pid = %s", [leased.leased_to]
            )
            if cursor.fetchone()[0] == 0:
                return
    raise AssertionError("the connection is still there")
