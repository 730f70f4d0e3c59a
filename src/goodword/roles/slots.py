"""Which referees a reference check asks for, as stored in a step's settings."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

ANY: Final = "any"
#: relationships of referees (questionnaires.types), and `ANY`
KINDS: Final = ("manager", "peer", "direct_report", "client", "teacher", "fellow_student", ANY)
MOST_REFEREES: Final = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotSetting:
    """`count` referees of one kind. Without a `needed` kind, a check never completes. Candidates see the `hint`."""

    relationship: str = ANY
    count: int = 1
    needed: bool = False
    hint: str = ""


def slots_of(stored: Sequence[Mapping[str, Any]]) -> tuple[SlotSetting, ...]:
    return tuple(SlotSetting(**slot) for slot in stored)


def stored(slots: Sequence[SlotSetting]) -> list[dict[str, Any]]:
    return [asdict(slot) for slot in slots]


def referee_count(slots: Sequence[SlotSetting]) -> int:
    return sum(slot.count for slot in slots)


def required_count(slots: Sequence[SlotSetting]) -> int:
    return sum(slot.count for slot in slots if slot.needed)


def two_of_any() -> list[dict[str, Any]]:
    return stored([SlotSetting(count=2)])
