"""Our copy follows Harvest, in both versions, and each change is one event."""

from datetime import timedelta
from typing import Any

import pytest

from goodword.candidates.models import Application
from goodword.core import clock
from goodword.core.models import Event
from goodword.greenhouse.sync.applications import sync_application
from goodword.notifications.domain.send import send
from goodword.notifications.models import Email
from goodword.roles.models import AlreadyThere, Automation, Step
from goodword.workflow.domain.step_requests import start_due
from goodword.workflow.models import StepRequest
from greenhouse_sandbox.acts import candidates, progress
from greenhouse_sandbox.acts.applications import add_prospect
from greenhouse_sandbox.store.applications import Application as RemoteApplication
from greenhouse_sandbox.webhooks.emit import emit_application
from tests.greenhouse.world import ASSESSMENT, OFFER, REFERENCES, REVIEW, SCREEN, World, with_status
from tests.support import factories
from tests.support.jobs import event_names, run_jobs


def test_a_stage_without_a_name_is_shown_by_its_id(either: World) -> None:
    def nameless(path: str, data: Any) -> Any:
        if "/applications" not in path:
            return data
        if isinstance(data, list):
            return [row | {"stage_name": None} for row in data]
        return data | {"current_stage": data["current_stage"] | {"name": None}}

    remote = either.apply()
    either.move(remote, ASSESSMENT)
    either.line.edit = nameless
    either.deliver()
    name = f"Stage {either.stages[ASSESSMENT][0]}"
    assert either.ours(remote).stage_name == name
    assert either.inbox()[0] == ("handled", f"Application {remote.id}: first seen, entered {name}.")


def test_a_new_application_is_copied_with_candidate_and_recruiter(either: World) -> None:
    remote = either.apply(first_name="Ada", last_name="Doe", email="ada@people.example", company="Acme")
    either.deliver()
    ours = either.ours(remote)
    assert (ours.role, ours.status, ours.prospect) == (either.role, "active", False)
    assert (ours.job_id, ours.stage_id, ours.stage_name) == (either.job_id, *either.stages[REVIEW])
    assert (ours.candidate.name, ours.candidate.email, ours.candidate.company) == (
        "Ada Doe",
        "ada@people.example",
        "Acme",
    )
    assert (ours.recruiter_name, ours.recruiter_email) == (
        "Jonas Lindqvist",
        "jonas.lindqvist@acornoak.example",
    )
    assert ours.applied_at == remote.created_at
    assert Event.objects.get(application_id=ours.pk).occurred_at == remote.created_at
    assert event_names(ours.pk) == ["application.applied"]


@pytest.mark.world
@pytest.mark.parametrize("status", ["on_hold", None])
def test_nobody_is_invited_while_greenhouse_shows_an_unknown_status(
    either: World, status: str | None
) -> None:
    known, invited = either.apply(), either.apply(email="b@people.example")
    either.move(invited, ASSESSMENT)
    either.deliver()
    either.line.edit = with_status(status)
    new = either.apply(email="c@people.example")
    for remote in (known, new):
        either.move(remote, ASSESSMENT)
    either.deliver()
    run_jobs()
    assert [one.step.kind for one in StepRequest.objects.of(either.organisation)] == ["assessment"]
    for remote in (known, new, invited):
        ours = either.ours(remote)
        assert (ours.status, ours.stage_id) == ("active", either.stages[ASSESSMENT][0])
        assert ("application.entered_stage" in event_names(ours.pk)) == (remote is invited)


@pytest.mark.world
@pytest.mark.parametrize("is_rejected", [True, False])
def test_a_delayed_step_waits_while_a_delivery_about_the_candidate_cannot_be_processed(
    world: World, is_rejected: bool
) -> None:
    """Greenhouse's API is down, but its webhooks arrive: the delivery may be a rejection."""
    Step.objects.of(world.organisation).update(delay_minutes=30)
    remote = world.apply()
    world.move(remote, ASSESSMENT)
    world.deliver()
    run_jobs()
    if is_rejected:
        world.reject(remote)
    else:
        emit_application(world.greenhouse.store, "application_updated", remote)
    world.fail(kind="fail", path="/v3", status=503, times=99)
    world.deliver()
    due = clock.now() + timedelta(minutes=31)
    assert start_due(now=due) == 0
    assert start_due(now=due + timedelta(seconds=59)) == 0
    world.greenhouse.sandbox.faults.clear()
    world.work(after=timedelta(minutes=31))
    run_jobs()
    assert start_due(now=due + timedelta(minutes=1)) == (0 if is_rejected else 1)


