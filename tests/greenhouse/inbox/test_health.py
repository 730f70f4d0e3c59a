"""Figures on the inbox for the health page."""

from datetime import timedelta

from pytest_django import DjangoAssertNumQueries

from goodword.core import clock
from goodword.greenhouse.inbox.queries import InboxHealth, inbox_health
from goodword.greenhouse.models import Delivery
from tests.greenhouse.inbox.test_views import keep
from tests.greenhouse.world import World
from tests.support import factories

State = Delivery.State


def test_an_empty_inbox_is_healthy(world: World) -> None:
    assert inbox_health(world.connection, now=clock.now()) == InboxHealth(
        waiting=0, oldest=None, next_try=None, failed=0, handled_in_a_day=0, latest_failures=()
    )


def test_health_counts_waiting_failed_and_handled_deliveries(
    world: World, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    now = clock.now()
    for minutes in (5, 9):
        keep(
            world,
            state=State.RECEIVED,
            received_at=now - timedelta(minutes=minutes),
            not_before=now + timedelta(minutes=minutes),
        )
    failed = [keep(world, state=State.FAILED) for _ in range(7)]
    keep(world, handled_at=now - timedelta(hours=23))
    keep(world, handled_at=now - timedelta(hours=25))
    with django_assert_num_queries(2):
        health = inbox_health(world.connection, now=now)
    assert health == InboxHealth(
        waiting=2,
        oldest=now - timedelta(minutes=9),
        next_try=now + timedelta(minutes=5),
        failed=7,
        handled_in_a_day=1,
        latest_failures=tuple(failed[:1:-1]),
    )


def test_connections_are_counted_separately(world: World) -> None:
    other = type(world.connection).objects.create(
        organisation=world.organisation, endpoint_key="n" * 43, connected_at=factories.NOW
    )
    keep(world, state=State.FAILED, connection=other)
    assert inbox_health(world.connection, now=clock.now()).failed == 0
    assert inbox_health(other, now=clock.now()).failed == 1
