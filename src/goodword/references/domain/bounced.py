"""Mail to a referee or a candidate comes back, or is marked as spam: what a reference check does then.

A refusal by the first mail server, a provider's event and a returned message all come this way.
"""

from datetime import datetime

from goodword.core.models import Event
from goodword.notifications.domain.queue import cancel
from goodword.notifications.domain.undelivered import mail_of
from goodword.notifications.models import Email, Link
from goodword.references.domain import guard
from goodword.references.domain.mails import request_ref
from goodword.references.domain.replace import ask_for_another
from goodword.references.domain.requests import kill_links
from goodword.references.models import Check, ReferenceRequest
from goodword.steps.domain import unreachable


def on_returned(event: Event) -> None:
    """React to a bounced or failed mail. A referee's link is revoked, and the candidate is asked for another address; a
    candidate's check needs attention, also if a mail with a request to them was not sent."""
    email = mail_of(event)
    if email is None:  # erased
        return
    if email.bounced_at is None:  # not the address's fault
        if email.deadline_days is not None:
            unreachable.stop(Check, email, code=unreachable.NOT_SENT)
        return
    if email.link_purpose == Link.Purpose.REFEREE:
        _referee_not_reached(email, now=event.occurred_at)
    else:
        unreachable.stop(Check, email, code=unreachable.UNDELIVERED)


def on_complained(event: Event) -> None:
    """They have marked a mail as spam: nothing more is written to them about this check (notifications.domain.send
    holds back what is asked for elsewhere). Their link works on, in case it was a slip."""
    email = mail_of(event)
    if email is None:
        return
    if email.link_purpose == Link.Purpose.REFEREE:
        _stop_writing(email, now=event.occurred_at)
    else:
        unreachable.stop(Check, email, code=unreachable.COMPLAINED)


def _referee_not_reached(email: Email, *, now: datetime) -> None:
    request = _locked(email)
    if request is None or request.undelivered_at is not None:
        return
    if request.begun_at is not None:
        # An earlier mail has reached them, since they answer by its link: only nothing more is sent.
        _quiet(request, now=now)
        return
    request.undelivered_at = now
    _quiet(request, now=now)
    kill_links(request, now=now)
    ask_for_another(request.check_run_id, request.pk, now=now, undeliverable=True)


def _stop_writing(email: Email, *, now: datetime) -> None:
    request = _locked(email)
    if request is not None:
        _quiet(request, now=now)


def _locked(email: Email) -> ReferenceRequest | None:
    """The request of a referee's mail, locked with its check; None unless it waits for who had this address."""
    known = ReferenceRequest.objects.of(email.organisation).filter(pk=email.link_subject_id or 0)
    if not known.exists():
        return None
    _, request = guard.locked_request(email.link_subject_id or 0)
    if not request.is_out or request.referee.email.lower() != email.to_address.lower():
        return None
    return request


def _quiet(request: ReferenceRequest, *, now: datetime) -> None:
    request.next_reminder_at = request.slow_at = None
    request.save(update_fields=["undelivered_at", "next_reminder_at", "slow_at"])
    cancel(organisation=request.organisation, subject_ref=request_ref(request), now=now, failed=False)
