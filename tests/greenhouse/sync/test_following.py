"""Our copy follows what Harvest says, over both interfaces, and each change is told once."""

from datetime import timedelta

import pytest

from goodword.candidates.models import Application
from goodword.core import clock
from goodword.core.models import Event
from goodword.greenhouse.sync.applications import sync_application
from goodword.roles.models import AlreadyThere, Automation
from greenhouse_sandbox.acts import persons, progress
from greenhouse_sandbox.acts.apply import add_prospect
from greenhouse_sandbox.store.applications import Application as RemoteApplication
from tests.greenhouse.world import ASSESSMENT, OFFER, REFERENCES, REVIEW, SCREEN, World
from tests.support import factories
from tests.support.jobs import event_names


def test_a_submitted_application_is_copied_with_the_person_and_the_recruiter(either: World) -> None:
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


def test_a_move_into_a_mapped_stage_is_told_with_job_and_stage(either: World) -> None:
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


def test_who_starts_in_a_mapped_stage_has_entered_it(world: World) -> None:
    remote = world.apply()
    world.move(remote, ASSESSMENT)
    world.deliver()
    assert event_names(world.ours(remote).pk) == ["application.applied", "application.entered_stage"]


def test_who_is_first_seen_in_a_stage_that_nobody_mapped_has_only_applied(world: World) -> None:
    remote = world.apply()
    world.move(remote, SCREEN)
    world.deliver()
    assert event_names(world.ours(remote).pk) == ["application.applied"]


def test_who_stood_in_the_stage_at_confirm_is_left_alone_until_they_come_again(world: World) -> None:
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


def test_who_came_back_into_the_stage_after_confirm_counts_although_never_seen_before(world: World) -> None:
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
    """The member who mapped the stage did not invite them."""
    AlreadyThere.objects.create(
        organisation=world.organisation,
        automation=Automation.objects.of(world.organisation).get(),
        remote_application_id=remote.id,
        stage_id=world.stages[ASSESSMENT][0],
        recorded_at=world.greenhouse.now() + at,
    )


def test_a_move_from_before_the_mapping_that_is_heard_of_later_starts_nothing(either: World) -> None:
    remote = either.apply()
    either.deliver()
    either.move(remote, ASSESSMENT)
    already_there(either, remote, at=timedelta(minutes=2))
    either.deliver()
    ours = either.ours(remote)
    assert ours.stage_id == either.stages[ASSESSMENT][0]
    assert event_names(ours.pk) == ["application.applied", "application.left_stage"]


def test_a_move_just_after_the_mapping_starts_the_step_although_the_clocks_differ(either: World) -> None:
    remote = either.apply()
    either.deliver()
    already_there(either, remote, at=timedelta(seconds=-1))
    either.move(remote, ASSESSMENT)
    either.deliver()
    assert event_names(either.ours(remote).pk)[-1] == "application.entered_stage"


def test_no_other_delivery_makes_an_arrival_of_who_was_already_there(either: World) -> None:
    remote = either.apply()
    either.move(remote, ASSESSMENT)
    either.outgoing()
    already_there(either, remote, at=timedelta(0))
    either.reject(remote)
    either.outgoing()
    progress.unreject(either.greenhouse.store, remote, actor_id=None, now=either.greenhouse.now())
    either.deliver()
    assert event_names(either.ours(remote).pk) == ["application.applied"]


def test_who_is_first_seen_when_a_rejection_is_taken_back_is_not_invited(either: World) -> None:
    remote = either.apply()
    either.move(remote, ASSESSMENT)
    either.reject(remote)
    either.outgoing()
    progress.unreject(either.greenhouse.store, remote, actor_id=None, now=either.greenhouse.now())
    either.deliver()
    assert event_names(either.ours(remote).pk) == ["application.applied"]


def test_a_rejection_is_copied_with_its_reason_and_so_is_its_end(either: World) -> None:
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


def test_a_hire_is_copied_and_so_is_its_end(either: World) -> None:
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


def test_who_is_seen_first_as_rejected_enters_no_stage(world: World) -> None:
    remote = world.apply()
    world.move(remote, ASSESSMENT)
    world.reject(remote)
    world.deliver()
    assert event_names(world.ours(remote).pk) == ["application.applied", "application.rejected"]


