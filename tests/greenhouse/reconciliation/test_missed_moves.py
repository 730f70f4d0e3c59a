"""Changes whose deliveries were lost are found and synced like deliveries."""

from collections import Counter
from datetime import timedelta

import pytest

from goodword.candidates.models import Application
from goodword.core.models import Event
from goodword.greenhouse.models import Connection, Finding
from goodword.roles.models import AlreadyThere, Automation
from goodword.workflow.models import StepRequest
from greenhouse_sandbox.acts import candidates, progress
from greenhouse_sandbox.store.applications import Application as RemoteApplication
from tests.greenhouse.reconciliation.passes import SOON, backdate, findings, reconcile, settled, starts
from tests.greenhouse.shared_world import after
from tests.greenhouse.world import ASSESSMENT, OFFER, REFERENCES, REVIEW, SCREEN, World
from tests.support.jobs import event_names, run_jobs


def applied(world: World) -> RemoteApplication:
    """Ada Doe has applied, and the delivery arrived."""
    remote = world.apply()
    settled(world)
    return remote


one_applied = after(applied)
either_applied = after(applied, "v3", "v1")


@pytest.mark.main_case
@either_applied
def test_a_missed_move_into_a_mapped_stage_requests_the_step_like_a_delivery(
    either: World, made: RemoteApplication
) -> None:
    remote = made
    either.move(remote, ASSESSMENT)
    either.outgoing()  # lost
    row = reconcile(either)
    assert (row.state, row.error) == ("done", "")
    ours = either.ours(remote)
    assert event_names(ours.pk) == [
        "application.applied",
        "application.left_stage",
        "application.entered_stage",
        "step.requested",
        "attempt.assigned",
    ]
    assert StepRequest.objects.of(either.organisation).get().application_id == ours.pk
    assert findings(either) == {("missed_invitation", "synced"): 1}


@pytest.mark.world
@either_applied
def test_a_second_pass_finds_nothing_more(either: World, made: RemoteApplication) -> None:
    remote = made
    either.move(remote, ASSESSMENT)
    either.outgoing()
    reconcile(either)
    run_jobs()
    before = Event.objects.count()
    reconcile(either, after=2 * SOON)
    reconcile(either, full=True, after=3 * SOON)
    run_jobs()
    assert findings(either) == {("missed_invitation", "synced"): 1}
    assert (starts(either), Event.objects.count()) == (1, before)


@pytest.mark.world
@either_applied
def test_a_move_between_unmapped_stages_is_synced_and_invites_nobody(
    either: World, made: RemoteApplication
) -> None:
    remote = made
    either.move(remote, SCREEN)
    either.outgoing()
    reconcile(either)
    assert either.ours(remote).stage_id == either.stages[SCREEN][0]
    assert (findings(either), starts(either)) == ({("missed_change", "synced"): 1}, 0)


@pytest.mark.world
@either_applied
def test_a_move_before_the_mapping_was_confirmed_is_synced_and_not_invited(
    either: World, made: RemoteApplication
) -> None:
    remote = made
    either.move(remote, ASSESSMENT)
    either.outgoing()  # our copy is outdated when the mapping is confirmed
    AlreadyThere.objects.create(
        organisation=either.organisation,
        automation=Automation.objects.of(either.organisation).get(),
        remote_application_id=remote.id,
        stage_id=either.stages[ASSESSMENT][0],
        recorded_at=either.greenhouse.now() + timedelta(seconds=1),
    )
    reconcile(either)
    run_jobs()
    assert either.ours(remote).stage_id == either.stages[ASSESSMENT][0]
    assert (findings(either), starts(either)) == ({("missed_change", "synced"): 1}, 0)


@pytest.mark.world
@one_applied
def test_a_change_a_moment_ago_is_left_to_its_delivery_unless_a_member_requests_the_pass(
    world: World, made: RemoteApplication
) -> None:
    remote = made
    world.move(remote, ASSESSMENT)
    reconcile(world, after=timedelta(seconds=1))
    assert findings(world) == {}
    world.deliver()
    reconcile(world)
    assert findings(world) == {}


@pytest.mark.world
@one_applied
def test_applications_with_a_delivery_in_the_inbox_are_skipped(world: World, made: RemoteApplication) -> None:
    remote = made
    world.move(remote, ASSESSMENT)
    for body, event_id in world.outgoing():
        world.post(body, event_id)
    reconcile(world)
    assert findings(world) == {}
    world.work()
    run_jobs()
    assert starts(world) == 1


@pytest.mark.world
@one_applied
def test_a_finding_contains_no_names(world: World, made: RemoteApplication) -> None:
    remote = made
    world.reject(remote)
    world.outgoing()
    reconcile(world)
    assert Finding.objects.of(world.organisation).get().sentence == "Rejected."


@pytest.mark.main_case
@one_applied
def test_a_move_weeks_ago_waits_for_a_decision(world: World, made: RemoteApplication) -> None:
    remote = made
    world.move(remote, ASSESSMENT)
    backdate(world, remote, by=timedelta(hours=49))
    world.outgoing()
    reconcile(world)
    run_jobs()
    assert (findings(world), starts(world)) == ({("missed_invitation", "waiting"): 1}, 0)


