"""Requests to referees: ending, declining, opting out."""

import hashlib
import hmac
from collections.abc import Iterator
from datetime import datetime

from django.db import transaction

from goodword.accounts.models import Organisation
from goodword.core.addresses import normalised
from goodword.core.crypto import hash_keys
from goodword.core.jobs import for_first
from goodword.core.models import Event
from goodword.notifications.domain import links
from goodword.notifications.domain.bounces import complaints, has_complained
from goodword.notifications.domain.queue import cancel
from goodword.notifications.models import Email, Link
from goodword.references.domain import checks
from goodword.references.domain.checks import referee_deadline
from goodword.references.domain.mails import REQUEST_REMINDER
from goodword.references.models import (
    OPEN_STATES,
    Check,
    DoNotContact,
    ReferenceRequest,
    open_requests,
)
from goodword.workflow.models import DONE, StepRun, lock, move, record_event

State, Why = ReferenceRequest.State, ReferenceRequest.Why
HASH_PURPOSE = b"goodword.references.do_not_contact"


def end_request(request: ReferenceRequest, *, why: str, now: datetime) -> None:
    request.state, request.why, request.settled_at = State.ENDED, Why(why), now
    request.next_reminder_at = request.slow_at = None
    request.save(update_fields=["state", "why", "settled_at", "next_reminder_at", "slow_at"])
    cancel(organisation=request.organisation, subject_ref=request.mail_ref, now=now)


def end_requests(check: Check, *, why: str, now: datetime) -> None:
    for request in open_requests(check):
        end_request(request, why=why, now=now)


def stop_referee_reminders(check: Check, *, now: datetime) -> None:
    ReferenceRequest.objects.of(check.organisation).filter(check_run=check, state__in=OPEN_STATES).update(
        next_reminder_at=None, slow_at=None
    )
    cancel_queued_reminders(check, now=now)


def revoke_links(request: ReferenceRequest, *, now: datetime) -> None:
    links.end(organisation=request.organisation, purpose=Link.Purpose.REFEREE, subject_id=request.pk, now=now)


def restore_requests(check: Check, *, now: datetime) -> list[ReferenceRequest]:
    """Reopen requests that ended with their check, with a new deadline if theirs has passed. Sends nothing. Referees
    who have opted out since and hadn't begun count as declined; their requests are returned."""
    declined = []
    fresh = referee_deadline(check, now=now)
    ended = ReferenceRequest.objects.of(check.organisation).filter(
        check_run=check, state=State.ENDED, why=Why.CHECK_CLOSED
    )
    for request in ended.select_related("referee"):
        if not request.begun_at and has_opted_out(
            organisation=check.organisation, address=request.referee.email
        ):
            request.state, request.why = State.DECLINED, Why.WOULD_RATHER_NOT
            request.save(update_fields=["state", "why"])
            declined.append(request)
            continue
        request.state = State.BEGUN if request.begun_at else State.SENT
        request.why, request.settled_at = Why.NOTHING, None
        if request.deadline_at <= now:
            request.deadline_at = fresh
        check.deadline_at = max(check.deadline_at, request.deadline_at)
        request.save(update_fields=["state", "why", "settled_at", "deadline_at"])
    check.save(update_fields=["deadline_at"])
    return declined


def cancel_queued_reminders(check: Check, *, now: datetime) -> None:
    refs = [request.mail_ref for request in open_requests(check)]
    Email.objects.of(check.organisation).filter(
        subject_ref__in=refs, kind=REQUEST_REMINDER, state=Email.State.QUEUED
    ).update(state=Email.State.CANCELLED, settled_at=now)


def mailbox(address: str) -> str:
    """An address for comparison: lower case, without "+tag". Mail goes to the address as entered."""
    local, _, domain = address.strip().casefold().rpartition("@")
    return f"{local.split('+', 1)[0] or local}@{domain}"


def store_opt_out(*, organisation: Organisation, address: str, now: datetime) -> bool:
    if has_opted_out(organisation=organisation, address=address):
        return False
    _, fresh = DoNotContact.objects.of(organisation).get_or_create(
        address_hash=next(address_hashes(organisation, address)),
        defaults={"organisation": organisation, "created_at": now},
    )
    return fresh


def has_opted_out(*, organisation: Organisation, address: str) -> bool:
    hashes = list(address_hashes(organisation, address))
    return DoNotContact.objects.of(organisation).filter(address_hash__in=hashes).exists()


def wants_no_mail(request: ReferenceRequest, *, check: Check) -> bool:
    address = request.referee.email
    return has_opted_out(organisation=check.organisation, address=address) or referee_complained(
        request, check=check
    )


def referee_complained(request: ReferenceRequest, *, check: Check) -> bool:
    return has_complained(check.organisation, check.step_request.application_id, request.referee.email)


def reachable_requests(check: Check) -> list[ReferenceRequest]:
    """The open requests of referees whom we can e-mail."""
    application_id = check.step_request.application_id
    complained = complaints(check.organisation, [application_id])
    return [
        request
        for request in open_requests(check)
        if request.undelivered_at is None
        and (application_id, normalised(request.referee.email)) not in complained
        and not has_opted_out(organisation=check.organisation, address=request.referee.email)
    ]