@pytest.mark.world
@pytest.mark.usefixtures("reactions_later")
def test_a_move_into_a_mapped_stage_is_an_event_with_job_and_stage(either: World) -> None:
    remote = either.apply()
    either.deliver()
    either.move(remote, ASSESSMENT)
    either.deliver()
    ours = either.ours(remote)
    assert event_names(ours.pk) == [
        "application.applied",
        "application.left_stage",
        "application.entered_stage",
    ]
    stage_id, name = either.stages[ASSESSMENT]
    left, entered = Event.objects.filter(application_id=ours.pk).order_by("pk")[1:]
    assert left.data == {"stage_id": either.stages[REVIEW][0], "to_stage_id": stage_id}
    assert entered.data == {"job_id": either.job_id, "stage_id": stage_id, "stage_name": name}
    assert ours.stage_entered_at is not None


@pytest.mark.world
@pytest.mark.usefixtures("reactions_later")
def test_an_application_that_starts_in_a_mapped_stage_has_entered_it(world: World) -> None:
    remote = world.apply()
    world.move(remote, ASSESSMENT)
    world.deliver()
    assert event_names(world.ours(remote).pk) == ["application.applied", "application.entered_stage"]


@pytest.mark.world
def test_a_first_reading_in_an_unmapped_stage_is_only_an_application(world: World) -> None:
    remote = world.apply()
    world.move(remote, SCREEN)
    world.deliver()
    assert event_names(world.ours(remote).pk) == ["application.applied"]


@pytest.mark.world
@pytest.mark.usefixtures("reactions_later")
def test_a_candidate_in_the_stage_at_confirmation_is_not_invited_until_they_return(world: World) -> None:
    remote = world.apply()
    world.move(remote, ASSESSMENT)
    world.outgoing()
    AlreadyThere.objects.create(
        organisation=world.organisation,
        automation=Automation.objects.of(world.organisation).get(),
        remote_application_id=remote.id,
        stage_id=world.stages[ASSESSMENT][0],
        recorded_at=world.greenhouse.now(),
    )
    sync_application(world.connection, remote.id, now=factories.NOW)
    ours = world.ours(remote)
    assert event_names(ours.pk) == ["application.applied"]

    world.move(remote, SCREEN)
    world.deliver()
    world.move(remote, ASSESSMENT)
    world.deliver()
    assert event_names(ours.pk)[-1] == "application.entered_stage"


@pytest.mark.world
@pytest.mark.usefixtures("reactions_later")
def test_a_return_to_the_stage_after_confirmation_counts_at_first_sight(world: World) -> None:
    remote = world.apply()
    world.move(remote, ASSESSMENT)
    AlreadyThere.objects.create(
        organisation=world.organisation,
        automation=Automation.objects.of(world.organisation).get(),
        remote_application_id=remote.id,
        stage_id=world.stages[ASSESSMENT][0],
        recorded_at=world.greenhouse.now() - timedelta(hours=1),
    )
    world.deliver()
    assert event_names(world.ours(remote).pk) == ["application.applied", "application.entered_stage"]


def already_there(world: World, remote: RemoteApplication, *, at: timedelta) -> None:
    """The member who mapped the stage didn't invite them."""
    AlreadyThere.objects.create(
        organisation=world.organisation,
        automation=Automation.objects.of(world.organisation).get(),
        remote_application_id=remote.id,
        stage_id=world.stages[ASSESSMENT][0],
        recorded_at=world.greenhouse.now() + at,
    )


@pytest.mark.world
def test_a_move_from_before_the_mapping_starts_nothing(either: World) -> None:
    remote = either.apply()
    either.deliver()
    either.move(remote, ASSESSMENT)
    already_there(either, remote, at=timedelta(minutes=2))
    either.deliver()
    ours = either.ours(remote)
    assert ours.stage_id == either.stages[ASSESSMENT][0]
    assert event_names(ours.pk) == ["application.applied", "application.left_stage"]


@pytest.mark.world
@pytest.mark.usefixtures("reactions_later")
def test_a_move_just_after_the_mapping_starts_the_step_despite_clock_skew(either: World) -> None:
    remote = either.apply()
    either.deliver()
    already_there(either, remote, at=timedelta(seconds=-1))
    either.move(remote, ASSESSMENT)
    either.deliver()
    assert event_names(either.ours(remote).pk)[-1] == "application.entered_stage"


def test_other_deliveries_do_not_invite_candidates_who_were_already_there(either: World) -> None:
    remote = either.apply()
    either.move(remote, ASSESSMENT)
    either.outgoing()
    already_there(either, remote, at=timedelta(0))
    either.reject(remote)
    either.outgoing()
    progress.unreject(either.greenhouse.store, remote, actor_id=None, now=either.greenhouse.now())
    either.deliver()
    assert event_names(either.ours(remote).pk) == ["application.applied"]


