"""Common parts of the results of all kinds of test."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from datetime import datetime
from typing import Self

from goodword.assessments.kinds.technical_sheet import TechnicalSheet
from goodword.assessments.models import AttemptPart


@dataclass(frozen=True, slots=True, kw_only=True)
class Requirement:
    text: str
    who: str
    at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PartResult(ABC):
    kind: str
    order: int
    title: str
    sheet: TechnicalSheet
    requirement: Requirement | None
    scoring_version: str
    weight: int | None = None
    #: whether items, single answers and keys were removed, for readers without a login
    items_left_out: bool = False

    @abstractmethod
    def without_items(self) -> Self:
        """Without items, single answers and keys, for readers without a login."""

    @abstractmethod
    def for_candidate(self) -> "CandidateResult":
        """The candidate's view, in the active language, without comparisons or judgements."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CandidateResult:
    """A part as its candidate reads it; kinds add fields."""

    kind: str
    title: str


def requirement_of(part: AttemptPart) -> Requirement | None:
    planned = part.part
    if not planned.requirement:
        return None
    return Requirement(text=planned.requirement, who=planned.requirement_by, at=planned.requirement_at)
