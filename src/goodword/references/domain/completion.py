"""Completion of checks: once enough references are in, or by a member."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from goodword.accounts.models import Membership
from goodword.core.models import Event
from goodword.notifications.domain.queue import cancel
from goodword.references.domain.checks import (
    refuse_unless_open,
    self_reference_missing,
    slot_statuses,
    update_check,
)
from goodword.references.domain.requests import stop_referee_reminders
from goodword.references.models import Check, Reference
from goodword.workflow.domain.runs import Refused, actor, lock_for_member
from goodword.workflow.models import DONE, StepRun, lock, may, move, record_event


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestedReference:
    """`answered`: even with dates and title only. `needed`: the check can't be complete without it."""

    answered: bool
    needed: bool = False


def is_complete(
    asked: Sequence[RequestedReference], *, least: int, lacks_self_reference: bool = False
) -> bool:
    """Whether there are `least` references (or all that remain, but at least one), every required one, and the
    self-reference."""
    answered = sum(reference.answered for reference in asked)
    if not answered or lacks_self_reference:
        return False
    if any(reference.needed and not reference.answered for reference in asked):
        return False
    return answered >= min(least, len(asked))


def complete_on_reference(event: Event) -> None:
    """Complete the check. If it is already complete, record a late answer, which creates a new report version."""
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
            RequestedReference(answered=status.state == "answered", needed=status.is_needed)
            for status in statuses
        ]
        if not is_complete(asked, least=check.least, lacks_self_reference=self_reference_missing(check)):
            update_check(check, now=now)
            return False
        finish_check(check, act="complete", by="goodword", now=now)
        return True


def finish_check(check: Check, *, act: str, by: str, now: datetime) -> None:
    """Finish the check and cancel queued mail. Links of open requests work until their own deadline. Raises
    MoveNotAllowed."""
    check.clock_stopped_at = None
    move(check, act, at=now, by=by)
    stop_referee_reminders(check, now=now)
    cancel(organisation=check.organisation, subject_ref=check.step_request.mail_ref, now=now)
    record_event("check.completed", check, by=by, at=now)


def mark_complete(*, check_id: int, reason: str, member: Membership, now: datetime) -> Check:
    """Mark a check with at least one reference as complete. Idempotent. Raises Refused, Check.DoesNotExist."""
    with transaction.atomic():
        check = lock_for_member(Check, check_id, member=member)
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