def test_a_first_reading_after_an_undone_rejection_invites_nobody(either: World) -> None:
    remote = either.apply()
    either.move(remote, ASSESSMENT)
    either.reject(remote)
    either.outgoing()
    progress.unreject(either.greenhouse.store, remote, actor_id=None, now=either.greenhouse.now())
    either.deliver()
    assert event_names(either.ours(remote).pk) == ["application.applied"]


@pytest.mark.world
def test_a_rejection_with_its_reason_and_its_end_are_copied(either: World) -> None:
    remote = either.apply()
    either.deliver()
    either.reject(remote)
    either.deliver()
    ours = either.ours(remote)
    assert (ours.status, ours.rejection_reason) == ("rejected", "Lacking skills or qualifications")
    assert ours.rejected_at == remote.rejected_at
    assert event_names(ours.pk)[-1] == "application.rejected"

    progress.unreject(either.greenhouse.store, remote, actor_id=None, now=either.greenhouse.now())
    either.deliver()
    ours = either.ours(remote)
    assert (ours.status, ours.rejection_reason, ours.rejected_at) == ("active", "", None)
    assert event_names(ours.pk)[-1] == "application.unrejected"


@pytest.mark.world
def test_a_hire_and_its_end_are_copied(either: World) -> None:
    remote = either.apply()
    either.deliver()
    store = either.greenhouse.store
    progress.hire(store, remote, actor_id=None, now=either.greenhouse.now())
    either.deliver()
    ours = either.ours(remote)
    assert (ours.status, ours.hired_at is not None) == ("hired", True)
    assert event_names(ours.pk)[-1] == "application.hired"

    progress.unhire(store, remote, actor_id=None, now=either.greenhouse.now())
    either.deliver()
    ours = either.ours(remote)
    assert (ours.status, ours.hired_at) == ("active", None)
    assert event_names(ours.pk)[-1] == "application.unhired"


@pytest.mark.world
def test_an_application_first_seen_as_rejected_enters_no_stage(world: World) -> None:
    remote = world.apply()
    world.move(remote, ASSESSMENT)
    world.reject(remote)
    world.deliver()
    assert event_names(world.ours(remote).pk) == ["application.applied", "application.rejected"]


@pytest.mark.world
def test_a_rejected_prospect_of_a_linked_job_is_copied(either: World) -> None:
    store = either.greenhouse.store
    person = either.greenhouse.candidate()
    remote = add_prospect(store, person, job_ids=[either.job_id], actor_id=None, now=either.greenhouse.now())
    either.reject(remote)
    either.deliver()
    ours = either.ours(remote)
    assert (ours.role, ours.prospect, ours.status, ours.job_id) == (either.role, True, "rejected", None)
    assert event_names(ours.pk) == ["application.applied", "application.rejected"]


@pytest.mark.world
def test_an_unchanged_application_causes_no_event(either: World) -> None:
    remote = either.apply()
    either.move(remote, REFERENCES)
    either.deliver()
    before = event_names()
    assert sync_application(either.connection, remote.id, now=factories.NOW) == (
        f"Application {remote.id}: no changes."
    )
    assert event_names() == before


@pytest.mark.world
def test_a_new_address_is_an_event_of_each_application(world: World) -> None:
    person = world.greenhouse.candidate(email="old@people.example")
    first, second = (world.greenhouse.application(person) for _ in range(2))
    world.deliver()
    candidates.update_candidate(
        world.greenhouse.store,
        person,
        first_name="Ada",
        last_name="Byron",
        email="new@people.example",
        now=world.greenhouse.now(),
    )
    world.deliver()
    assert world.ours(first).candidate.email == "new@people.example"
    assert world.ours(first).candidate.name == "Ada Byron"
    for remote in (first, second):
        assert event_names(world.ours(remote).pk) == ["application.applied", "candidate.changed"]


@pytest.mark.world
def test_an_invitation_that_has_not_gone_out_goes_to_the_new_address(world: World) -> None:
    remote = world.apply(email="old@people.example")
    world.move(remote, ASSESSMENT)
    world.deliver()
    [mail] = Email.objects.of(world.organisation)
    assert (mail.state, mail.to_address) == ("queued", "old@people.example")
    candidates.update_candidate(
        world.greenhouse.store,
        world.greenhouse.store.candidates[remote.candidate_id],
        first_name="Ada",
        last_name="Doe",
        email="new@people.example",
        now=world.greenhouse.now(),
    )
    world.deliver()
    assert send(email_id=mail.pk, now=clock.now())
    mail.refresh_from_db()
    assert (mail.state, mail.to_address) == ("sent", "new@people.example")


@pytest.mark.world
def test_correcting_a_name_with_a_link_is_an_event(world: World) -> None:
    remote = world.apply(email="ada@people.example")
    world.deliver()
    person = world.greenhouse.store.candidates[remote.candidate_id]
    for last_name in ("evil.tk", "King"):
        candidates.update_candidate(
            world.greenhouse.store,
            person,
            first_name="Augusta",
            last_name=last_name,
            email="ada@people.example",
            now=world.greenhouse.now(),
        )
        world.deliver()
    assert event_names(world.ours(remote).pk)[1:] == ["candidate.changed"] * 2


