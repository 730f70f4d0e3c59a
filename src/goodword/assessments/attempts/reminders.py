"""Reminders to candidates, never more than the invitation promised."""

from datetime import datetime

from django.db import transaction

from goodword.assessments.attempts.locking import record_event
from goodword.assessments.attempts.mails import mail_candidate
from goodword.assessments.models import Attempt
from goodword.assessments.queries import application_of
from goodword.candidates.models import Application
from goodword.core.sweep import each
from goodword.core.workdays import into_working_hours
from goodword.workflow.domain.application_outcome import plan_reminder, subject_ref
from goodword.workflow.domain.candidate_mail import MAIL_FAILURES, has_queued_mail
from goodword.workflow.domain.eligibility import closing_reason, mail_blocked_reason
from goodword.workflow.states import is_open, lock

AT_MOST = 200


def remind_due(*, now: datetime) -> int:
    """Queue the reminders that are due. Returns how many."""
    due = (
        Attempt.objects.across_organisations()
        .filter(next_reminder_at__lte=now)
        .order_by("next_reminder_at")
        .values_list("pk", flat=True)[:AT_MOST]
    )
    return each(list(due), lambda pk: remind(attempt_id=pk, now=now))


def remind(*, attempt_id: int, now: datetime) -> bool:
    """Queue one reminder if it is due on an open attempt, and plan the next. Returns whether one was queued.

    Outside working hours it is put off until the next working morning.
    """
    with transaction.atomic():
        attempt = lock(Attempt, attempt_id)
        if attempt.next_reminder_at is None or attempt.next_reminder_at > now:
            return False
        application = application_of(attempt)
        calendar = application.organisation.calendar
        if not _wanted(attempt, application, now=now):
            attempt.next_reminder_at = None
        elif (later := into_working_hours(now, calendar=calendar)) > now:
            attempt.next_reminder_at = later
        elif has_queued_mail(
            organisation=attempt.organisation, subject_ref=subject_ref(attempt.step_request)
        ):
            plan_reminder(attempt, organisation=application.organisation, now=now)
        else:
            _queue(attempt, application, now=now)
            attempt.save()
            return True
        attempt.save()
        return False


def _wanted(attempt: Attempt, application: Application, *, now: datetime) -> bool:
    return (
        is_open(attempt)
        and attempt.invited_at is not None
        and attempt.paused_at is None
        and attempt.clock_stopped_at is None
        and now < attempt.deadline_at
        and attempt.reminders_sent < attempt.reminders_promised
        and not closing_reason(application, attempt.step_request.step)  # its reaction may not have run yet
        and not mail_blocked_reason(application)
        and attempt.attention not in MAIL_FAILURES
    )


def _queue(attempt: Attempt, application: Application, *, now: datetime) -> None:
    attempt.reminders_sent += 1
    plan_reminder(attempt, organisation=application.organisation, now=now)
    mail_candidate(
        attempt,
        application=application,
        name="reminder",
        key=f"reminder:{attempt.reminders_sent}",
        left=attempt.reminders_promised - attempt.reminders_sent,
        not_after=attempt.deadline_at,
        now=now,
    )
    record_event("attempt.reminded", attempt, by="goodword", at=now, number=attempt.reminders_sent)
