"""Stages start steps, once; blocked requests wait; delays allow a move to be undone."""

from datetime import timedelta

import pytest
from django.db import transaction

from goodword.candidates.models import Application
from goodword.core.events import record
from goodword.core.models import Event
from goodword.roles.domain.role_changes import set_archived
from goodword.roles.domain.settings import set_delay, set_requirement
from goodword.roles.models import Role
from goodword.workflow.domain.step_requests import on_candidate_changed, start_by_member, start_due
from goodword.workflow.models import StepRequest
from tests.support import factories
from tests.support.jobs import event_names, run_jobs, waiting

pytestmark = pytest.mark.django_db

STAGE = (501, "Assessment")


def arrive(application: Application) -> None:
    with transaction.atomic():
        record(
            "application.entered_stage",
            organisation_id=application.organisation_id,
            application_id=application.pk,
            actor="greenhouse",
            at=factories.NOW,
            data={"job_id": 31, "stage_id": STAGE[0], "stage_name": STAGE[1]},
        )


@pytest.fixture
def application() -> Application:
    role = factories.role(factories.organisation())
    factories.automation(role, connection_id=1, job_id=31, stages={"assessment": STAGE})
    return factories.application(role, job_id=31, stage_id=STAGE[0])


def starts(application: Application) -> list[tuple[str, str, str]]:
    return [
        (step_request.step.kind, step_request.state, step_request.waiting_reason)
        for step_request in StepRequest.objects.of(application.organisation).filter(application=application)
    ]


@pytest.mark.main_case
def test_a_mapped_stage_starts_its_step_once(application: Application) -> None:
    for _ in range(3):
        arrive(application)
    run_jobs()
    assert starts(application) == [("assessment", "started", "")]
    assert event_names().count("step.requested") == 1
    assert event_names().count("step.requested_again") == 2


@pytest.mark.main_case
def test_an_unmapped_stage_starts_nothing(application: Application) -> None:
    application.role.automations.get().rules.update(stage_id=999)  # type: ignore[union-attr]
    arrive(application)
    run_jobs()
    assert starts(application) == []


@pytest.mark.world
@pytest.mark.parametrize(
    ("column", "value", "reason"),
    [
        ("email", "", "no_address"),
        ("can_email", False, "may_not_email"),
        ("last_name", "http://evil.example/win", "link_in_name"),
        ("preferred_name", "evil.tk", "link_in_name"),
    ],
)
def test_blocked_requests_start_automatically_once_resolved(
    application: Application, column: str, value: object, reason: str
) -> None:
    candidate = application.candidate
    good = getattr(candidate, column)
    setattr(candidate, column, value)
    candidate.save()
    arrive(application)
    run_jobs()
    assert starts(application) == [("assessment", "waiting", reason)]

    setattr(candidate, column, good)
    candidate.save()
    for _ in range(2):
        with transaction.atomic():
            event = record(
                "candidate.changed",
                organisation_id=application.organisation_id,
                application_id=application.pk,
                actor="greenhouse",
                at=factories.NOW,
            )
        run_jobs()
    with transaction.atomic():
        on_candidate_changed(event)
    assert starts(application) == [("assessment", "started", "")]
    assert event_names().count("step.requested") == 1


@pytest.mark.world
def test_a_delay_allows_a_move_to_be_undone(application: Application) -> None:
    assert application.role is not None
    application.role.steps.filter(kind="assessment").update(delay_minutes=10)
    arrive(application)
    run_jobs()
    assert start_due(now=factories.NOW + timedelta(minutes=9)) == 0
    Application.objects.of(application.organisation).update(stage_id=502)
    assert start_due(now=factories.NOW + timedelta(minutes=11)) == 0
    assert starts(application) == []


@pytest.mark.main_case
def test_a_delayed_step_starts_after_its_delay(application: Application) -> None:
    assert application.role is not None
    application.role.steps.filter(kind="assessment").update(delay_minutes=10)
    arrive(application)
    run_jobs()
    assert start_due(now=factories.NOW + timedelta(minutes=11)) == 1
    assert starts(application) == [("assessment", "started", "")]