def test_a_rejected_prospect_of_a_linked_job_is_copied_as_one(either: World) -> None:
    store = either.greenhouse.store
    person = either.greenhouse.candidate()
    remote = add_prospect(store, person, job_ids=[either.job_id], actor_id=None, now=either.greenhouse.now())
    either.reject(remote)
    either.deliver()
    ours = either.ours(remote)
    assert (ours.role, ours.prospect, ours.status, ours.job_id) == (either.role, True, "rejected", None)
    assert event_names(ours.pk) == ["application.applied", "application.rejected"]


def test_the_same_truth_twice_tells_nothing(either: World) -> None:
    remote = either.apply()
    either.move(remote, REFERENCES)
    either.deliver()
    before = event_names()
    assert sync_application(either.connection, remote.id, now=factories.NOW) == (
        f"Application {remote.id}: nothing new."
    )
    assert event_names() == before


def test_another_address_is_told_to_each_application_of_the_person(world: World) -> None:
    person = world.greenhouse.candidate(email="old@people.example")
    first, second = (world.greenhouse.application(person) for _ in range(2))
    world.deliver()
    persons.update_candidate(
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


def test_a_name_with_a_link_that_is_corrected_is_told(world: World) -> None:
    remote = world.apply(email="ada@people.example")
    world.deliver()
    person = world.greenhouse.store.candidates[remote.candidate_id]
    for last_name in ("evil.tk", "King"):
        persons.update_candidate(
            world.greenhouse.store,
            person,
            first_name="Augusta",
            last_name=last_name,
            email="ada@people.example",
            now=world.greenhouse.now(),
        )
        world.deliver()
    assert event_names(world.ours(remote).pk)[1:] == ["candidate.changed"] * 2


def test_another_name_alone_tells_nothing(world: World) -> None:
    remote = world.apply(email="ada@people.example")
    world.deliver()
    person = world.greenhouse.store.candidates[remote.candidate_id]
    persons.update_candidate(
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


def test_what_no_reader_can_see_in_a_name_is_left_out(world: World) -> None:
    remote = world.apply(first_name="Ada\u202e\x1b", last_name=" Love\nlace", company="Acme\u2066")
    world.deliver()
    person = world.ours(remote).candidate
    assert (person.name, person.company) == ("Ada Love lace", "Acme")


def test_a_merge_moves_the_application_to_the_other_person(world: World) -> None:
    store = world.greenhouse.store
    loser, winner = (world.greenhouse.candidate(last_name=name) for name in ("Loser", "Winner"))
    remote = world.greenhouse.application(loser)
    world.deliver()
    persons.merge_candidates(store, loser, winner, now=world.greenhouse.now())
    world.deliver()
    assert world.ours(remote).candidate.remote_id == winner.id


def test_what_is_not_visible_any_more_is_marked_and_nothing_is_erased(either: World) -> None:
    remote = either.apply(first_name="Ada")
    either.deliver()
    either.greenhouse.store.applications.delete(remote.id)  # of which no event tells
    said = sync_application(either.connection, remote.id, now=clock.now())
    assert said == f"Application {remote.id} is not visible in Greenhouse."
    ours = either.ours(remote)
    assert ours.not_visible_since is not None
    assert (ours.status, ours.candidate.first_name) == ("active", "Ada")
    assert event_names() == ["application.applied"]


def test_what_is_visible_again_loses_the_mark(world: World) -> None:
    remote = world.apply()
    world.deliver()
    Application.objects.of(world.organisation).update(not_visible_since=factories.NOW)
    sync_application(world.connection, remote.id, now=factories.NOW)
    assert world.ours(remote).not_visible_since is None


def test_who_moves_to_another_linked_job_follows_to_its_role(world: World) -> None:
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


def test_who_moves_to_a_job_of_no_role_stays_with_the_role_where_the_results_are(world: World) -> None:
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
def test_the_entry_into_a_stage_that_starts_nothing_is_not_asked_for(world: World, place: int) -> None:
    remote = world.apply()
    if place:
        world.move(remote, place)
    world.deliver()
    assert [call for call in world.line.reads if "application_stages" in call] == []
