"""Saying no: a referee to a request, the candidate to the whole check."""

from datetime import datetime

from django.db import transaction

from goodword.notifications.domain.queue import cancel
from goodword.references.domain import do_not_contact, guard
from goodword.references.domain.mails import request_ref
from goodword.references.domain.requests import end_requests, stop_mail
from goodword.references.domain.tell import tell
from goodword.references.models import Check, ReferenceRequest
from goodword.steps.domain.lifecycle import subject_ref
from goodword.steps.domain.move import lock, move
from goodword.steps.models import StepRun

Why = ReferenceRequest.Why


def decline_request(
    *, request_id: int, why: str, reason: str, never_again: bool, now: datetime
) -> ReferenceRequest:
    """The referee says no: `why` is WOULD_RATHER_NOT or NOT_ME, `reason` their own words for the recruiter.

    With `never_again` the organisation will not write to this address any more. Said twice, the first counts,
    but a wish not to be contacted always does. Raises guard.Closed.
    """
    with transaction.atomic():
        check, request = guard.locked_request(request_id)
        if request.state != ReferenceRequest.State.DECLINED:
            guard.refuse_if_over(check, request, now=now)
            settle_declined(check, request, why=why, reason=reason, now=now)
        if never_again:
            never_again_said(check, request, now=now)
        return request


def settle_declined(check: Check, request: ReferenceRequest, *, why: str, reason: str, now: datetime) -> None:
    """Make a request that is out a declined one, in the caller's transaction with both locked."""
    request.state, request.why = ReferenceRequest.State.DECLINED, Why(why)
    request.decline_reason, request.settled_at = reason, now
    request.next_reminder_at = request.slow_at = None
    request.draft = {}
    request.save()
    cancel(organisation=check.organisation, subject_ref=request_ref(request), now=now)
    tell("request.declined", check, by="referee", at=now, request_id=request.pk)


def say_never_again(*, request_id: int, now: datetime) -> None:
    """The referee wants no more such mail from this organisation; their request stays as it is."""
    with transaction.atomic():
        check, request = guard.locked_request(request_id)
        never_again_said(check, request, now=now)


def never_again_said(check: Check, request: ReferenceRequest, *, now: datetime) -> None:
    """Store the opt-out and stop unsent mail, in the caller's transaction. Idempotent.

    What it means for other checks that wait for them is a reaction (never_again.py): each has a lock of its own.
    """
    address = request.referee.email
    fresh = do_not_contact.bar(organisation=check.organisation, address=address, now=now)
    stop_mail(organisation=check.organisation, address=address, now=now)
    if fresh:
        tell("request.never_again", check, by="referee", at=now, request_id=request.pk)


def decline_check(*, check_id: int, reason: str, now: datetime) -> Check:
    """The candidate does not want to: the check ends, with it what is out. Said twice, the first counts."""
    with transaction.atomic():
        check = lock(Check, check_id)
        if check.progress == StepRun.Progress.DECLINED:
            return check
        guard.refuse_if_check_over(check, now=now)
        check.decline_reason = reason
        move(check, "decline", at=now, by="candidate")
        end_requests(check, why=Why.CHECK_CLOSED, now=now)
        cancel(organisation=check.organisation, subject_ref=subject_ref(check.step_request), now=now)
        tell("check.declined", check, by="candidate", at=now)
        return check
