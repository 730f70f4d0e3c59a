"""Reactions of a reference check to a mail that was sent, or resent by a member."""

from goodword.core.models import Event
from goodword.notifications.domain.deadlines import deadline_of
from goodword.notifications.domain.undelivered import mail_of
from goodword.notifications.models import Email
from goodword.references.domain import guard
from goodword.references.domain.clock import settle_clock
from goodword.references.domain.mails import REQUEST
from goodword.references.domain.timelines import plan
from goodword.references.models import Check, ReferenceRequest
from goodword.steps.domain.invited import mark_invited, run_of
from goodword.steps.domain.unreachable import forgive


def on_sent(event: Event) -> None:
    """Start the deadline and reminders of the candidate or referee."""
    email = mail_of(event)
    if email is None:
        return
    if email.kind == REQUEST:
        _referee_has_it(email, event)
        return
    check = run_of(Check, email)
    if check is None:
        return
    if mark_invited(check, email, at=event.occurred_at):
        check.opened_at = event.occurred_at
    settle_clock(check, now=event.occurred_at, asked_at=event.occurred_at)


def on_queued_again(event: Event) -> None:
    """Clear the check's attention after a member has resent the mail."""
    email = mail_of(event)
    if email is None:
        return
    if email.kind == REQUEST:
        _try_again(email)
    elif (check := run_of(Check, email)) is not None:
        forgive(check)


def _referee_has_it(email: Email, event: Event) -> None:
    found = _request_of(email)
    if found is None:
        return
    check, request = found
    request.invited_at = request.sent_at = event.occurred_at
    if deadline := deadline_of(email, at=event.occurred_at):
        request.deadline_at = max(request.deadline_at, deadline)
    plan(request, check=check, now=event.occurred_at)
    request.save()
    settle_clock(check, now=event.occurred_at)


def _try_again(email: Email) -> None:
    found = _request_of(email)
    if found is not None:
        check, request = found
        request.undelivered_at = None
        request.save(update_fields=["undelivered_at"])
        settle_clock(check, now=email.not_before)


def _request_of(email: Email) -> tuple[Check, ReferenceRequest] | None:
    """The unanswered request of a referee's mail, locked with its check."""
    known = ReferenceRequest.objects.of(email.organisation).filter(pk=email.link_subject_id or 0)
    if not known.exists():
        return None
    check, request = guard.locked_request(email.link_subject_id or 0)
    theirs = request.referee.email.lower() == email.to_address.lower()
    return (check, request) if request.is_out and theirs else None
