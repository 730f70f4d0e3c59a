"""A candidate added by a member arrives from Greenhouse."""

import pytest

from goodword.accounts.models import Membership
from goodword.candidates.domain.people import PersonInput
from goodword.candidates.models import Application, Candidate
from goodword.core import clock
from goodword.notifications.models import Email
from goodword.workflow.domain.application_outcome import set_status
from goodword.workflow.models import StepRequest
from goodword.workspace.adding.forms import add_and_invite
from tests.greenhouse.world import ASSESSMENT, World
from tests.support import factories
from tests.support.jobs import event_names, run_jobs

ADA = {"first_name": "Ada", "last_name": "Doe", "email": "ada@people.example"}


def added(world: World, *kinds: str, **values: str) -> Application:
    rita: Membership = factories.member(world.organisation)
    steps = [factories.step(world.role, kind) for kind in kinds]
    person = PersonInput(**ADA | values)
    return add_and_invite(role=world.role, person=person, steps=steps, member=rita, now=clock.now())


def test_the_same_address_on_the_role_becomes_one_application(either: World) -> None:
    ours = added(either, first_name="Adah", email="ADA@people.example")
    remote = either.apply(**ADA)
    either.deliver()
    assert either.ours(remote).pk == ours.pk
    ours.refresh_from_db()
    assert (ours.connection_id, ours.remote_id, ours.in_greenhouse) == (either.connection.pk, remote.id, True)
    assert (ours.candidate.name, ours.candidate.in_greenhouse) == ("Ada Doe", True)
    assert Application.objects.of(either.organisation).count() == 1
    names = event_names(ours.pk)
    assert names[:2] == ["application.added", "application.adopted"]
    assert "application.changed_job" not in names and "application.applied" not in names
    assert "candidate.merged" in names


@pytest.mark.world
def test_nobody_is_invited_twice(world: World) -> None:
    ours = added(world, "assessment")
    run_jobs()
    remote = world.apply(**ADA)
    world.move(remote, ASSESSMENT)
    world.deliver()
    run_jobs()
    assert world.ours(remote).pk == ours.pk
    assert StepRequest.objects.of(world.organisation).count() == 1
    assert Email.objects.of(world.organisation).filter(kind="assessment.invitation").count() == 1
    assert "step.requested_again" in event_names(ours.pk)


@pytest.mark.world
def test_a_candidate_added_without_invitation_is_invited_by_the_stage(world: World) -> None:
    ours = added(world)
    remote = world.apply(**ADA)
    world.move(remote, ASSESSMENT)
    world.deliver()
    run_jobs()
    assert StepRequest.objects.of(world.organisation).get().application_id == ours.pk


@pytest.mark.world
def test_greenhouse_decides_the_status_from_then_on(world: World) -> None:
    ours = added(world)
    admin = factories.member(world.organisation, kind="admin")
    set_status(application_id=ours.pk, status=Application.Status.REJECTED, member=admin, now=clock.now())
    world.apply(**ADA)
    world.deliver()
    ours.refresh_from_db()
    assert ours.status == "active"
    assert "application.unrejected" in event_names(ours.pk)


@pytest.mark.world
def test_another_name_at_the_same_address_stays_another_person(world: World) -> None:
    ours = added(world, first_name="Bo", last_name="Yard")
    remote = world.apply(**ADA)
    world.deliver()
    assert world.ours(remote).pk != ours.pk
    ours.refresh_from_db()
    assert (ours.in_greenhouse, ours.candidate.name) == (False, "Bo Yard")


@pytest.mark.world
def test_an_application_to_another_role_stays_separate(world: World) -> None:
    other = factories.role(world.organisation)
    rita = factories.member(world.organisation)
    ours = add_and_invite(role=other, person=PersonInput(**ADA), steps=[], member=rita, now=clock.now())
    remote = world.apply(**ADA)
    world.deliver()
    assert world.ours(remote).pk != ours.pk


def test_a_known_person_of_greenhouse_is_found_by_their_profile(world: World) -> None:
    remote = world.apply(**ADA)
    world.deliver()
    theirs = world.ours(remote).candidate
    assert Candidate.objects.of(world.organisation).get() == theirs


@pytest.mark.world
def test_people_to_be_erased_are_not_synced_again(world: World) -> None:
    ours = added(world)
    Application.objects.of(world.organisation).filter(pk=ours.pk).update(erasure_requested_at=clock.now())
    remote = world.apply(**ADA)
    world.deliver()
    assert world.ours(remote).pk != ours.pk
