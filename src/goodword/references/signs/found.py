"""What the functions of this package find."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from goodword.questionnaires.reading import Json

type Grade = Literal["low", "medium", "high"]

GRADES: tuple[Grade, ...] = ("low", "medium", "high")
#: stands in a key for the candidate, as a referee's id does for a referee
CANDIDATE = "candidate"


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One sign. `code` says what kind (its words: words.py), `key` whom it is about.

    `facts` are figures and words for the sentence that is shown; no names, no network addresses.
    """

    code: str
    grade: Grade
    key: str
    facts: Mapping[str, Json] = field(default_factory=dict)


def key_of(people: Iterable[int | None]) -> str:
    """The key of a sign about these referees (None: the candidate), the same in whatever order they are given."""
    ids = sorted(person for person in set(people) if person is not None)
    return ",".join([*map(str, ids), *([CANDIDATE] if None in set(people) else [])])


def people_of(key: str) -> tuple[int, ...]:
    """The referees that a key names."""
    return tuple(int(part) for part in key.split(",") if part != CANDIDATE)


def strongest(grades: Iterable[str]) -> Grade | Literal["none"]:
    """The grade of a check: that of its strongest sign; signs do not add up."""
    given = set(grades)
    return next((grade for grade in reversed(GRADES) if grade in given), "none")
