"""Results of a part: what all kinds have in common."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Self

from goodword.assessments.kinds.technical_sheet import TechnicalSheet
from goodword.assessments.models import AttemptPart


@dataclass(frozen=True, slots=True, kw_only=True)
class Requirement:
    """The requirement of the job that a test serves: who said so, and when."""

    text: str
    who: str
    at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PartResult(ABC):
    """What the results of all kinds have: title and technical sheet of the test, and the requirement that it serves.

    `weight` is its weight in a weighted total, None where it has none.
    """

    kind: str
    order: int
    title: str
    sheet: TechnicalSheet
    requirement: Requirement | None
    scoring_version: str
    weight: int | None = None
    #: whether items, single answers and keys were removed, for readers without a login
    items_left_out: bool = False
    #: for members' pages
    template: ClassVar[str]

    @abstractmethod
    def without_items(self) -> Self:
        """Without test items, answers to single items and scoring keys, for readers without a login."""

    @abstractmethod
    def for_candidate(self) -> "CandidateResult":
        """What its candidate reads, in the active language. It compares them with nobody, and no end of a scale is
        better than the other."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CandidateResult:
    """A part as its candidate reads it; kinds add their own fields, which the template knows by `kind`."""

    kind: str
    title: str


def requirement_of(part: AttemptPart) -> Requirement | None:
    """The requirement that was named for a part, as it was when it was assigned."""
    planned = part.part
    if not planned.requirement:
        return None
    return Requirement(text=planned.requirement, who=planned.requirement_by, at=planned.requirement_at)
