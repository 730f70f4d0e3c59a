"""What a rule finds, before it is stored."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

type Grade = Literal["low", "medium", "high"]
GRADES: tuple[Grade, ...] = ("low", "medium", "high")


@dataclass(frozen=True, slots=True, kw_only=True)
class FlagFinding:
    """`code`: the kind of flag. `key`: what it is about. `facts`: JSON without names and network addresses."""

    code: str
    grade: Grade
    key: str
    facts: Mapping[str, object] = field(default_factory=dict)


def strongest(grades: Iterable[str]) -> Grade | Literal["none"]:
    present = set(grades)
    return next((grade for grade in reversed(GRADES) if grade in present), "none")