@pytest.mark.world
def test_a_delayed_invitation_keeps_its_time_when_the_delay_changes(application: Application) -> None:
    assert application.role is not None
    step = factories.step(application.role, "assessment")
    set_delay(step=step, minutes=10, by=application.role.owner, now=factories.NOW)
    arrive(application)
    run_jobs()
    step.refresh_from_db()
    set_delay(step=step, minutes=60, by=application.role.owner, now=factories.NOW)
    run_jobs()
    assert start_due(now=factories.NOW + timedelta(minutes=9)) == 0
    assert start_due(now=factories.NOW + timedelta(minutes=11)) == 1


@pytest.mark.parametrize("change", ["unlinked", "mapped otherwise", "moved"])
def test_the_timeline_says_why_a_delayed_step_was_not_started(application: Application, change: str) -> None:
    assert application.role is not None
    step = factories.step(application.role, "assessment")
    factories.step_request(
        application, "assessment", state="waiting", waiting_reason="delay", due_at=factories.NOW
    )
    later = factories.NOW + timedelta(minutes=5)
    match change:
        case "unlinked":
            application.role.automations.get().delete()
        case "mapped otherwise":
            step.rules.update(stage_id=502)
        case _:
            factories.apply_event(application, "application.left_stage", {"to_stage_id": 502})
            with transaction.atomic():
                record(
                    "application.left_stage",
                    organisation_id=application.organisation_id,
                    application_id=application.pk,
                    actor="greenhouse",
                    at=later,
                    data={"stage_id": STAGE[0], "to_stage_id": 502},
                )
    assert start_due(now=later) == 0
    ended = Event.objects.get(name="step.not_started")
    assert ended.data.get("reason", "") == ("" if change == "moved" else "unmapped")


def test_a_rollback_leaves_neither_event_nor_job(application: Application) -> None:
    class Broken(Exception):
        pass

    def fails() -> None:
        with transaction.atomic():
            arrive(application)
            raise Broken

    with pytest.raises(Broken):
        fails()
    assert event_names() == []
    assert waiting() == []


@pytest.fixture
def archived(application: Application) -> Role:
    role = application.role
    assert role is not None
    set_archived(role=role, archived=True, by=role.owner, now=factories.NOW)
    return role


@pytest.mark.world
def test_arrivals_on_an_archived_role_wait_for_a_click_also_after_restoring(
    application: Application, archived: Role
) -> None:
    arrive(application)
    run_jobs()
    assert starts(application) == [("assessment", "waiting", "click")]
    set_archived(role=archived, archived=False, by=archived.owner, now=factories.NOW)
    run_jobs()
    assert starts(application) == [("assessment", "waiting", "click")]
    arrive(application)
    run_jobs()
    assert starts(application) == [("assessment", "started", "")]


@pytest.mark.world
def test_a_member_invites_on_an_archived_role(application: Application, archived: Role) -> None:
    arrive(application)
    run_jobs()
    step = factories.step(archived, "assessment")
    set_requirement(step=step, text="Works carefully", by=archived.owner, now=factories.NOW)
    step.refresh_from_db()
    start_by_member(application_id=application.pk, step=step, member=archived.owner, now=factories.NOW)
    run_jobs()
    assert starts(application) == [("assessment", "started", "")]


@pytest.mark.world
def test_a_delay_that_ends_on_an_archived_role_waits_for_a_click(application: Application) -> None:
    role = application.role
    assert role is not None
    step = factories.step(role, "assessment")
    set_delay(step=step, minutes=60, by=role.owner, now=factories.NOW)
    arrive(application)
    run_jobs()
    set_archived(role=role, archived=True, by=role.owner, now=factories.NOW)
    assert start_due(now=factories.NOW + timedelta(hours=2)) == 0
    assert starts(application) == [("assessment", "waiting", "click")]


@pytest.mark.world
def test_an_open_step_continues_on_an_archived_role(application: Application) -> None:
    arrive(application)
    run_jobs()
    role = application.role
    assert role is not None
    set_archived(role=role, archived=True, by=role.owner, now=factories.NOW)
    arrive(application)
    run_jobs()
    assert starts(application) == [("assessment", "started", "")]
