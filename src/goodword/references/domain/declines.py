"""Referees and candidates who decline, and addresses that have opted out of all mail."""

import hashlib
import hmac
from collections.abc import Iterator
from datetime import datetime

from django.conf import settings
from django.db import transaction

from goodword.accounts.models import Organisation
from goodword.core.models import Event
from goodword.notifications.domain.queue import cancel
from goodword.notifications.models import Email, Link
from goodword.references.domain import locking
from goodword.references.domain.locking import record_event
from goodword.references.domain.mails import request_ref
from goodword.references.domain.requests import OPEN_STATES, end_requests
from goodword.references.models import Check, DoNotContact, ReferenceRequest
from goodword.workflow.domain.application_outcome import subject_ref
from goodword.workflow.models import StepRun
from goodword.workflow.states import lock, move

_HASH_PURPOSE = b"goodword.references.do_not_contact"
Why = ReferenceRequest.Why


def mailbox(address: str) -> str:
    """A form in which addresses of one mailbox are equal: small letters, without a "+tag" before the @.

    Only for comparing; mail goes to the address as it was typed.
    """
    local, _, domain = address.strip().casefold().rpartition("@")
    return f"{local.split('+', 1)[0] or local}@{domain}"


def bar_address(*, organisation: Organisation, address: str, now: datetime) -> bool:
    """Remember that this address wants no further requests; whether that was not known yet."""
    if is_barred(organisation=organisation, address=address):
        return False
    _, fresh = DoNotContact.objects.of(organisation).get_or_create(
        address_hash=next(_hashes(organisation, address)),
        defaults={"organisation": organisation, "created_at": now},
    )
    return fresh


def is_barred(*, organisation: Organisation, address: str) -> bool:
    """Whether this address has asked not to be written to."""
    hashes = list(_hashes(organisation, address))
    return DoNotContact.objects.of(organisation).filter(address_hash__in=hashes).exists()


def _hashes(organisation: Organisation, address: str) -> Iterator[str]:
    """One a key, the present key's first: what was kept under an older key is still found after a rotation."""
    said = f"{organisation.pk}:{mailbox(address)}".encode()
    for key_id, key in settings.GOODWORD_FIELD_KEYS.items():
        own_key = hmac.digest(key, _HASH_PURPOSE, hashlib.sha256)
        yield f"{key_id}:{hmac.new(own_key, said, hashlib.sha256).hexdigest()}"


def cancel_mail_to(*, organisation: Organisation, address: str, now: datetime) -> None:
    """Stop what waits to be sent to a referee's mailbox, whichever check it is about."""
    waiting = Email.objects.of(organisation).filter(
        link_purpose=Link.Purpose.REFEREE, state__in=[Email.State.QUEUED, Email.State.SENDING]
    )
    theirs = [pk for pk, to in waiting.values_list("pk", "to_address") if mailbox(to) == mailbox(address)]
    waiting.filter(pk__in=theirs).update(state=Email.State.CANCELLED, settled_at=now)


def decline_request(
    *, request_id: int, why: str, reason: str, never_again: bool, now: datetime
) -> ReferenceRequest:
    """The referee says no: `why` is WOULD_RATHER_NOT or NOT_ME, `reason` their own words for the recruiter.

    With `never_again` the organisation will not write to this address any more. Said twice, the first counts,
    but a wish not to be contacted always does. Raises Closed.
    """
    with transaction.atomic():
        check, request = locking.lock_request(request_id)
        if request.state != ReferenceRequest.State.DECLINED:
            locking.refuse_if_request_over(check, request, now=now)
            settle_declined(check, request, why=why, reason=reason, now=now)
        if never_again:
            _record_opt_out(check, request, now=now)
        return request


def settle_declined(check: Check, request: ReferenceRequest, *, why: str, reason: str, now: datetime) -> None:
    """Make a request that is out a declined one, in the caller's transaction with both locked."""
    request.state, request.why = ReferenceRequest.State.DECLINED, Why(why)
    request.decline_reason, request.settled_at = reason, now
    request.next_reminder_at = request.slow_at = None
    request.draft = {}
    request.save()
    cancel(organisation=check.organisation, subject_ref=request_ref(request), now=now)
    record_event("request.declined", check, by="referee", at=now, request_id=request.pk)


def opt_out(*, request_id: int, now: datetime) -> None:
    """The referee wants no more such mail from this organisation; their request stays as it is."""
    with transaction.atomic():
        check, request = locking.lock_request(request_id)
        _record_opt_out(check, request, now=now)


def _record_opt_out(check: Check, request: ReferenceRequest, *, now: datetime) -> None:
    """Store the opt-out and stop unsent mail, in the caller's transaction. Idempotent.

    What it means for other checks that wait for them is a reaction (on_opted_out): each has a lock of its own.
    """
    address = request.referee.email
    fresh = bar_address(organisation=check.organisation, address=address, now=now)
    cancel_mail_to(organisation=check.organisation, address=address, now=now)
    if fresh:
        record_event("request.never_again", check, by="referee", at=now, request_id=request.pk)


def decline_check(*, check_id: int, reason: str, now: datetime) -> Check:
    """The candidate does not want to: the check ends, with it what is out. Said twice, the first counts."""
    with transaction.atomic():
        check = lock(Check, check_id)
        if check.progress == StepRun.Progress.DECLINED:
            return check
        locking.refuse_if_check_over(check, now=now)
        check.decline_reason = reason
        move(check, "decline", at=now, by="candidate")
        end_requests(check, why=Why.CHECK_CLOSED, now=now)
        cancel(organisation=check.organisation, subject_ref=subject_ref(check.step_request), now=now)
        record_event("check.declined", check, by="candidate", at=now)
        return check


def on_opted_out(event: Event) -> None:
    """Other requests of the organisation to the same mailbox: one that was not begun counts as declined, so that its
    candidate names somebody else; one that was begun can still be answered, and nobody reminds of it."""
    requests = ReferenceRequest.objects.across_organisations().filter(organisation_id=event.organisation_id)
    others = requests.filter(state__in=OPEN_STATES).exclude(pk=event.data["request_id"])
    asked: dict[str, bool] = {}  # not by the address of who said it: that may be erased by now
    for request in others.select_related("organisation", "referee").order_by("check_run_id", "pk"):
        box = mailbox(request.referee.email)
        if box not in asked:
            asked[box] = is_barred(organisation=request.organisation, address=box)
        if asked[box]:
            _stop_asking(request.pk, event)


def _stop_asking(request_id: int, event: Event) -> None:
    with transaction.atomic():
        check, request = locking.lock_request(request_id)
        if not request.is_out:
            return
        if request.state == ReferenceRequest.State.SENT:
            why = ReferenceRequest.Why.WOULD_RATHER_NOT
            settle_declined(check, request, why=why, reason="", now=event.occurred_at)
            return
        request.next_reminder_at = request.slow_at = None
        request.save(update_fields=["next_reminder_at", "slow_at"])
