"""Reactions of attempts to what happens to the application and to the candidate's mails."""

from goodword.assessments.adjustments import mails
from goodword.assessments.attempts.completion import complete_if_done
from goodword.assessments.models import Attempt
from goodword.core.models import Event
from goodword.notifications.domain.bounces import mail_of
from goodword.roles.models import Step
from goodword.steps.domain import lifecycle, suspicious_name, unreachable
from goodword.steps.domain.invited import mark_invited, run_of
from goodword.steps.domain.lifecycle import is_quiet, plan_reminder
from goodword.steps.domain.unreachable import CODES, forgive
from goodword.steps.states import is_open


def on_application_changed(event: Event) -> None:
    """Pause, close, reopen or resume attempts when the application moves, ends or is restored."""
    for act, attempt in lifecycle.settle(Attempt, event):
        if act == "reopen":  # its parts may have run out of time meanwhile
            complete_if_done(attempt, now=event.occurred_at)


def on_suspicious_name(event: Event) -> None:
    """Mark open attempts whose mail is on hold because the name contains a link, or clear the mark."""
    suspicious_name.settle(Attempt, event)


def on_requested_again(event: Event) -> None:
    """Resume a paused attempt when the application re-enters a stage of the step."""
    if event.data["kind"] == Step.Kind.ASSESSMENT:
        on_application_changed(event)


def on_mail_sent(event: Event) -> None:
    """Start deadline and reminders once the invitation, or the answer to a request, has been sent."""
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


def on_mail_requeued(event: Event) -> None:
    """Clear the attempt's attention after a member has resent the mail."""
    email = mail_of(event)
    attempt = run_of(Attempt, email) if email is not None else None
    if attempt is not None:
        forgive(attempt)


def on_mail_returned(event: Event) -> None:
    """React to a mail to the candidate that bounced, or to a request to them that was not sent."""
    email = mail_of(event)
    if email is None:
        return
    if email.bounced_at is not None:
        unreachable.stop(Attempt, email, code=unreachable.UNDELIVERED)
    elif email.deadline_days is not None:
        unreachable.stop(Attempt, email, code=unreachable.NOT_SENT)


def on_complained(event: Event) -> None:
    """The candidate wants no more mail about it."""
    email = mail_of(event)
    if email is not None:
        unreachable.stop(Attempt, email, code=unreachable.COMPLAINED)
