"""When a check is complete, completing it, and ending the requests left over."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from goodword.accounts.models import Membership
from goodword.core.models import Event
from goodword.core.sweep import each
from goodword.notifications.domain.queue import cancel
from goodword.references.domain import locking
from goodword.references.domain.deadlines import update_clock
from goodword.references.domain.locking import (
    Refused,
    actor,
    lock_check_for_member,
    record_event,
    refuse_unless_open,
)
from goodword.references.domain.requests import OPEN_STATES, end_request, stop_reminders
from goodword.references.domain.slots import self_reference_missing, slot_statuses
from goodword.references.models import Check, Reference, ReferenceRequest
from goodword.workflow.domain.application_outcome import subject_ref
from goodword.workflow.models import StepRun
from goodword.workflow.states import DONE, lock, may, move

AT_MOST = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestedReference:
    """One referee that is asked for and was not waived: whether their reference is in (a factual one counts), and
    whether the check never completes without it."""

    answered: bool
    needed: bool = False


def is_complete(asked: Sequence[RequestedReference], *, least: int, own_missing: bool = False) -> bool:
    """Whether enough is in: `least` references (or all, where fewer are asked for by now), those of every needed
    kind among them, and the candidate's self-reference where it is needed (`own_missing`: it is not in).

    A check in which nobody has answered is never complete by itself.
    """
    answered = sum(one.answered for one in asked)
    if not answered or own_missing:
        return False
    if any(one.needed and not one.answered for one in asked):
        return False
    return answered >= min(least, len(asked))


def complete_on_reference(event: Event) -> None:
    """Complete the check with the last reference needed. A later one leads to a new version of the report."""
    check_id, now = event.data["check_id"], event.occurred_at
    if complete_if_all_received(check_id=check_id, now=now):
        return
    check = lock(Check, check_id)
    reference = Reference.objects.of(check.organisation).filter(pk=event.data["reference_id"]).first()
    if reference is not None and reference.late and check.progress in DONE:
        record_event("check.answered_late", check, by="referee", at=now, reference_id=reference.pk)


def complete_on_self_reference(event: Event) -> None:
    """Complete the check if the self-reference was all that was missing."""
    complete_if_all_received(check_id=event.data["check_id"], now=event.occurred_at)


def complete_if_all_received(*, check_id: int, now: datetime) -> bool:
    """Complete the check if everything needed has arrived. Returns whether it did."""
    with transaction.atomic():
        check = lock(Check, check_id)
        if not may(check, "complete"):
            return False
        places = [place for place in slot_statuses(check) if place.state != "waived"]
        asked = [RequestedReference(answered=one.state == "answered", needed=one.is_needed) for one in places]
        if not is_complete(asked, least=check.least, own_missing=self_reference_missing(check)):
            update_clock(check, now=now)
            return False
        finish_check(check, act="complete", by="goodword", now=now)
        return True


def finish_check(check: Check, *, act: str, by: str, now: datetime) -> None:
    """Finish a locked check: act "complete", or "mark_complete" by a member.

    Reminders stop and queued mail is cancelled. Open requests keep their link until their own deadline. Raises
    MoveNotAllowed.
    """
    check.clock_stopped_at = None
    move(check, act, at=now, by=by)
    stop_reminders(check, now=now)
    cancel(organisation=check.organisation, subject_ref=subject_ref(check.step_request), now=now)
    record_event("check.completed", check, by=by, at=now)


def mark_complete(*, check_id: int, reason: str, member: Membership, now: datetime) -> Check:
    """Mark the check complete with at least one reference. `reason` is for members and may be empty. Idempotent.

    Raises Refused, and Check.DoesNotExist for a check of another organisation.
    """
    with transaction.atomic():
        check = lock_check_for_member(check_id, member=member)
        if check.progress == StepRun.Progress.MARKED_COMPLETE:
            return check
        refuse_unless_open(check)
        if not Reference.objects.of(check.organisation).filter(request__check_run=check).exists():
            raise Refused(
                _("No reference is in yet, so there would be nothing to report. Cancel the check instead.")
            )
        check.marked_reason = reason
        finish_check(check, act="mark_complete", by=actor(member), now=now)
        return check


def end_expired_requests(*, now: datetime) -> int:
    """End requests past their deadline in finished checks. Returns how many."""
    over = ReferenceRequest.objects.across_organisations().filter(
        state__in=OPEN_STATES, deadline_at__lt=now, check_run__progress__in=DONE
    )
    first = over.order_by("deadline_at").values_list("pk", flat=True)[:AT_MOST]
    return each(list(first), lambda pk: _end_expired(pk, now=now))


def _end_expired(request_id: int, *, now: datetime) -> bool:
    with transaction.atomic():
        check, request = locking.lock_request(request_id)
        if not request.is_out or request.deadline_at >= now or check.progress not in DONE:
            return False
        end_request(request, why=ReferenceRequest.Why.CHECK_DONE, now=now)
        return True
