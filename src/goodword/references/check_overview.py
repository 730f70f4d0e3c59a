from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from goodword.questionnaires import labels
from goodword.references import wording
from goodword.references.domain.checks import SlotStatus, is_running, slot_statuses, waits_for_candidate
from goodword.references.models import Check, Referee, ReferenceRequest, SelfReference, Slot
from goodword.references.outcome import LETTERS
from goodword.references.queries import failed_mails
from goodword.roles.models import Step
from goodword.workflow.domain.candidate_mail import MAIL_FAILURES
from goodword.workflow.states import REOPENED, status, takes_answers

#: attention codes that stop reminders
UNSENT = MAIL_FAILURES | {REOPENED}
_ASKED = frozenset({"out", "undelivered"})


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotOverview:
    """`state`: as in SlotStatus, or "replaced" or "ended". `trouble`: "returned" (mail bounces), "failed", or ""."""

    slot: Slot | None
    asked: str
    referee: Referee | None
    request: ReferenceRequest | None
    relationship: str
    letter: str
    period: str
    state: str
    since: datetime | None
    trouble: str
    factual: bool
    late: bool
    is_overdue: bool
    is_unsent: bool
    may_remind: bool
    may_correct: bool
    may_release: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckOverview:
    """`self_reference`: "off", "asked", "begun" or "in". `waits_for`: "you", "candidate", "referees" or "offer"."""

    check: Check
    slots: Sequence[SlotOverview]
    former: Sequence[SlotOverview]
    questioned: Sequence[SlotOverview]
    self_reference: str
    self_reference_needed: bool
    self_reference_since: datetime | None
    waits_for: Sequence[str]
    is_running: bool
    is_overdue: bool
    may_mark: bool
    may_remind: bool


def check_overview(check: Check, *, now: datetime) -> CheckOverview:
    """Six queries for any number of referees."""
    statuses = slot_statuses(check)
    everybody = list(
        Referee.objects.of(check.organisation)
        .select_related("request__reference")
        .filter(check_run=check)
        .order_by("slot", "pk")
    )
    by_id = {referee.pk: referee for referee in everybody}
    failed = failed_mails(check, [row.request for row in everybody if hasattr(row, "request")])
    running = is_running(check)
    slots = [
        _slot_overview(
            by_id.get(slot_status.referee.pk) if slot_status.referee else None,
            check=check,
            slot_status=slot_status,
            failed=failed,
            running=running,
            now=now,
        )
        for slot_status in statuses
    ]
    former = [
        _slot_overview(referee, check=check, slot_status=None, failed=failed, running=False, now=now)
        for referee in everybody
        if referee.replaced_at is not None
    ]
    self_reference, self_reference_since = _self_reference(check)
    self_reference_needed = check.self_reference == Step.SelfReference.NEEDED
    waits = (
        _waits_for(statuses, lacks_self_reference=self_reference_needed and self_reference != "in")
        if running
        else []
    )
    overdue = running and status(check, now=now) == "overdue"
    return CheckOverview(
        check=check,
        slots=slots,
        former=former,
        questioned=[slot for slot in slots if slot.state == "questioned"],
        self_reference=self_reference,
        self_reference_needed=self_reference_needed,
        self_reference_since=self_reference_since,
        waits_for=waits,
        is_running=running,
        is_overdue=overdue,
        may_mark=running and any(slot.state == "answered" for slot in slots),
        may_remind="candidate" in waits
        and check.clock_stopped_at is None
        and not overdue
        and check.invited_at is not None
        and check.paused_at is None
        and check.attention not in UNSENT
        and check.reminders_sent < check.reminders_promised,
    )


def _waits_for(statuses: Sequence[SlotStatus], *, lacks_self_reference: bool) -> list[str]:
    states = {slot_status.state for slot_status in statuses}
    found = ["you"] if "questioned" in states else []
    if waits_for_candidate(statuses, lacks_self_reference=lacks_self_reference):
        found.append("candidate")
    if "out" in states:
        found.append("referees")
    if not found and "deferred" in states:
        found.append("offer")
    return found


def _slot_overview(
    referee: Referee | None,
    *,
    check: Check,
    slot_status: SlotStatus | None,
    failed: set[str],
    running: bool,
    now: datetime,
) -> SlotOverview:
    request: ReferenceRequest | None = getattr(referee, "request", None)
    reference = getattr(request, "reference", None)
    state, since = _state(referee, request, slot_status)
    asked = running and request is not None and request.is_out and slot_status is not None
    trouble = _trouble(request, failed) if asked or state in _ASKED else ""
    left = request.reminders_promised - request.reminders_sent if request else 0
    unsent = request is not None and request.is_out and request.invited_at is None and state == "out"
    overdue = (
        request is not None
        and request.is_out
        and request.invited_at is not None
        and state in _ASKED
        and request.deadline_at < now
    )
    overdue_now = overdue and takes_answers(check, now=now)
    return SlotOverview(
        slot=slot_status.slot if slot_status else None,
        asked=wording.for_member(slot_status.slot.relationship) if slot_status else "",
        referee=referee,
        request=request,
        relationship=labels.relationships()[referee.relationship]
        if referee and not referee.erased_at
        else "",
        letter=LETTERS[referee.relationship][0] if referee and not referee.erased_at else "",
        period=labels.period(referee.from_month, referee.to_month or None)
        if referee and referee.from_month
        else "",
        state=state,
        since=request.deadline_at if overdue_now and request and not trouble else since,
        trouble=trouble,
        factual=reference.factual if reference else False,
        late=reference.late if reference else False,
        is_overdue=overdue_now,
        is_unsent=unsent and not trouble,
        may_remind=asked
        and not unsent
        and check.paused_at is None
        and not trouble
        and not overdue
        and left > 0,
        may_correct=asked,
        may_release=running and state == "deferred",
    )


def _state(
    referee: Referee | None, request: ReferenceRequest | None, slot_status: SlotStatus | None
) -> tuple[str, datetime | None]:
    if slot_status is None:
        return "replaced", referee.replaced_at if referee else None
    slot = slot_status.slot
    if slot_status.state == "questioned":
        return "questioned", slot.cannot_at
    if slot_status.state == "waived":
        return "waived", slot.answered_at
    if referee is None:
        return "free", None
    if request is None:
        return slot_status.state, referee.deferred_at or referee.created_at
    if request.state == ReferenceRequest.State.ENDED:
        return "ended", request.settled_at
    if request.undelivered_at is not None and request.is_out:
        return "undelivered", request.undelivered_at
    if request.state == ReferenceRequest.State.BEGUN:
        return "begun", request.begun_at
    return slot_status.state, request.settled_at or request.sent_at


def _trouble(request: ReferenceRequest | None, failed: set[str]) -> str:
    if request is None:
        return ""
    if request.undelivered_at is not None:
        return "returned"
    return "failed" if request.mail_ref in failed else ""


def _self_reference(check: Check) -> tuple[str, datetime | None]:
    if check.self_reference == Step.SelfReference.OFF:
        return "off", None
    own = SelfReference.objects.of(check.organisation).filter(check_run=check).first()
    if own is None:
        return "asked", check.opened_at
    return ("in", own.submitted_at) if own.submitted_at else ("begun", own.begun_at)
