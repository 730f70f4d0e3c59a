"""Reactions of an assessment to a mail that was sent, or resent by a member."""

from goodword.assessments.domain.adjust import mails
from goodword.assessments.models import Attempt
from goodword.core.models import Event
from goodword.notifications.domain.undelivered import mail_of
from goodword.steps.domain.invited import mark_invited, run_of
from goodword.steps.domain.lifecycle import is_quiet, plan_reminder
from goodword.steps.domain.unreachable import CODES, forgive
from goodword.steps.states import is_open


def on_sent(event: Event) -> None:
    """Start deadline and reminders: the candidate is invited, or has the answer they waited for."""
    email = mail_of(event)
    attempt = run_of(Attempt, email) if email is not None else None
    if email is None or attempt is None:
        return
    before, moved_by = attempt.deadline_at, attempt.deadline_moved_by
    mark_invited(attempt, email, at=event.occurred_at)
    if email.kind in mails.TO_CANDIDATE:
        attempt.deadline_moved_by = moved_by + (attempt.deadline_at - before)
    rests = attempt.paused_at is not None or attempt.clock_stopped_at is not None or is_quiet(attempt)
    if is_open(attempt) and not rests and attempt.attention not in CODES:
        plan_reminder(attempt, organisation=attempt.organisation, now=event.occurred_at)
    attempt.save()


def on_queued_again(event: Event) -> None:
    """Clear the attempt's attention after a member has resent the mail."""
    email = mail_of(event)
    attempt = run_of(Attempt, email) if email is not None else None
    if attempt is not None:
        forgive(attempt)
