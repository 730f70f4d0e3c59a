"""Merges of candidates that only a pass found, while a step waited for an address."""

import threading
from datetime import datetime, timedelta

import pytest
from django.db import transaction

from goodword.core import clock, process
from goodword.greenhouse.models import Finding
from goodword.greenhouse.reconciliation import passes
from goodword.greenhouse.reconciliation.missed_invitations import (
    request_invitations,
    send_requested,
    waiting_for,
)
from goodword.greenhouse.reconciliation.run import run
from goodword.workflow.models import StepRequest
from greenhouse_sandbox.acts import candidates, progress
from greenhouse_sandbox.store.applications import Application as RemoteApplication
from tests.greenhouse.reconciliation.passes import SOON, backdate, findings, reconcile, settled
from tests.greenhouse.world import ASSESSMENT, OFFER, World
from tests.support import factories
from tests.support.jobs import run_jobs

IN_STAGE_FOR = (0, "started", "synced"), (3, "waiting", "waiting")


def without_address(world: World, *, days: int = 0) -> tuple[RemoteApplication, RemoteApplication]:
    """A candidate's two applications: the second entered a mapped stage `days` ago, and its step waits."""
    other, remote = world.apply(email=""), world.apply(email="")
    _merge(world, other, remote.candidate_id)
    world.move(remote, ASSESSMENT)
    if days:
        backdate(world, remote, by=timedelta(days=days))
    settled(world)
    run_jobs()
    assert step_request(world).waiting_reason == "no_address"
    return other, remote


def merge_into_somebody_with_address(world: World, remote: RemoteApplication) -> None:
    _merge(world, remote, world.greenhouse.candidate(email="now@people.example").id)


def _merge(world: World, remote: RemoteApplication, winner_id: int) -> None:
    store = world.greenhouse.store
    loser, winner = store.candidates.get(remote.candidate_id), store.candidates.get(winner_id)
    assert loser is not None
    assert winner is not None
    candidates.merge_candidates(store, loser, winner, now=world.greenhouse.now())


def step_request(world: World) -> StepRequest:
    return StepRequest.objects.of(world.organisation).get()


@pytest.mark.world
@pytest.mark.parametrize(("days", "state", "finding"), IN_STAGE_FOR)
def test_a_missed_merge_invites_only_somebody_new_in_the_stage(
    world: World, days: int, state: str, finding: str
) -> None:
    other, remote = without_address(world, days=days)
    merge_into_somebody_with_address(world, remote)
    world.outgoing()
    reconcile(world, full=True)
    run_jobs()
    assert world.ours(remote).candidate.email == world.ours(other).candidate.email == "now@people.example"
    assert step_request(world).state == state
    assert findings(world) == {("missed_invitation", finding): 1}
    if state == "waiting":
        member = factories.member(world.organisation, kind="admin")
        pk = waiting_for(member, world.connection).get().pk
        with transaction.atomic():
            request_invitations(world.connection, [pk], member=member, now=clock.now())
        send_requested(world.connection.pk, tick=clock.now)
        assert (step_request(world).state, findings(world)["missed_invitation", "synced"]) == ("started", 1)


@pytest.mark.world
@pytest.mark.parametrize(("days", "state", "finding"), IN_STAGE_FOR)
@pytest.mark.parametrize("change", ["rejected", "hired", "unrejected", "moved"])
def test_a_change_of_another_application_of_the_merged_candidate_is_synced_and_does_not_start_the_step(
    world: World, change: str, days: int, state: str, finding: str
) -> None:
    other, remote = without_address(world, days=days)
    store, now = world.greenhouse.store, world.greenhouse.now()
    if change == "unrejected":
        world.reject(other)
        settled(world)
    merge_into_somebody_with_address(world, remote)
    if change == "rejected":
        world.reject(other)
    elif change == "hired":
        progress.hire(store, other, actor_id=None, now=now)
    elif change == "unrejected":
        progress.unreject(store, other, actor_id=None, now=now)
    else:
        world.move(other, OFFER)
    world.outgoing()
    reconcile(world, full=True)
    run_jobs()
    ours = world.ours(other)
    assert ours.candidate.email == "now@people.example"
    assert ours.status == {"rejected": "rejected", "hired": "hired"}.get(change, "active")
    if change == "moved":
        assert ours.stage_id == world.stages[OFFER][0]
    assert step_request(world).state == state
    kind = {"moved": "missed_change", "unrejected": "not_reported"}.get(change, "missed_end")
    assert findings(world) == {("missed_invitation", finding): 1, (kind, "synced"): 1}


@pytest.mark.world
@pytest.mark.parametrize("days", [0, 3])
def test_a_merged_application_that_was_rejected_meanwhile_is_not_invited(either: World, days: int) -> None:
    other, remote = without_address(either, days=days)
    merge_into_somebody_with_address(either, remote)
    either.reject(remote)
    either.move(other, OFFER)
    either.outgoing()
    reconcile(either, full=True)
    run_jobs()
    assert (either.ours(remote).status, either.ours(other).stage_id) == ("rejected", either.stages[OFFER][0])
    assert step_request(either).state != "started"
    assert findings(either) == {("missed_end", "synced"): 1, ("missed_change", "synced"): 1}
    assert Finding.objects.of(either.organisation).get(kind="missed_end").sentence == "Rejected."


@pytest.mark.world
@pytest.mark.parametrize("tick", [6, 8, 10, 12])
def test_wherever_a_pass_is_interrupted_the_step_waits_and_the_other_application_is_synced(
    world: World, monkeypatch: pytest.MonkeyPatch, tick: int
) -> None:
    asked, ticks = threading.Event(), 0
    monkeypatch.setattr(process, "_requested", asked)
    other, remote = without_address(world, days=3)
    merge_into_somebody_with_address(world, remote)
    world.reject(other)
    world.outgoing()
    world.connection.refresh_from_db()
    row = passes.begin(world.connection, now=clock.now() + SOON, full=True)
    assert row is not None

    def tick_then_stop() -> datetime:
        nonlocal ticks
        ticks += 1
        if ticks == tick:
            asked.set()
        return clock.now() + SOON

    with pytest.raises(process.Stopped):
        run(row.pk, tick=tick_then_stop)
    asked.clear()
    run(row.pk, tick=lambda: clock.now() + SOON)
    run_jobs()
    row.refresh_from_db()
    assert (row.state, row.error) == ("done", "")
    assert (step_request(world).state, world.ours(other).status) == ("waiting", "rejected")
    assert findings(world) == {("missed_invitation", "waiting"): 1, ("missed_end", "synced"): 1}
