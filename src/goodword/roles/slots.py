"""Whom a reference check asks for: slots, as a step's settings hold them."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

#: any kind of referee will do
ANY: Final = "any"
#: what a slot may ask for; all but `ANY` are the relationships that a referee can have (questionnaires.types)
KINDS: Final = ("manager", "peer", "direct_report", "client", "teacher", "fellow_student", ANY)
#: referees in all
MOST_REFEREES: Final = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotSetting:
    """`count` referees of one kind; a check never completes without a `needed` kind. The candidate sees the `hint`."""

    relationship: str = ANY
    count: int = 1
    needed: bool = False
    hint: str = ""


def slots_of(stored: Sequence[Mapping[str, Any]]) -> tuple[SlotSetting, ...]:
    """A step's `slots` as values."""
    return tuple(SlotSetting(**one) for one in stored)


def stored(slots: Sequence[SlotSetting]) -> list[dict[str, Any]]:
    """As a step keeps them."""
    return [asdict(slot) for slot in slots]


def asked_for(slots: Sequence[SlotSetting]) -> int:
    """How many referees they ask for."""
    return sum(slot.count for slot in slots)


def never_without(slots: Sequence[SlotSetting]) -> int:
    """How many of them a check never completes without."""
    return sum(slot.count for slot in slots if slot.needed)


def two_of_any() -> list[dict[str, Any]]:
    """What a new role asks for."""
    return stored([SlotSetting(count=2)])