@pytest.mark.world
def test_a_new_name_alone_causes_no_event(world: World) -> None:
    remote = world.apply(email="ada@people.example")
    world.deliver()
    person = world.greenhouse.store.candidates[remote.candidate_id]
    candidates.update_candidate(
        world.greenhouse.store,
        person,
        first_name="Augusta",
        last_name="King",
        email="ada@people.example",
        now=world.greenhouse.now(),
    )
    world.deliver()
    assert world.ours(remote).candidate.name == "Augusta King"
    assert event_names() == ["application.applied"]


def test_invisible_characters_in_names_are_removed(world: World) -> None:
    remote = world.apply(first_name="Ada\u202e\x1b", last_name=" Love\nlace", company="Acme\u2066")
    world.deliver()
    person = world.ours(remote).candidate
    assert (person.name, person.company) == ("Ada Love lace", "Acme")


@pytest.mark.world
def test_a_merge_moves_the_application_to_the_other_candidate(world: World) -> None:
    store = world.greenhouse.store
    loser, winner = (world.greenhouse.candidate(last_name=name) for name in ("Loser", "Winner"))
    remote = world.greenhouse.application(loser)
    world.deliver()
    candidates.merge_candidates(store, loser, winner, now=world.greenhouse.now())
    world.deliver()
    assert world.ours(remote).candidate.remote_id == winner.id


@pytest.mark.world
def test_an_invisible_application_is_marked_and_not_erased(either: World) -> None:
    remote = either.apply(first_name="Ada")
    either.deliver()
    either.greenhouse.store.applications.delete(remote.id)  # without an event
    said = sync_application(either.connection, remote.id, now=clock.now())
    assert said == f"Application {remote.id} is not visible in Greenhouse."
    ours = either.ours(remote)
    assert ours.not_visible_since is not None
    assert (ours.status, ours.candidate.first_name) == ("active", "Ada")
    assert event_names() == ["application.applied"]


@pytest.mark.world
def test_a_visible_application_loses_the_mark(world: World) -> None:
    remote = world.apply()
    world.deliver()
    Application.objects.of(world.organisation).update(not_visible_since=factories.NOW)
    sync_application(world.connection, remote.id, now=factories.NOW)
    assert world.ours(remote).not_visible_since is None


@pytest.mark.world
def test_an_application_moved_to_another_linked_job_moves_to_its_role(world: World) -> None:
    other = list(world.greenhouse.store.jobs.rising())[1]
    role = factories.role(world.organisation, title="Other")
    factories.automation(role, connection_id=world.connection.pk, job_id=other.id, stages={})
    remote = world.apply()
    world.deliver()
    stage = next(s for s in world.greenhouse.store.job_stages.by("job_id", other.id))
    progress.move(world.greenhouse.store, remote, stage, actor_id=None, now=world.greenhouse.now())
    world.deliver()
    assert (world.ours(remote).role, world.ours(remote).job_id) == (role, other.id)
    assert event_names() == [
        "application.applied",
        "application.changed_job",
        "application.left_stage",
        "application.entered_stage",
    ]


@pytest.mark.world
def test_an_application_moved_to_an_unlinked_job_stays_with_its_role(world: World) -> None:
    other = list(world.greenhouse.store.jobs.rising())[1]
    remote = world.apply()
    world.deliver()
    stage = next(s for s in world.greenhouse.store.job_stages.by("job_id", other.id))
    progress.move(world.greenhouse.store, remote, stage, actor_id=None, now=world.greenhouse.now())
    world.deliver()
    assert (world.ours(remote).role, world.ours(remote).job_id) == (world.role, other.id)


def test_a_private_candidate_is_copied_as_private(world: World) -> None:
    remote = world.apply(private=True)
    world.deliver()
    assert world.ours(remote).candidate.private is True


@pytest.mark.parametrize("place", [REVIEW, OFFER])
def test_the_entry_time_is_not_read_for_an_unmapped_stage(world: World, place: int) -> None:
    remote = world.apply()
    if place:
        world.move(remote, place)
    world.deliver()
    assert [call for call in world.line.reads if "application_stages" in call] == []


def test_the_time_is_kept_since_which_a_candidate_is_private(either: World) -> None:
    remote = either.apply()
    either.deliver()
    person = either.greenhouse.store.candidates.get(remote.candidate_id)
    assert person is not None
    since = []
    for private in (True, True, False):
        person.private = private
        sync_application(either.connection, remote.id, now=clock.now())
        since.append(either.ours(remote).candidate.private_since)
    assert since[0] is not None and since == [since[0], since[0], None]
