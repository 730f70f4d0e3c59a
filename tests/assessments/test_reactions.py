"""Attempts react to changes of the application."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction

from goodword.assessments.adjustments.requests import resume_deadline, stop_deadline
from goodword.assessments.attempts.answers import save_answer
from goodword.assessments.attempts.completion import finish_part
from goodword.assessments.attempts.invitations import on_application_changed
from goodword.assessments.attempts.member_actions import extend_attempt
from goodword.assessments.models import Attempt
from goodword.core.models import Event
from goodword.core.workdays import days_left
from goodword.notifications.models import Email
from goodword.roles.models import Step
from goodword.workflow.models import status
from tests.assessments.support import STAGE, answer_all, answers, application, assigned, scores, tell
from tests.support import factories
from tests.support.jobs import event_names, run_jobs

pytestmark = pytest.mark.django_db

NOW = factories.NOW
LATER = NOW + timedelta(days=1)
FIRST_REMINDER = datetime(2026, 3, 5, 9, 0, tzinfo=UTC)


@pytest.fixture
def attempt() -> Attempt:
    made = assigned(application())
    save_answer(attempt_id=made.pk, order=1, item_id="ws116", value=4, now=NOW)
    return made


def after(attempt: Attempt, name: str, *, at: datetime = LATER, **data: object) -> Attempt:
    """The attempt after all handlers of the event."""
    tell(name, attempt.step_request.application, at=at, **data)
    run_jobs()
    return Attempt.objects.of(attempt.organisation).select_related("step_request__step").get(pk=attempt.pk)


def setting(attempt: Attempt, **values: str) -> None:
    Step.objects.of(attempt.organisation).filter(pk=attempt.step_request.step_id).update(**values)


@pytest.mark.main_case
def test_leaving_the_stage_pauses_and_returning_resumes(attempt: Attempt) -> None:
    paused = after(attempt, "application.left_stage", stage_id=STAGE[0], to_stage_id=502)
    assert (status(paused, now=LATER), paused.next_reminder_at) == ("paused", None)
    back = after(
        attempt,
        "application.entered_stage",
        job_id=attempt.step_request.application.job_id,
        stage_id=STAGE[0],
        stage_name=STAGE[1],
    )
    assert (status(back, now=LATER), back.next_reminder_at) == ("in_progress", FIRST_REMINDER)
    assert Attempt.objects.of(attempt.organisation).count() == 1
    assert event_names()[-3:] == ["application.entered_stage", "step.requested_again", "step.resumed"]


@pytest.mark.world
def test_leaving_the_stage_changes_nothing_if_the_step_continues(attempt: Attempt) -> None:
    setting(attempt, on_leave="go_on")
    assert after(attempt, "application.left_stage", stage_id=STAGE[0], to_stage_id=502).paused_at is None


@pytest.mark.world
def test_moving_between_two_mapped_stages_does_not_pause(attempt: Attempt) -> None:
    rule = attempt.step_request.step.rules.get()
    attempt.step_request.step.rules.create(
        organisation=rule.organisation, automation=rule.automation, stage_id=502, stage_name="Assessment 2"
    )
    assert after(attempt, "application.left_stage", stage_id=STAGE[0], to_stage_id=502).paused_at is None


@pytest.mark.world
@pytest.mark.parametrize(
    ("name", "column", "undone"),
    [
        ("application.rejected", "on_reject", "application.unrejected"),
        ("application.hired", "on_hire", "application.unhired"),
    ],
)
def test_an_ended_application_closes_the_attempt_and_undoing_reopens_it(
    attempt: Attempt, name: str, column: str, undone: str
) -> None:
    closed = after(attempt, name)
    assert (status(closed, now=LATER), closed.close_reason, closed.next_reminder_at) == (
        "cancelled",
        column.replace("on_reject", "rejected").replace("on_hire", "hired"),
        None,
    )
    assert answers(closed).count() == 1
    mails = Email.objects.of(attempt.organisation).count()
    again = after(attempt, undone)
    assert (status(again, now=LATER), again.next_reminder_at) == ("in_progress", None)
    assert again.deadline_at == datetime(2026, 3, 13, 22, 59, tzinfo=UTC)
    assert Email.objects.of(attempt.organisation).count() == mails


@pytest.mark.world
def test_undoing_a_rejection_keeps_an_extended_deadline_and_reveals_no_adjustment(attempt: Attempt) -> None:
    member, by_adjustment = factories.member(attempt.organisation), timedelta(days=9)
    until = extend_attempt(attempt_id=attempt.pk, days=20, member=member, now=LATER).deadline_at
    Attempt.objects.of(attempt.organisation).filter(pk=attempt.pk).update(
        deadline_at=until + by_adjustment, deadline_moved_by=by_adjustment
    )
    after(attempt, "application.rejected")
    again = after(attempt, "application.unrejected")
    assert (again.deadline_at, again.overdue_since) == (until + by_adjustment, until)

    renewed = until + timedelta(days=4)
    again.renew_deadline(renewed, at=NOW)
    assert (again.deadline_at, again.overdue_since) == (until + by_adjustment, renewed)
    again.renew_deadline(renewed + by_adjustment, at=NOW)
    assert again.deadline_at == again.overdue_since == renewed + by_adjustment


@pytest.mark.world
def test_undoing_a_rejection_restarts_a_deadline_that_is_on_hold(attempt: Attempt) -> None:
    later, calendar = LATER + timedelta(days=28), attempt.organisation.calendar
    stop_deadline(attempt, now=NOW)
    after(attempt, "application.rejected")
    again = after(attempt, "application.unrejected", at=later)
    days = again.step_request.step.deadline_days
    assert days_left(again.overdue_since, now=later, calendar=calendar) == days
    resumed = later + timedelta(days=7)
    resume_deadline(again, now=resumed)
    assert days_left(again.deadline_at, now=resumed, calendar=calendar) == days


@pytest.mark.world
@pytest.mark.parametrize(
    ("name", "column"), [("application.rejected", "on_reject"), ("application.hired", "on_hire")]
)
def test_an_ended_application_closes_nothing_if_the_step_continues(
    attempt: Attempt, name: str, column: str
) -> None:
    setting(attempt, **{column: "go_on"})
    open_still = after(attempt, name)
    assert (status(open_still, now=LATER), open_still.next_reminder_at) == ("in_progress", FIRST_REMINDER)


@pytest.mark.world
def test_a_completed_attempt_is_not_closed() -> None:
    made = assigned(application())
    answer_all(made)
    finish_part(attempt_id=made.pk, order=1, now=NOW)
    for name in (
        "application.left_stage",
        "application.rejected",
        "application.unrejected",
        "application.hired",
    ):
        assert after(made, name, stage_id=STAGE[0], to_stage_id=502).progress == "completed"
    assert scores(made).count() == 4


@pytest.mark.main_case
def test_a_rejection_cancels_a_queued_invitation() -> None:
    made = assigned(application(), sent=False)
    tell("application.rejected", made.step_request.application, at=LATER)
    # the rejection is handled before the mail's job runs

    with transaction.atomic():
        on_application_changed(Event.objects.get(name="application.rejected"))
    run_jobs()
    assert list(Email.objects.of(made.organisation).values_list("state", flat=True)) == ["cancelled"]
