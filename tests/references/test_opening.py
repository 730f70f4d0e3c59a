"""Opening a requested reference check and inviting the candidate."""

from datetime import UTC, datetime

import pytest
from django.core import mail
from django.db import transaction

from goodword.core.models import Event
from goodword.questionnaires.domain.versions import ensure_builtin
from goodword.references.domain.invitations import on_step_requested, open_check, version_for
from goodword.references.models import Check
from goodword.roles.models import Step
from goodword.workflow.domain.step_requests import request_step
from tests.references.story import (
    NOW,
    html_of,
    mails_to,
    opened,
)
from tests.support import factories
from tests.support.jobs import event_names, run_jobs

pytestmark = pytest.mark.django_db


def test_a_new_check_has_a_deadline_and_reminders() -> None:
    check = opened().check
    assert (check.progress, check.wanted, check.reminders_promised) == ("pending", 2, 2)
    # ten working days after Tuesday 3 March: the end of Tuesday 17 March in Berlin
    assert check.deadline_at == datetime(2026, 3, 17, 22, 59, tzinfo=UTC)
    assert check.next_reminder_at == datetime(2026, 3, 5, 9, 0, tzinfo=UTC)


def test_the_invitation_states_request_deadline_and_reminders() -> None:
    story = opened()
    (message,) = mails_to(story.application.candidate.email)
    assert message.from_email == '"Rita Recruiter (Acme)" <people@goodword.example>'
    assert message.reply_to == ["rita@acme.example"]
    for part in (" ".join(str(message.body).split()), html_of(message)):
        for words in (
            "For your Window Washer application, Acme would like to hear from 2 people who know your work",
            "Tuesday 17 March",
            "we'll remind you twice at most",
            "/p/",
        ):
            assert words in part


@pytest.mark.main_case
def test_handling_a_step_request_twice_opens_one_check() -> None:
    story = opened()
    with transaction.atomic():
        on_step_requested(Event.objects.get(name="step.requested"))
    run_jobs()
    assert Check.objects.of(story.application.organisation).count() == 1
    assert len(mail.outbox) == 1
    assert event_names().count("check.opened") == 1


def test_only_one_check_is_open_at_a_time() -> None:
    check = opened().check
    with transaction.atomic():
        assert open_check(step_request=check.step_request, now=NOW, by="goodword") == check


def test_assessment_requests_open_no_check() -> None:
    role = factories.role(factories.organisation())
    step = factories.step(role, Step.Kind.ASSESSMENT)
    step.requirement = "Washes windows"
    step.save()
    with transaction.atomic():
        request_step(application=factories.application(role), step=step, at=NOW, by="greenhouse")
        on_step_requested(Event.objects.get(name="step.requested"))
    assert Check.objects.of(role.organisation).count() == 0


def test_a_built_in_questionnaire_chosen_on_the_role_is_up_to_date_after_an_update() -> None:
    role = factories.role(factories.organisation())
    chosen = ensure_builtin(role.organisation, "leadership", now=NOW)
    step = factories.step(role, Step.Kind.REFERENCE_CHECK)
    step.questionnaire_id = chosen.pk
    step.save()
    newest = version_for(step, now=NOW).number
    chosen.versions.update(number=newest - 1)  # an update of Goodword brings the next version
    assert version_for(step, now=NOW).number == newest


@pytest.mark.world
def test_candidates_see_the_job_post_title() -> None:
    role = factories.role(factories.organisation())
    automation = factories.automation(role, connection_id=1, job_id=31, stages={})
    automation.job_post_title = "Cleaner of High Windows"
    automation.save()
    application = factories.application(role, job_id=31)
    with transaction.atomic():
        step = factories.step(role, Step.Kind.REFERENCE_CHECK)
        request_step(application=application, step=step, at=NOW, by="greenhouse")
    run_jobs()
    assert (
        mail.outbox[0].subject == f"Your references for Cleaner of High Windows at {role.organisation.name}"
    )
