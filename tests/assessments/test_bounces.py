"""Bounces and spam complaints stop mails and ask for attention."""

from datetime import timedelta

import pytest
import time_machine
from django.core import mail

from goodword.assessments.attempts.invitations import invite_again
from goodword.assessments.attempts.member_actions import possible_actions, remind_now
from goodword.assessments.attempts.reminders import remind_due
from goodword.assessments.models import Attempt
from goodword.candidates.models import Application
from goodword.notifications.domain.bounces import note_bounced, note_complained, note_delivered
from goodword.notifications.domain.queue import send_again
from goodword.notifications.domain.send import FOR_ANSWER, UNANSWERED, requeue_interrupted
from goodword.notifications.models import Email
from goodword.workflow.domain.runs import Refused
from tests.assessments.support import application, assigned, tell
from tests.support import factories
from tests.support.factories import NOW
from tests.support.jobs import run_jobs

pytestmark = pytest.mark.django_db


@pytest.mark.main_case
@pytest.mark.parametrize("what", ["undelivered", "complained"])
def test_a_bounce_stops_mails_and_the_page_says_why(what: str) -> None:
    attempt = assigned(application(), now=NOW, sent=False)
    run_jobs()
    email = Email.objects.of(attempt.organisation).get(kind="assessment.invitation")
    if what == "undelivered":
        note_bounced(email_id=email.pk, reason="550 5.1.1 No such user", now=NOW)
    else:
        note_complained(email_id=email.pk, now=NOW)
    run_jobs()
    attempt.refresh_from_db()
    assert (attempt.attention, attempt.next_reminder_at) == (what, None)
    told = {"undelivered": 2, "complained": 1}[what]  # the invitation, and a notice to the recruiter
    assert len(mail.outbox) == told
    Attempt.objects.of(attempt.organisation).update(next_reminder_at=NOW)
    assert remind_due(now=NOW + timedelta(days=2)) == 0
    attempt.refresh_from_db()
    assert attempt.next_reminder_at is None


@pytest.mark.world
def test_an_invitation_that_failed_without_a_response_counts_once_it_has_been_delivered() -> None:
    attempt = assigned(application(), now=NOW, sent=False)
    emails = Email.objects.of(attempt.organisation).filter(kind="assessment.invitation")
    emails.update(state="sending", attempts=3, unanswered=len(UNANSWERED), claimed_at=NOW, handed_over_at=NOW)
    failed_at = NOW + FOR_ANSWER
    with time_machine.travel(failed_at, tick=False):
        requeue_interrupted(now=failed_at)
        run_jobs()
    attempt.refresh_from_db()
    assert (attempt.attention, attempt.invited_at, attempt.next_reminder_at) == ("not_sent", None, None)
    reported_at = failed_at + timedelta(hours=3)
    with time_machine.travel(reported_at, tick=False):
        note_delivered(email_id=emails.get().pk, now=reported_at)
        run_jobs()
    attempt.refresh_from_db()
    assert (attempt.attention, attempt.invited_at) == ("", reported_at)
    assert attempt.next_reminder_at is not None


def test_a_complaint_about_another_step_does_not_use_up_a_reminder() -> None:
    attempt = assigned(application(), now=NOW)
    email = Email.objects.of(attempt.organisation).get(kind="assessment.invitation")
    email.pk, email.key, email.subject_ref, email.link_subject_id = None, "other", "other:0", 0
    email.save()
    note_complained(email_id=email.pk, now=NOW)
    later, member = NOW + timedelta(hours=1), factories.member(attempt.organisation)
    with pytest.raises(Refused):
        remind_now(attempt_id=attempt.pk, member=member, now=later)
    Attempt.objects.of(attempt.organisation).update(next_reminder_at=NOW)
    assert remind_due(now=NOW + timedelta(days=2)) == 0
    attempt.refresh_from_db()
    assert (attempt.reminders_sent, attempt.next_reminder_at) == (0, None)


def complains(attempt: Attempt) -> None:
    note_complained(email_id=Email.objects.of(attempt.organisation).latest("pk").pk, now=NOW)
    run_jobs()
    attempt.refresh_from_db()


@pytest.mark.world
def test_an_attempt_reopened_after_a_spam_complaint_says_why_nothing_is_sent() -> None:
    attempt = assigned(application(), now=NOW)
    of = Application.objects.of(attempt.organisation).filter(pk=attempt.step_request.application_id)
    [(role, job)] = of.values_list("role_id", "job_id")
    of.update(role=None, job_id=999)
    tell("application.changed_job", of.get(), from_job_id=job, job_id=999)
    run_jobs()
    complains(attempt)
    assert (attempt.close_reason, attempt.attention) == ("changed_job", "")
    of.update(role=role, job_id=job)
    tell("application.changed_job", of.get(), from_job_id=999, job_id=job)
    run_jobs()
    attempt = Attempt.objects.of(attempt.organisation).get()
    assert (attempt.closed_at, attempt.attention) == (None, "complained")
    assert not possible_actions(attempt, now=NOW).remind


@pytest.mark.world
def test_a_complaint_needs_attention_once_a_suspicious_name_is_corrected() -> None:
    attempt = assigned(application(), now=NOW)
    of = attempt.step_request.application
    Attempt.objects.of(attempt.organisation).update(attention="link_in_name")
    complains(attempt)
    assert attempt.attention == "link_in_name"
    tell("candidate.changed", of)
    run_jobs()
    attempt.refresh_from_db()
    assert attempt.attention == "complained"


@pytest.mark.world
def test_an_invitation_to_a_corrected_address_clears_the_complaint_about_the_old_one() -> None:
    attempt = assigned(application(), now=NOW)
    complains(attempt)
    of, member = attempt.step_request.application, factories.member(attempt.organisation)
    invite_again(step_request=attempt.step_request, member=member, now=NOW)
    again = Attempt.objects.of(attempt.organisation).latest("pk")
    assert again.attention == "complained"
    of.candidate.email = "corrected@mail.example"
    of.candidate.save()
    run_jobs()
    again.refresh_from_db()
    assert (again.attention, again.invited_at is not None, again.next_reminder_at is not None) == (
        "",
        True,
        True,
    )
    assert possible_actions(again, now=NOW).remind


@pytest.mark.world
def test_sending_a_bounced_invitation_again_after_a_complaint_says_why_nothing_is_sent() -> None:
    attempt = assigned(application(), now=NOW)
    complains(attempt)
    email, member = Email.objects.of(attempt.organisation).get(), factories.member(attempt.organisation)
    note_bounced(email_id=email.pk, reason="550 5.1.1 No such user", now=NOW)
    run_jobs()
    send_again(email_id=email.pk, to_address=email.to_address, member=member, now=NOW)
    run_jobs()
    attempt.refresh_from_db()
    email.refresh_from_db()
    assert (email.state, attempt.attention) == ("cancelled", "complained")


@pytest.mark.world
def test_a_candidate_whose_complaint_is_not_marked_on_the_attempt_cannot_be_reminded() -> None:
    attempt = assigned(application(), now=NOW)
    complains(attempt)
    Attempt.objects.of(attempt.organisation).update(attention="")
    attempt.refresh_from_db()
    assert not possible_actions(attempt, now=NOW).remind
    member = factories.member(attempt.organisation)
    with pytest.raises(Refused) as refused:
        remind_now(attempt_id=attempt.pk, member=member, now=NOW + timedelta(hours=1))
    assert str(refused.value) == "This person marked our e-mail as spam, so we no longer e-mail them."
