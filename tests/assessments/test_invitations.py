"""A step request creates one attempt with one invitation."""

from datetime import UTC, datetime

import pytest
import time_machine
from django.core.mail import EmailMultiAlternatives

from goodword.assessments.models import Attempt, AttemptPart
from goodword.candidates.models import Application
from goodword.notifications.models import Email
from tests.assessments.assessment_plans.support import DEFAULT_FORM
from tests.assessments.support import STAGE, application, tell
from tests.support import factories
from tests.support.jobs import event_names, run_jobs

pytestmark = pytest.mark.django_db


def arrive(of: Application) -> None:
    tell("application.entered_stage", of, job_id=of.job_id, stage_id=STAGE[0], stage_name=STAGE[1])


@pytest.mark.main_case
def test_a_stage_move_creates_an_attempt_with_fixed_versions() -> None:
    of = application()
    arrive(of)
    with time_machine.travel(factories.NOW, tick=False):
        run_jobs()
    attempt = Attempt.objects.of(of.organisation).get()
    [part] = AttemptPart.objects.of(of.organisation).select_related("version__test")
    assert (part.version.test.key, part.version.number, part.version.language) == ("work_style", "4", "en")
    assert (part.form, part.items, part.seconds, attempt.language) == (DEFAULT_FORM, 16, None, "en")
    assert (attempt.progress, attempt.opened_at) == ("pending", factories.NOW)
    # seven working days after Tuesday 3 March, to the end of the day in Berlin
    assert attempt.deadline_at == datetime(2026, 3, 12, 22, 59, tzinfo=UTC)
    assert (attempt.reminders_promised, attempt.reminders_sent) == (2, 0)
    assert attempt.next_reminder_at == datetime(2026, 3, 5, 9, 0, tzinfo=UTC)
    assert event_names(of.pk) == [
        "application.entered_stage",
        "step.requested",
        "attempt.assigned",
        "email.sent",
    ]


@pytest.mark.main_case
def test_the_invitation_comes_from_the_recruiter_with_a_link(
    mailoutbox: list[EmailMultiAlternatives],
) -> None:
    of = application()
    arrive(of)
    run_jobs()
    email = Email.objects.of(of.organisation).get()
    assert (email.kind, email.state, email.subject_ref) == (
        "assessment.invitation",
        "sent",
        f"step_request:{of.step_requests.get().pk}",
    )
    assert email.key == f"attempt:{Attempt.objects.of(of.organisation).get().pk}:invitation"
    assert email.link_subject_id == of.step_requests.get().pk
    [mail] = mailoutbox
    assert mail.subject == "Your assessment for Window Washer at Acme Bikes"
    assert mail.reply_to == ["rita@acme.example"]
    assert mail.to == [f"{of.candidate.name} <{of.candidate.email}>"]


@pytest.mark.main_case
def test_a_step_requested_twice_is_assigned_once() -> None:
    of = application()
    for _ in range(3):
        arrive(of)
    run_jobs()
    step_request = of.step_requests.get()
    tell("step.requested", of, step_request_id=step_request.pk, kind="assessment")
    run_jobs()
    assert Attempt.objects.of(of.organisation).count() == 1
    assert Email.objects.of(of.organisation).count() == 1


@pytest.mark.world
def test_a_requested_reference_check_creates_no_attempt() -> None:
    of = application()
    step_request = factories.step_request(of, "reference_check")
    tell("step.requested", of, step_request_id=step_request.pk, kind="reference_check")
    run_jobs()
    assert Attempt.objects.of(of.organisation).count() == 0


@pytest.mark.world
@pytest.mark.parametrize("status", ["rejected", "hired", "converted"])
def test_an_ended_application_is_not_invited(status: str) -> None:
    of = application()
    step_request = factories.step_request(of, "assessment")
    tell("step.requested", of, step_request_id=step_request.pk, kind="assessment")
    Application.objects.of(of.organisation).update(status=status)
    run_jobs()
    assert Attempt.objects.of(of.organisation).count() == 0
    assert Email.objects.of(of.organisation).count() == 0
    assert event_names(of.pk) == ["step.requested", "step.not_started"]
