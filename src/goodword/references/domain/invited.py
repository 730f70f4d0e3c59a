"""What follows for a reference check when the mail server takes a mail, or a member sends one again."""

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
    """Whoever it asks has it now: their deadline and their reminders count from here."""
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
    """A member has sent it again: nobody is needed any more, unless it fails anew."""
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
    """The request of a referee's mail that still waits for them, locked with its check."""
    known = ReferenceRequest.objects.of(email.organisation).filter(pk=email.link_subject_id or 0)
    if not known.exists():
        return None
    check, request = guard.locked_request(email.link_subject_id or 0)
    theirs = request.referee.email.lower() == email.to_address.lower()
    return (check, request) if request.is_out and theirs else None
