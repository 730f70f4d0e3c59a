"""Many simultaneous stage moves: few reads, no stale data, everybody invited."""

import pytest

from goodword.candidates.models import Application
from goodword.core import clock
from goodword.greenhouse.inbox.batches import MAX_BATCH, MIN_BATCH
from goodword.greenhouse.inbox.leases import Turn
from goodword.greenhouse.inbox.processing import process_next
from goodword.greenhouse.models import Delivery
from goodword.notifications.models import Email
from goodword.workflow.models import StepRequest
from greenhouse_sandbox.store.applications import Application as RemoteApplication
from tests.greenhouse.world import ASSESSMENT, REFERENCES, SCREEN, World
from tests.support.jobs import event_names, run_jobs

#: two groups that are read together; 500 are measured in bench/invitation.py
MANY = 2 * MAX_BATCH


def people(world: World, number: int) -> list[RemoteApplication]:
    """Applicants with copies."""
    rows = [world.apply(email=f"one{place}@mail.example") for place in range(number)]
    world.deliver()
    world.line.calls.clear()
    return rows


def asked(world: World, what: str) -> int:
    """The number of times this list or record was read."""
    return sum(what in call for call in world.line.reads)


def arrive(world: World) -> None:
    """Deliver all pending webhooks without processing them."""
    for body, event_id in world.outgoing():
        assert world.post(body, event_id) == 200


@pytest.mark.slow
def test_a_burst_of_moves_invites_everybody_with_few_reads(world: World) -> None:
    rows = [world.apply(email=f"one{place}@mail.example") for place in range(MANY)]
    world.outgoing()
    for row in rows:
        world.move(row, ASSESSMENT)
    arrive(world)
    world.work()
    assert asked(world, "/users") == 1
    assert len(world.line.reads) == 3 * MANY / MAX_BATCH + 1
    assert {state for state, _ in world.inbox()} == {"handled"}
    run_jobs(at_most=10_000, but_not={"email.send"})
    assert StepRequest.objects.of(world.organisation).count() == MANY
    invited = Email.objects.of(world.organisation).values_list("to_address", flat=True)
    assert sorted(invited) == sorted(f"one{place}@mail.example" for place in range(MANY))


@pytest.mark.slow
def test_v1_reads_a_burst_by_candidates(either: World) -> None:
    rows = people(either, 60)
    for row in rows:
        either.move(row, ASSESSMENT)
    arrive(either)
    either.work()
    calls = 6 if either.greenhouse.version == "v3" else 2
    assert len(either.line.reads) == calls
    stages = Application.objects.of(either.organisation).values_list("stage_name", flat=True).distinct()
    assert list(stages) == ["Assessment"]


@pytest.mark.world
def test_a_few_deliveries_are_read_one_by_one(world: World) -> None:
    rows = people(world, MIN_BATCH - 1)
    for row in rows:
        world.move(row, SCREEN)
    arrive(world)
    world.work()
    assert len(world.line.reads) == 2 * (MIN_BATCH - 1)


@pytest.mark.world
def test_a_move_during_a_burst_ends_in_the_current_stage(world: World) -> None:
    rows = people(world, 8)
    for row in rows:
        world.move(row, ASSESSMENT)
    arrive(world)
    now, turn = clock.now(), Turn()
    assert process_next(turn, now=now)  # reads all eight
    world.move(rows[5], REFERENCES)
    arrive(world)
    world.work()
    assert world.ours(rows[5]).stage_name == "Reference Check"
    assert event_names(world.ours(rows[5]).pk).count("application.entered_stage") == 2
    assert {state for state, _ in world.inbox()} == {"handled"}


@pytest.mark.world
def test_prefetched_data_is_unused_once_our_copy_was_written(world: World) -> None:
    rows = people(world, 8)
    for row in rows:
        world.move(row, ASSESSMENT)
    arrive(world)
    now, turn = clock.now(), Turn()
    assert process_next(turn, now=now)
    before = len(world.line.reads)
    ours = world.ours(rows[3])
    Application.objects.of(world.organisation).filter(pk=ours.pk).update(synced_at=clock.now())
    world.work()
    assert world.ours(rows[3]).stage_name == "Assessment"
    assert world.line.reads[before:].count("GET /v3/applications") == 1


@pytest.mark.slow
def test_a_retried_delivery_is_read_alone(world: World) -> None:
    rows = people(world, 8)
    for row in rows:
        world.move(row, SCREEN)
    arrive(world)
    Delivery.objects.of(world.organisation).filter(state="received").update(attempts=1)
    world.work()
    assert world.line.reads.count("GET /v3/applications") == 8


@pytest.mark.slow
def test_a_refused_burst_waits_as_a_whole(world: World) -> None:
    rows = people(world, 8)
    for row in rows:
        world.move(row, ASSESSMENT)
    arrive(world)
    world.fail(kind="fail", method="GET", path="/v3", times=2)
    world.work()
    assert {state for state, _ in world.inbox()[-8:]} == {"received"}
    world.work(now=clock.now().replace(year=clock.now().year + 1))
    assert {state for state, _ in world.inbox()} == {"handled"}
