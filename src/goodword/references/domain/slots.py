"""The state of each slot of a check: who is in it and how far they are."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from goodword.references.models import Check, Referee, ReferenceRequest, SelfReference, Slot
from goodword.roles.models import Step

State = ReferenceRequest.State
#: slot states in which the candidate has something to do
AWAITING_CANDIDATE: Final = frozenset({"free", "named", "declined", "undelivered"})


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotStatus:
    """A slot with its present referee.

    `state`: "free", "named" (not sent yet), "held" (sent, but waits for an offer), "out" (asked, has not answered),
    "undelivered" (mail to them comes back), "answered", "declined", "questioned" (*I can't name anyone* waits for
    the organisation), or "waived".
    """

    slot: Slot
    referee: Referee | None
    state: str

    @property
    def kind(self) -> str:
        """The relationship that is asked for, or roles.slots.ANY."""
        return self.slot.relationship

    @property
    def is_wrong_person(self) -> bool:
        """Whether the recipient says that they are not this referee."""
        request = getattr(self.referee, "request", None)
        return self.state == "declined" and request is not None and request.is_wrong_person

    @property
    def is_needed(self) -> bool:
        """Whether the check never completes without an answer here."""
        return self.slot.needed and not self.slot.is_waived


def slot_statuses(check: Check) -> list[SlotStatus]:
    """All slots of a check in order, waived ones too, with the referee who is in each."""
    slots = Slot.objects.of(check.organisation).filter(check_run=check).order_by("number")
    present = Referee.objects.of(check.organisation).filter(check_run=check, replaced_at=None)
    in_slot = {referee.slot: referee for referee in present.select_related("request")}
    return [
        SlotStatus(slot=slot, referee=in_slot.get(slot.number), state=_state(slot, in_slot.get(slot.number)))
        for slot in slots
    ]


def slot_status(check: Check, number: int) -> SlotStatus | None:
    """The slot of this number; None if there is none."""
    return next((place for place in slot_statuses(check) if place.slot.number == number), None)


def self_reference_missing(check: Check) -> bool:
    """Whether the candidate's self-reference is needed and not in."""
    if check.self_reference != Step.SelfReference.NEEDED:
        return False
    own = SelfReference.objects.of(check.organisation).filter(check_run=check)
    return not own.exclude(submitted_at=None).exists()


def waits_for_candidate(places: Sequence[SlotStatus], *, own_missing: bool) -> bool:
    """Whether the candidate still has something to do: name or send a referee, or answer the self-reference."""
    return own_missing or any(place.state in AWAITING_CANDIDATE for place in places)


def waits_for_organisation(places: Sequence[SlotStatus], *, own_missing: bool) -> bool:
    """Whether the deadline is on hold: no request is open, and either *I can't name anyone* is unanswered, or only
    referees deferred until an offer are left."""
    states = {place.state for place in places}
    if "out" in states:
        return False
    if "questioned" in states:
        return True
    return "held" in states and not waits_for_candidate(places, own_missing=own_missing)


def _state(slot: Slot, referee: Referee | None) -> str:
    if slot.is_waived:
        return "waived"
    request = getattr(referee, "request", None)
    if request is not None and request.state == State.ANSWERED:
        return "answered"
    if slot.is_questioned:
        return "questioned"
    if referee is None:
        return "free"
    if request is None:
        return "held" if referee.held_at is not None else "named"
    if not request.is_out:
        return "declined"
    return "undelivered" if request.undelivered_at is not None else "out"
