from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from goodword.accounts.models import Membership
from goodword.core.jobs import for_each
from goodword.core.models import Event
from goodword.notifications.domain.queue import cancel
from goodword.references.domain import checks
from goodword.references.domain.checks import (
    lock_check_for_member,
    record_event,
    refuse_unless_open,
    self_reference_missing,
    slot_statuses,
    update_clock,
)
from goodword.references.domain.requests import OPEN_STATES, end_request, stop_reminders
from goodword.references.models import Check, Reference, ReferenceRequest
from goodword.workflow.domain.member_actions import Refused, actor
from goodword.workflow.models import StepRun
from goodword.workflow.states import DONE, lock, may, move

AT_MOST = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestedReference:
    """`answered`: factual references count. `needed`: the check can't complete without it."""

    answered: bool
    needed: bool = False


def is_complete(
    asked: Sequence[RequestedReference], *, least: int, lacks_self_reference: bool = False
) -> bool:
    """At least `least` references (or all remaining), every required one, and the self-reference. Never without any."""
    answered = sum(one.answered for one in asked)
    if not answered or lacks_self_reference:
        return False
    if any(one.needed and not one.answered for one in asked):
        return False
    return answered >= min(least, len(asked))


def complete_on_reference(event: Event) -> None:
    """Complete the check, or record a late answer, which creates a new version of the report."""
    check_id, now = event.data["check_id"], event.occurred_at
    if complete_if_all_received(check_id=check_id, now=now):
        return
    check = lock(Check, check_id)
    reference = Reference.objects.of(check.organisation).filter(pk=event.data["reference_id"]).first()
    if reference is not None and reference.late and check.progress in DONE:
        record_event("check.answered_late", check, by="referee", at=now, reference_id=reference.pk)


def complete_on_self_reference(event: Event) -> None:
    """Complete the check if only the self-reference was missing."""
    complete_if_all_received(check_id=event.data["check_id"], now=event.occurred_at)


def complete_if_all_received(*, check_id: int, now: datetime) -> bool:
    with transaction.atomic():
        check = lock(Check, check_id)
        if not may(check, "complete"):
            return False
        statuses = [status for status in slot_statuses(check) if status.state != "waived"]
        asked = [
            RequestedReference(answered=one.state == "answered", needed=one.is_needed) for one in statuses
        ]
        if not is_complete(asked, least=check.least, lacks_self_reference=self_reference_missing(check)):
            update_clock(check, now=now)
            return False
        finish_check(check, act="complete", by="goodword", now=now)
        return True


def finish_check(check: Check, *, act: str, by: str, now: datetime) -> None:
    """Open requests keep their link until their own deadline; queued mail is cancelled. Raises MoveNotAllowed."""
    check.clock_stopped_at = None
    move(check, act, at=now, by=by)
    stop_reminders(check, now=now)
    cancel(organisation=check.organisation, subject_ref=check.step_request.mail_ref, now=now)
    record_event("check.completed", check, by=by, at=now)


def mark_complete(*, check_id: int, reason: str, member: Membership, now: datetime) -> Check:
    """Mark the check complete with at least one reference. Idempotent. Raises Refused, Check.DoesNotExist."""
    with transaction.atomic():
        check = lock_check_for_member(check_id, member=member)
        if check.progress == StepRun.Progress.MARKED_COMPLETE:
            return check
        refuse_unless_open(check)
        if not Reference.objects.of(check.organisation).filter(request__check_run=check).exists():
            raise Refused(
                _("No reference is in yet, so there is nothing to report. Cancel the check instead.")
            )
        check.marked_reason = reason
        finish_check(check, act="mark_complete", by=actor(member), now=now)
        return check


def end_expired_requests(*, now: datetime) -> int:
    over = ReferenceRequest.objects.across_organisations().filter(
        state__in=OPEN_STATES, deadline_at__lt=now, check_run__progress__in=DONE
    )
    first = over.order_by("deadline_at").values_list("pk", flat=True)[:AT_MOST]
    return for_each(list(first), lambda pk: _end_expired(pk, now=now))


def _end_expired(request_id: int, *, now: datetime) -> bool:
    with transaction.atomic():
        check, request = checks.lock_request(request_id)
        if not request.is_out or request.deadline_at >= now or check.progress not in DONE:
            return False
        end_request(request, why=ReferenceRequest.Why.CHECK_DONE, now=now)
        return True
