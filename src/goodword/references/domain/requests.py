"""Requests to referees, as their check pauses, ends or is reopened."""

from datetime import datetime

from goodword.notifications.domain import links
from goodword.notifications.domain.queue import cancel
from goodword.notifications.models import Email, Link
from goodword.references.domain.deadlines import plan_request_reminders, referee_deadline
from goodword.references.domain.mails import REQUEST_REMINDER, request_ref
from goodword.references.models import Check, ReferenceRequest

State, Why = ReferenceRequest.State, ReferenceRequest.Why
OPEN_STATES = (State.SENT, State.BEGUN)


def open_requests(check: Check) -> list[ReferenceRequest]:
    """Requests that wait for their referee."""
    return list(
        ReferenceRequest.objects.of(check.organisation)
        .select_related("referee")
        .filter(check_run=check, state__in=OPEN_STATES)
        .order_by("pk")
    )


def end_request(request: ReferenceRequest, *, why: str, now: datetime) -> None:
    """End an open request: its queued mail is cancelled, its link shows that nothing is needed. The draft is kept."""
    request.state, request.why, request.settled_at = State.ENDED, Why(why), now
    request.next_reminder_at = request.slow_at = None
    request.save(update_fields=["state", "why", "settled_at", "next_reminder_at", "slow_at"])
    cancel(organisation=request.organisation, subject_ref=request_ref(request), now=now)


def end_requests(check: Check, *, why: str, now: datetime) -> None:
    """End all open requests of a locked check."""
    for request in open_requests(check):
        end_request(request, why=why, now=now)


def stop_reminders(check: Check, *, now: datetime) -> None:
    """Stop all reminders; open requests and their links stay valid."""
    ReferenceRequest.objects.of(check.organisation).filter(check_run=check, state__in=OPEN_STATES).update(
        next_reminder_at=None, slow_at=None
    )
    cancel_queued_reminders(check, now=now)


def revoke_links(request: ReferenceRequest, *, now: datetime) -> None:
    """Revoke a request's links for good, whatever becomes of the check."""
    links.end(organisation=request.organisation, purpose=Link.Purpose.REFEREE, subject_id=request.pk, now=now)


def restore_requests(check: Check, *, now: datetime) -> None:
    """Reopen requests that ended only because the check closed; a passed deadline is renewed. Sends nothing."""
    fresh = referee_deadline(check, now=now)
    for request in ReferenceRequest.objects.of(check.organisation).filter(
        check_run=check, state=State.ENDED, why=Why.CHECK_CLOSED
    ):
        request.state = State.BEGUN if request.begun_at else State.SENT
        request.why, request.settled_at = Why.NOTHING, None
        if request.deadline_at <= now:
            request.deadline_at = fresh
        check.deadline_at = max(check.deadline_at, request.deadline_at)
        request.save(update_fields=["state", "why", "settled_at", "deadline_at"])
    check.save(update_fields=["deadline_at"])


def cancel_queued_reminders(check: Check, *, now: datetime) -> None:
    """Cancel queued reminders of a paused check; requests and links stay valid."""
    refs = [request_ref(request) for request in open_requests(check)]
    Email.objects.of(check.organisation).filter(
        subject_ref__in=refs, kind=REQUEST_REMINDER, state=Email.State.QUEUED
    ).update(state=Email.State.CANCELLED, settled_at=now)


def plan_reminders(check: Check, *, now: datetime) -> None:
    """Plan the next reminder of each request that is out, counted from its sending.

    Never more than its first mail promised; those whose time has passed are left out.
    """
    for request in open_requests(check):
        plan_request_reminders(request, check=check, now=now)
        request.save(update_fields=["next_reminder_at", "slow_at"])
