"""Reactions of attempts to what happens to the application and to the candidate's mails."""

from goodword.assessments.adjustments import mails
from goodword.assessments.attempts.completion import complete_if_done
from goodword.assessments.models import Attempt
from goodword.core.models import Event
from goodword.notifications.domain.bounces import mail_of
from goodword.roles.models import Step
from goodword.workflow.domain import application_outcome, candidate_mail
from goodword.workflow.domain.application_outcome import awaits_click, plan_reminder
from goodword.workflow.domain.candidate_mail import (
    MAIL_FAILURES,
    clear_mail_failure,
    invited_run,
    mark_invited,
)
from goodword.workflow.states import is_open


def on_application_changed(event: Event) -> None:
    """Pause, close, reopen or resume attempts when the application moves, ends or is restored."""
    for act, attempt in application_outcome.apply_outcome(Attempt, event):
        if act == "reopen":  # its parts may have run out of time meanwhile
            complete_if_done(attempt, now=event.occurred_at)


def on_suspicious_name(event: Event) -> None:
    """Mark open attempts whose mail is on hold because the name contains a link, or clear the mark."""
    candidate_mail.mark_suspicious_name(Attempt, event)


def on_requested_again(event: Event) -> None:
    """Resume a paused attempt when the application re-enters a stage of the step."""
    if event.data["kind"] == Step.Kind.ASSESSMENT:
        on_application_changed(event)


def on_mail_sent(event: Event) -> None:
    """Start deadline and reminders once the invitation, or the answer to a request, has been sent."""
    email = mail_of(event)
    attempt = invited_run(Attempt, email) if email is not None else None
    if email is None or attempt is None:
        return
    before, moved_by = attempt.deadline_at, attempt.deadline_moved_by
    mark_invited(attempt, email, at=event.occurred_at)
    if email.kind in mails.TO_CANDIDATE:
        attempt.deadline_moved_by = moved_by + (attempt.deadline_at - before)
    rests = attempt.paused_at is not None or attempt.clock_stopped_at is not None or awaits_click(attempt)
    if is_open(attempt) and not rests and attempt.attention not in MAIL_FAILURES:
        plan_reminder(attempt, organisation=attempt.organisation, now=event.occurred_at)
    attempt.save()


def on_mail_requeued(event: Event) -> None:
    """Clear the attempt's attention after a member has resent the mail."""
    email = mail_of(event)
    attempt = invited_run(Attempt, email) if email is not None else None
    if attempt is not None:
        clear_mail_failure(attempt)


def on_mail_returned(event: Event) -> None:
    """React to a mail to the candidate that bounced, or to a request to them that was not sent."""
    email = mail_of(event)
    if email is None:
        return
    if email.bounced_at is not None:
        candidate_mail.stop_reminders(Attempt, email, code=candidate_mail.UNDELIVERED)
    elif email.deadline_days is not None:
        candidate_mail.stop_reminders(Attempt, email, code=candidate_mail.NOT_SENT)


def on_complained(event: Event) -> None:
    """The candidate wants no more mail about it."""
    email = mail_of(event)
    if email is not None:
        candidate_mail.stop_reminders(Attempt, email, code=candidate_mail.COMPLAINED)