def address_hashes(organisation: Organisation, address: str) -> Iterator[str]:
    """Yield the address's hash with each key, the current one first, so that rows survive a key rotation."""
    message = f"{organisation.pk}:{mailbox(address)}".encode()
    for key_id, own_key in hash_keys(HASH_PURPOSE):
        yield f"{key_id}:{hmac.new(own_key, message, hashlib.sha256).hexdigest()}"


def cancel_mail_to(*, organisation: Organisation, address: str, now: datetime) -> None:
    """Cancel unsent mail to a referee's mailbox, in all checks."""
    waiting = Email.objects.of(organisation).filter(
        link_purpose=Link.Purpose.REFEREE, state__in=[Email.State.QUEUED, Email.State.SENDING]
    )
    theirs = [pk for pk, to in waiting.values_list("pk", "to_address") if mailbox(to) == mailbox(address)]
    waiting.filter(pk__in=theirs).update(state=Email.State.CANCELLED, settled_at=now)


def decline_request(
    *, request_id: int, why: str, reason: str, opt_out: bool, now: datetime
) -> ReferenceRequest:
    """Decline a request. `why`: WOULD_RATHER_NOT or NOT_ME. `reason`: only for the recruiter. Only the first call
    counts, except that opting out always does. Raises Closed."""
    with transaction.atomic():
        check, request = checks.lock_request(request_id)
        if request.state != ReferenceRequest.State.DECLINED:
            checks.refuse_if_request_over(check, request, now=now)
            settle_declined(check, request, why=why, reason=reason, now=now)
        if opt_out:
            _record_opt_out(check, request, now=now)
        return request


def settle_declined(check: Check, request: ReferenceRequest, *, why: str, reason: str, now: datetime) -> None:
    """Record that the referee declined. Both rows must be locked."""
    request.state, request.why = ReferenceRequest.State.DECLINED, Why(why)
    request.decline_reason, request.settled_at = reason, now
    request.next_reminder_at = request.slow_at = None
    request.draft = {}
    request.save()
    cancel(organisation=check.organisation, subject_ref=request.mail_ref, now=now)
    record_event("request.declined", check, by="referee", at=now, request_id=request.pk)


def opt_out(*, request_id: int, now: datetime) -> None:
    with transaction.atomic():
        check, request = checks.lock_request(request_id)
        _record_opt_out(check, request, now=now)


def _record_opt_out(check: Check, request: ReferenceRequest, *, now: datetime) -> None:
    """Record that the referee opted out. Idempotent. `on_opted_out` settles other checks, each under its own lock."""
    address = request.referee.email
    fresh = store_opt_out(organisation=check.organisation, address=address, now=now)
    cancel_mail_to(organisation=check.organisation, address=address, now=now)
    if fresh:
        record_event("request.opted_out", check, by="referee", at=now, request_id=request.pk)


def decline_check(*, check_id: int, reason: str, now: datetime) -> Check:
    """End the check and its open requests because the candidate declines. Idempotent. Raises Closed."""
    with transaction.atomic():
        check = lock(Check, check_id)
        if check.progress == StepRun.Progress.DECLINED:
            return check
        checks.refuse_if_check_over(check, now=now)
        check.decline_reason = reason
        move(check, "decline", at=now, by="candidate")
        end_requests(check, why=Why.CHECK_CLOSED, now=now)
        cancel(organisation=check.organisation, subject_ref=check.step_request.mail_ref, now=now)
        record_event("check.declined", check, by="candidate", at=now)
        return check


def on_opted_out(event: Event) -> None:
    """Decline the mailbox's other requests that haven't been started, and stop the reminders of the started ones."""
    requests = ReferenceRequest.objects.across_organisations().filter(organisation_id=event.organisation_id)
    others = requests.filter(state__in=OPEN_STATES).exclude(pk=event.data["request_id"])
    asked: dict[str, bool] = {}
    for request in others.select_related("organisation", "referee").order_by("check_run_id", "pk"):
        box = mailbox(request.referee.email)
        if box not in asked:
            asked[box] = has_opted_out(organisation=request.organisation, address=box)
        if asked[box]:
            _stop_asking(request.pk, event)


def _stop_asking(request_id: int, event: Event) -> None:
    with transaction.atomic():
        try:
            check, request = checks.lock_request(request_id)
        except checks.CheckClosed:  # erased in the meantime
            return
        if not request.is_out:
            return
        if request.state == ReferenceRequest.State.SENT:
            why = ReferenceRequest.Why.WOULD_RATHER_NOT
            settle_declined(check, request, why=why, reason="", now=event.occurred_at)
            return
        request.next_reminder_at = request.slow_at = None
        request.save(update_fields=["next_reminder_at", "slow_at"])


def end_expired_requests(*, now: datetime) -> int:
    over = ReferenceRequest.objects.across_organisations().filter(
        state__in=OPEN_STATES, deadline_at__lt=now, check_run__progress__in=DONE
    )
    return for_first(over.order_by("deadline_at"), lambda pk: _end_expired(pk, now=now))


def _end_expired(request_id: int, *, now: datetime) -> bool:
    with transaction.atomic():
        try:
            check, request = checks.lock_request(request_id)
        except checks.CheckClosed:  # erased in the meantime
            return False
        if not request.is_out or request.deadline_at >= now or check.progress not in DONE:
            return False
        end_request(request, why=ReferenceRequest.Why.CHECK_DONE, now=now)
        return True
