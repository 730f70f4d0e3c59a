"""A check on the member's page of the candidate: slot by slot who is asked, how far they are, and what can be done."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from goodword.questionnaires import labels
from goodword.references import wording
from goodword.references.domain.locking import is_running
from goodword.references.domain.mails import request_ref
from goodword.references.domain.slots import SlotStatus, slot_statuses, waits_for_candidate
from goodword.references.models import Check, Referee, ReferenceRequest, SelfReference, Slot
from goodword.references.queries import failed_mails
from goodword.roles.models import Step
from goodword.workflow.domain.candidate_mail import MAIL_FAILURES
from goodword.workflow.states import REOPENED, status, takes_answers

#: attention while which no reminder is sent
UNSENT = MAIL_FAILURES | {REOPENED}
#: the states of a place in which somebody is asked and has not answered
_ASKED = frozenset({"out", "undelivered"})


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotOverview:
    """A slot of a check with who is, or was, in it.

    `state` is one of SlotStatus, or "replaced" and "ended"; `since` when that began. `trouble` says what is wrong
    with the mail to them: "returned" (the address does not take mail), "failed" (it did not go out) or nothing.
    """

    slot: Slot | None
    asked: str
    referee: Referee | None
    request: ReferenceRequest | None
    relationship: str
    period: str
    state: str
    since: datetime | None
    trouble: str
    factual: bool
    late: bool
    #: their time is over, and they have not answered
    is_overdue: bool
    #: the mail to them is still to be sent
    is_unsent: bool
    may_remind: bool
    may_correct: bool
    may_release: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckOverview:
    """A check on the candidate's page. `own`: "off", "asked", "begun" or "in", `own_since` when.

    `waits_for` says whom it waits for: "you" (*I can't name anyone*), "candidate", "referees", or "offer" alone.
    """

    check: Check
    seats: Sequence[SlotOverview]
    former: Sequence[SlotOverview]
    questioned: Sequence[SlotOverview]
    own: str
    own_needed: bool
    own_since: datetime | None
    waits_for: Sequence[str]
    is_running: bool
    is_overdue: bool
    may_mark: bool
    may_remind: bool


def check_overview(check: Check, *, now: datetime) -> CheckOverview:
    """All of it, in six queries for any number of referees."""
    places = slot_statuses(check)
    everybody = list(
        Referee.objects.of(check.organisation)
        .select_related("request__reference")
        .filter(check_run=check)
        .order_by("slot", "pk")
    )
    by_id = {referee.pk: referee for referee in everybody}
    failed = failed_mails(check, [row.request for row in everybody if hasattr(row, "request")])
    running = is_running(check)
    seats = [
        _slot_overview(
            by_id.get(place.referee.pk) if place.referee else None,
            check=check,
            place=place,
            failed=failed,
            running=running,
            now=now,
        )
        for place in places
    ]
    former = [
        _slot_overview(referee, check=check, place=None, failed=failed, running=False, now=now)
        for referee in everybody
        if referee.replaced_at is not None
    ]
    own, own_since = _self_reference(check)
    own_needed = check.self_reference == Step.SelfReference.NEEDED
    waits = _waits_for(places, own_missing=own_needed and own != "in") if running else []
    overdue = running and status(check, now=now) == "overdue"
    return CheckOverview(
        check=check,
        seats=seats,
        former=former,
        questioned=[seat for seat in seats if seat.state == "questioned"],
        own=own,
        own_needed=own_needed,
        own_since=own_since,
        waits_for=waits,
        is_running=running,
        is_overdue=overdue,
        may_mark=running and any(seat.state == "answered" for seat in seats),
        may_remind="candidate" in waits
        and check.clock_stopped_at is None
        and not overdue
        and check.invited_at is not None
        and check.paused_at is None
        and check.attention not in UNSENT
        and check.reminders_sent < check.reminders_promised,
    )


def _waits_for(places: Sequence[SlotStatus], *, own_missing: bool) -> list[str]:
    states = {place.state for place in places}
    found = ["you"] if "questioned" in states else []
    if waits_for_candidate(places, own_missing=own_missing):
        found.append("candidate")
    if "out" in states:
        found.append("referees")
    if not found and "held" in states:
        found.append("offer")
    return found


def _slot_overview(
    referee: Referee | None,
    *,
    check: Check,
    place: SlotStatus | None,
    failed: set[str],
    running: bool,
    now: datetime,
) -> SlotOverview:
    request: ReferenceRequest | None = getattr(referee, "request", None)
    reference = getattr(request, "reference", None)
    state, since = _state(referee, request, place)
    asked = running and request is not None and request.is_out and place is not None
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
        slot=place.slot if place else None,
        asked=wording.for_member(place.slot.relationship) if place else "",
        referee=referee,
        request=request,
        relationship=labels.relationships()[referee.relationship]
        if referee and not referee.erased_at
        else "",
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
        may_release=running and state == "held",
    )


def _state(
    referee: Referee | None, request: ReferenceRequest | None, place: SlotStatus | None
) -> tuple[str, datetime | None]:
    if place is None:
        return "replaced", referee.replaced_at if referee else None
    slot = place.slot
    if place.state == "questioned":
        return "questioned", slot.cannot_at
    if place.state == "waived":
        return "waived", slot.answered_at
    if referee is None:
        return "free", None
    if request is None:
        return place.state, referee.held_at or referee.created_at
    if request.state == ReferenceRequest.State.ENDED:
        return "ended", request.settled_at
    if request.undelivered_at is not None and request.is_out:
        return "undelivered", request.undelivered_at
    if request.state == ReferenceRequest.State.BEGUN:
        return "begun", request.begun_at
    return place.state, request.settled_at or request.sent_at


def _trouble(request: ReferenceRequest | None, failed: set[str]) -> str:
    if request is None:
        return ""
    if request.undelivered_at is not None:
        return "returned"
    return "failed" if request_ref(request) in failed else ""


def _self_reference(check: Check) -> tuple[str, datetime | None]:
    if check.self_reference == Step.SelfReference.OFF:
        return "off", None
    own = SelfReference.objects.of(check.organisation).filter(check_run=check).first()
    if own is None:
        return "asked", check.opened_at
    return ("in", own.submitted_at) if own.submitted_at else ("begun", own.begun_at)
