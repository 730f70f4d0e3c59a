"""What the functions that look for signs find."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

type Grade = Literal["low", "medium", "high"]

GRADES: tuple[Grade, ...] = ("low", "medium", "high")


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One sign. `code` says what kind (its words: words.py of its app), `key` what or whom it is about.

    `facts` are figures and words for the sentence that is shown, as JSON takes them; no names, no network addresses.
    """

    code: str
    grade: Grade
    key: str
    facts: Mapping[str, object] = field(default_factory=dict)


def strongest(grades: Iterable[str]) -> Grade | Literal["none"]:
    """The grade of several signs: that of the strongest one; signs do not add up."""
    given = set(grades)
    return next((grade for grade in reversed(GRADES) if grade in given), "none")
