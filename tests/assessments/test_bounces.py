"""Bounces and spam complaints stop mails and ask for attention."""

from datetime import timedelta

import pytest
import time_machine
from django.core import mail

from goodword.assessments.attempts.member_actions import remind_now
from goodword.assessments.attempts.reminders import remind_due
from goodword.assessments.models import Attempt
from goodword.notifications.domain.bounces import note_bounced, note_complained, note_delivered
from goodword.notifications.domain.send import FOR_ANSWER, UNANSWERED, requeue_interrupted
from goodword.notifications.models import Email
from goodword.workflow.domain.runs import Refused
from tests.assessments.support import application, assigned
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


def test_a_complaint_about_another_step_of_the_application_costs_no_reminder() -> None:
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
