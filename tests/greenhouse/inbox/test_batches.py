"""Deliveries of a burst in batches: same result as one by one, few statements, nothing lost."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection as database
from django.db import transaction
from django.test.utils import CaptureQueriesContext

from goodword.candidates.models import Application, Candidate
from goodword.core import clock, process
from goodword.core.models import Event, Reaction
from goodword.greenhouse.inbox import batches
from goodword.greenhouse.inbox.batches import claim_prefetched, handle_batch
from goodword.greenhouse.inbox.leases import Turn, claim, give_back, requeue_interrupted
from goodword.greenhouse.inbox.processing import process_next
from goodword.greenhouse.models import Delivery, Finding
from goodword.roles.models import AlreadyThere, Automation
from greenhouse_sandbox.store.applications import Application as RemoteApplication
from tests.greenhouse.inbox.test_bursts import arrive, people
from tests.greenhouse.world import ASSESSMENT, SCREEN, World
from tests.support.jobs import event_names

#: the writes of a batch, without reactions
pytestmark = pytest.mark.usefixtures("reactions_later")


def moved(world: World, number: int = 10, place: int = ASSESSMENT) -> list[RemoteApplication]:
    """Known people with stage changes waiting in the inbox."""
    rows = people(world, number)
    for row in rows:
        world.move(row, place)
    arrive(world)
    return rows


def begun(world: World) -> Turn:
    """Handle the first delivery, which prefetches the others."""
    turn = Turn()
    assert process_next(turn, now=clock.now())
    return turn


def received(world: World) -> list[Delivery]:
    return list(Delivery.objects.of(world.organisation).filter(state="received").order_by("pk"))


@pytest.mark.slow
def test_a_burst_needs_few_statements_per_delivery(world: World) -> None:
    rows = moved(world, 40)
    turn = begun(world)
    with CaptureQueriesContext(database) as queries:
        assert process_next(turn, now=clock.now())
    assert not received(world)
    assert len(queries) < 40
    for row in rows:
        assert event_names(world.ours(row).pk)[-2:] == ["application.left_stage", "application.entered_stage"]
    done = Delivery.objects.of(world.organisation).filter(action="candidate_stage_change").order_by("pk")
    for event, row in zip(done, rows, strict=True):
        ours = world.ours(row).pk
        assert event.outcome == f"Application {row.id}: left its stage, entered Assessment."
        assert event.caused == [
            {"application": ours, "events": ["application.left_stage", "application.entered_stage"]}
        ]
        assert event.handled_at is not None
        assert (event.leased_to, event.attempts) == (None, 1)


def test_each_event_of_a_burst_has_its_reactions(world: World) -> None:
    moved(world)
    world.work()
    entered = Event.objects.filter(name="application.entered_stage")
    wanted = {(event.pk, "workflow.domain.step_requests.on_entered_stage") for event in entered}
    assert len(wanted) == 10
    assert wanted <= set(Reaction.objects.values_list("event_id", "handler"))


def different(world: World) -> list[RemoteApplication]:
    """A burst with one person of each kind."""
    rows = people(world, 14)
    ours = [world.ours(row) for row in rows]
    now = clock.now()
    store = world.greenhouse.store
    for place, row in enumerate(rows):
        if place == 3:
            world.reject(row)
        elif place != 9:  # he stays where he is
            world.move(row, SCREEN if place % 2 else ASSESSMENT)
    person = Candidate.objects.of(world.organisation)
    person.filter(pk=ours[4].candidate_id).update(email="old@mail.example")
    person.filter(pk=ours[5].candidate_id).update(company="Old company")
    erased = Application.objects.of(world.organisation).filter(pk=ours[6].pk)
    erased.update(erased_at=now)
    person.filter(pk=ours[7].candidate_id).update(erased_at=now + timedelta(days=1))
    automation = Automation.objects.of(world.organisation).get()
    AlreadyThere.objects.create(
        organisation=world.organisation,
        automation=automation,
        remote_application_id=rows[8].id,
        stage_id=world.stages[ASSESSMENT][0],
        recorded_at=now + timedelta(days=1),
    )
    finding(world, ours[10], world.stages[ASSESSMENT][0])
    Application.objects.of(world.organisation).filter(pk=ours[12].pk).update(not_visible_since=now)
    store.applications.delete(rows[13].id)
    world.apply(email="new@mail.example")
    arrive(world)
    return rows


def finding(world: World, ours: Application, stage_id: int) -> None:
    Finding.objects.create(
        organisation=world.organisation,
        connection=world.connection,
        application=ours,
        remote_application_id=ours.remote_id,
        stage_id=stage_id,
        state=Finding.State.WAITING,
        found_at=clock.now(),
    )


def snapshot(world: World, rows: list[RemoteApplication]) -> list[Any]:
    inbox = Delivery.objects.of(world.organisation).order_by("pk")
    copies = [
        Application.objects.of(world.organisation)
        .filter(remote_id=row.id)
        .values_list("stage_name", "status", "rejection_reason", "role__title")
        .get()
        for row in rows
    ]
    names = [event_names(world.ours(row).pk) for row in rows]
    findings = list(Finding.objects.of(world.organisation).values_list("state", flat=True))
    who = list(
        Candidate.objects.of(world.organisation)
        .order_by("remote_id")
        .values_list("email", "company", "can_email", "first_name")
    )
    erased = [world.ours(row).erased_at is not None for row in rows]
    unseen = [world.ours(row).not_visible_since is not None for row in rows]
    remote = dict(Application.objects.of(world.organisation).values_list("pk", "remote_id"))
    said = [
        (event.state, event.outcome, [(remote[one["application"]], one["events"]) for one in event.caused])
        for event in inbox
    ]
    return [said, copies, names, findings, who, erased, unseen]


@pytest.mark.world
def test_a_batch_has_the_same_result_as_single_deliveries(world: World) -> None:
    rows = different(world)
    before = transaction.savepoint_create()
    with CaptureQueriesContext(database) as few:
        world.work()
    at_once = snapshot(world, rows)
    transaction.savepoint_rollback(before)
    Delivery.objects.of(world.organisation).filter(state="received").update(attempts=1)
    with CaptureQueriesContext(database) as many:
        world.work()
    assert snapshot(world, rows) == at_once
    assert {state for state, _ in world.inbox()} == {"handled"}
    assert len(few) < len(many)


@pytest.mark.world
def test_a_batch_writes_nothing_if_one_delivery_was_taken_over(world: World) -> None:
    rows = moved(world)
    turn, now = begun(world), clock.now()
    read = claim_prefetched(turn, now=now)
    assert len(read) == 9
    Delivery.objects.filter(pk=read[4][0].pk).update(attempts=2, leased_to=None)
    before = Event.objects.count()
    left = handle_batch(read, now=now)
    assert left == [event for event, _ in read]
    assert Event.objects.count() == before
    assert {world.ours(row).stage_name for row in rows[1:]} == {"Application Review"}
    give_back(turn, left, now=now)
    world.work()
    assert {state for state, _ in world.inbox()[:14]} == {"handled"}
    taken = Delivery.objects.get(pk=read[4][0].pk)
    assert (taken.state, taken.attempts) == ("received", 2)


@pytest.mark.slow
def test_a_copy_written_after_the_read_is_read_again(world: World) -> None:
    rows = moved(world)
    read = claim_prefetched(turn := begun(world), now=clock.now())
    ours = world.ours(rows[3])
    Application.objects.filter(pk=ours.pk).update(synced_at=clock.now())
    Candidate.objects.filter(pk=world.ours(rows[5]).candidate_id).update(synced_at=clock.now())
    left = handle_batch(read, now=clock.now())
    assert [event.remote_application_id for event in left] == [rows[3].id, rows[5].id]
    give_back(turn, left, now=clock.now())
    reads = len(world.line.reads)
    world.work()
    assert len(world.line.reads) > reads
    assert {world.ours(row).stage_name for row in rows} == {"Assessment"}


@pytest.mark.slow
def test_the_batch_of_a_dead_worker_is_retried_with_one_fault_each(world: World) -> None:
    moved(world)
    now = clock.now()
    assert len(claim_prefetched(begun(world), now=now)) == 9
    assert claim(Turn(), now=now) is None
    Delivery.objects.filter(leased_to__isnull=False).update(leased_to=2**30)  # no such backend
    assert requeue_interrupted(now=now) == 9
    assert {(event.attempts, event.faults) for event in received(world)} == {(1, 1)}
    turn = Turn()
    first = claim(turn, now=clock.now())
    assert first is not None
    # one by one, since any of them may have killed the worker
    assert claim_prefetched(turn, now=clock.now()) == []
    give_back(turn, [first], now=clock.now())
    world.work()
    assert {state for state, _ in world.inbox()} == {"handled"}


class Killed(BaseException): ...


@pytest.mark.slow
def test_a_kill_during_a_batch_leaves_nothing_half_done(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = moved(world)
    turn = begun(world)

    def die(*_: object, **__: object) -> None:
        raise Killed

    before = Event.objects.count()
    with monkeypatch.context() as patch:
        patch.setattr(batches, "settle_all", die)
        read = claim_prefetched(turn, now=clock.now())
        with pytest.raises(Killed):
            handle_batch(read, now=clock.now())
    assert Event.objects.count() == before
    assert {world.ours(row).stage_name for row in rows[1:]} == {"Application Review"}
    world.work(after=timedelta(minutes=4))
    assert {world.ours(row).stage_name for row in rows} == {"Assessment"}
    assert [len(event_names(world.ours(row).pk)) for row in rows] == [3] * len(rows)


@pytest.mark.slow
def test_a_stopping_worker_gives_its_batch_back(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    moved(world)
    turn = begun(world)

    def stop(*_: object, **__: object) -> None:
        raise process.Stopped

    with monkeypatch.context() as patch:
        patch.setattr(batches, "prepare", stop)  # as while waiting for the rate limit
        with pytest.raises(process.Stopped):
            process_next(turn, now=clock.now())
    assert {(event.attempts, event.faults, event.leased_to) for event in received(world)} == {(0, 0, None)}
    world.work()
    assert {state for state, _ in world.inbox()} == {"handled"}


@pytest.mark.world
def test_an_unreadable_body_fails_alone(world: World) -> None:
    rows = moved(world)
    turn = begun(world)
    bad = received(world)[2]
    Delivery.objects.filter(pk=bad.pk).update(body=b"{")
    assert process_next(turn, now=clock.now())
    assert [event.pk for event in received(world)] == [bad.pk]
    world.work()
    bad.refresh_from_db()
    assert (bad.state, bad.outcome) == ("failed", "The body is not JSON.")
    assert sum(world.ours(row).stage_name == "Assessment" for row in rows) == 9


@pytest.mark.world
def test_a_special_delivery_is_handled_in_order_and_alone(world: World) -> None:
    rows = moved(world)
    turn = begun(world)
    ours = world.ours(rows[1])
    Candidate.objects.filter(pk=ours.candidate_id).update(email="old@mail.example")
    assert process_next(turn, now=clock.now())
    [left] = received(world)
    assert (left.remote_application_id, left.attempts, turn.ready[0][0]) == (rows[1].id, 0, left.pk)
    assert process_next(turn, now=clock.now())
    assert not received(world)
    assert "candidate.changed" in event_names(ours.pk)


@pytest.mark.world
def test_other_deliveries_keep_their_place_in_the_order(world: World) -> None:
    rows = people(world, 12)
    for row in rows[:6]:
        world.move(row, ASSESSMENT)
    arrive(world)
    Delivery.objects.of(world.organisation).create(
        organisation=world.organisation,
        connection=world.connection,
        action="job_updated",
        body=b"{}",
        state="received",
        not_before=clock.now(),
        received_at=clock.now(),
    )
    for row in rows[6:]:
        world.move(row, ASSESSMENT)
    arrive(world)
    turn = begun(world)
    assert [event.remote_application_id for event, _ in claim_prefetched(turn, now=clock.now())] == [
        row.id for row in rows[1:6]
    ]


@pytest.mark.world
def test_two_workers_never_get_the_same_delivery(world: World) -> None:
    moved(world)
    turn, other = begun(world), Turn()
    first = claim(other, now=clock.now())
    assert first is not None
    ours = [event.pk for event, _ in claim_prefetched(turn, now=clock.now())]
    assert len(ours) == 8
    assert first.pk not in ours
    assert claim(other, now=clock.now()) is None
