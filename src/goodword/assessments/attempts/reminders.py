"""Reminders to candidates, until the deadline or the last one promised in the invitation."""

from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from goodword.assessments.attempts.mails import mail_candidate
from goodword.assessments.models import Attempt
from goodword.assessments.queries import application_of
from goodword.candidates.models import Application
from goodword.core.jobs import for_first
from goodword.core.workdays import into_working_hours
from goodword.workflow.domain.eligibility import closing_outcome, mail_blocked_reason
from goodword.workflow.domain.reminder_times import plan_reminder
from goodword.workflow.domain.runs import MAIL_FAILURES, candidate_complained, has_queued_mail
from goodword.workflow.models import is_open, lock, record_event


def reminders_due(*, now: datetime) -> QuerySet[Attempt]:
    return Attempt.objects.across_organisations().filter(next_reminder_at__lte=now)


def remind_due(*, now: datetime) -> int:
    due = reminders_due(now=now).order_by("next_reminder_at", "pk")
    return for_first(due, lambda pk: remind(attempt_id=pk, now=now))


def remind(*, attempt_id: int, now: datetime) -> bool:
    """Queue a reminder if due, in working hours, and plan the next one. Returns whether one was queued."""
    with transaction.atomic():
        attempt = lock(Attempt, attempt_id)
        if attempt.next_reminder_at is None or attempt.next_reminder_at > now:
            return False
        application = application_of(attempt)
        calendar = application.organisation.calendar
        if not _may_remind(attempt, application, now=now):
            attempt.next_reminder_at = None
        elif (later := into_working_hours(now, calendar=calendar)) > now:
            attempt.next_reminder_at = later
        elif has_queued_mail(organisation=attempt.organisation, subject_ref=attempt.step_request.mail_ref):
            plan_reminder(attempt, organisation=application.organisation, now=now)
        else:
            queue_reminder(attempt, application, by="goodword", now=now)
            attempt.save()
            return True
        attempt.save()
        return False


def _may_remind(attempt: Attempt, application: Application, *, now: datetime) -> bool:
    return (
        is_open(attempt)
        and attempt.invited_at is not None
        and attempt.paused_at is None
        and attempt.clock_stopped_at is None
        and now < attempt.deadline_at
        and attempt.reminders_sent < attempt.reminders_promised
        and not closing_outcome(attempt, application)  # its reaction may not have run yet
        and not mail_blocked_reason(application)
        and attempt.attention not in MAIL_FAILURES
        and not candidate_complained(application)
    )


def queue_reminder(attempt: Attempt, application: Application, *, by: str, now: datetime) -> None:
    """Queue the next reminder and plan the one after it (unsaved)."""
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
    record_event("attempt.reminded", attempt, by=by, at=now, number=attempt.reminders_sent)