@pytest.mark.world
def test_an_application_unknown_here_is_found_in_a_mapped_stage(either: World) -> None:
    settled(either)
    remote = either.apply()
    either.move(remote, ASSESSMENT)
    either.outgoing()
    reconcile(either)
    run_jobs()
    assert starts(either) == 1
    assert event_names(either.ours(remote).pk)[:2] == ["application.applied", "application.entered_stage"]


@pytest.mark.world
def test_missed_rejections_hires_and_their_undoing_are_synced(either: World) -> None:
    rejected, hired, back = either.apply(), either.apply(), either.apply()
    either.deliver()
    either.reject(back)
    settled(either)
    store, now = either.greenhouse.store, either.greenhouse.now()
    either.reject(rejected)
    progress.hire(store, hired, actor_id=None, now=now)
    progress.unreject(store, back, actor_id=None, now=now)
    either.outgoing()
    reconcile(either, full=True)
    assert [either.ours(application).status for application in (rejected, hired, back)] == [
        "rejected",
        "hired",
        "active",
    ]
    assert event_names(either.ours(back).pk)[-1] == "application.unrejected"
    assert findings(either) == {("missed_end", "synced"): 2, ("not_reported", "synced"): 1}


@pytest.mark.world
def test_leaving_a_mapped_stage_and_entering_the_next_are_both_recorded(world: World) -> None:
    remote = world.apply()
    world.move(remote, ASSESSMENT)
    settled(world)
    run_jobs()
    world.move(remote, REFERENCES)
    world.outgoing()
    reconcile(world)
    run_jobs()
    assert [name for name in event_names(world.ours(remote).pk) if name.startswith("application")] == [
        "application.applied",
        "application.entered_stage",
        "application.left_stage",
        "application.entered_stage",
    ]
    assert starts(world) == 2


@pytest.mark.main_case
def test_candidates_already_there_are_never_invited(either: World) -> None:
    remote = either.apply()
    either.move(remote, ASSESSMENT)
    either.outgoing()
    AlreadyThere.objects.create(
        organisation=either.organisation,
        automation=Automation.objects.of(either.organisation).get(),
        remote_application_id=remote.id,
        stage_id=either.stages[ASSESSMENT][0],
        recorded_at=either.greenhouse.now() + timedelta(seconds=1),
    )
    settled(either)
    reconcile(either, full=True, after=2 * SOON)
    assert (findings(either), starts(either)) == ({}, 0)


@pytest.mark.world
def test_a_candidate_already_there_who_came_back_unseen_waits_for_a_decision(world: World) -> None:
    remote = world.apply()
    world.move(remote, ASSESSMENT)
    AlreadyThere.objects.create(
        organisation=world.organisation,
        automation=Automation.objects.of(world.organisation).get(),
        remote_application_id=remote.id,
        stage_id=world.stages[ASSESSMENT][0],
        recorded_at=world.greenhouse.now(),
    )
    settled(world)
    world.move(remote, SCREEN)
    world.move(remote, ASSESSMENT)
    world.outgoing()
    reconcile(world)
    run_jobs()
    assert (findings(world), starts(world)) == ({("missed_invitation", "waiting"): 1}, 0)


@pytest.mark.world
def test_a_candidate_already_there_who_was_seen_elsewhere_and_came_back_is_invited(either: World) -> None:
    remote = either.apply()
    either.move(remote, ASSESSMENT)
    AlreadyThere.objects.create(
        organisation=either.organisation,
        automation=Automation.objects.of(either.organisation).get(),
        remote_application_id=remote.id,
        stage_id=either.stages[ASSESSMENT][0],
        recorded_at=either.greenhouse.now(),
    )
    either.move(remote, SCREEN)
    settled(either)
    either.move(remote, ASSESSMENT)
    either.outgoing()
    reconcile(either)
    run_jobs()
    assert starts(either) == 1


@pytest.mark.world
def test_a_changed_address_is_synced(either: World) -> None:
    remote = either.apply(email="old@people.example")
    settled(either)
    person = either.greenhouse.store.candidates.get(remote.candidate_id)
    assert person is not None
    store = either.greenhouse.store
    candidates.update_candidate(store, person, email="new@people.example", now=either.greenhouse.now())
    either.outgoing()
    reconcile(either)
    assert either.ours(remote).candidate.email == "new@people.example"
    assert findings(either) == {("not_reported", "synced"): 1}


@pytest.mark.world
def test_applications_from_before_the_link_are_not_copied(world: World) -> None:
    remote = world.apply()
    world.move(remote, OFFER)
    world.outgoing()
    Automation.objects.of(world.organisation).update(confirmed_at=world.greenhouse.now())
    reconcile(world, full=True)
    assert not Application.objects.of(world.organisation).filter(remote_id=remote.id).exists()


@pytest.mark.world
def test_the_next_pass_reads_from_the_beginning_of_the_last(world: World) -> None:
    row = settled(world)
    assert Connection.objects.of(world.organisation).get().reconciled_at == row.started_at
    assert (row.total, row.done) == (row.done, row.done)


@pytest.mark.world
@pytest.mark.parametrize("place", [REVIEW, SCREEN])
def test_a_missed_application_is_copied(either: World, place: int) -> None:
    settled(either)
    remote = either.apply()
    if place:
        either.move(remote, place)
    either.outgoing()
    reconcile(either)
    assert either.ours(remote).stage_id == either.stages[place][0]
    assert findings(either) == Counter({("missed_change", "synced"): 1})
