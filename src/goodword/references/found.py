"""The shapes of a check's results; `results.py` fills them. They are those that a report's snapshot takes."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from goodword.questionnaires.types import Level


@dataclass(frozen=True, kw_only=True)
class Received:
    """One reference that came in. `relationship` is as the referee says, where they say; the rest as stated.

    `factual`: only dates and title were confirmed.
    """

    id: str
    name: str
    relationship: str
    company: str
    candidate_title: str
    period: str
    submitted_at: datetime
    factual: bool


@dataclass(frozen=True, kw_only=True)
class Values:
    """The answers of the `n` referees of one relationship: levels or option numbers, in the order they came in.

    `skipped` could not say. `identifiable`: one referee stands behind it.
    """

    relationship: str
    n: int
    skipped: int
    values: tuple[int, ...]
    identifiable: bool


@dataclass(frozen=True, kw_only=True)
class Comment:
    """What a referee wrote; `reference` is the id of the Received that it is from."""

    reference: str
    text: str
    name: str
    relationship: str


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A question and all answers to it. `kind` is "rating", "choice" or "long_text".

    `levels` are a rating's, `options` (number and label) a choice's; with `multiple` several could be chosen.
    """

    id: str
    kind: str
    text: str
    competency: str
    levels: tuple[Level, ...]
    options: tuple[tuple[int, str], ...]
    multiple: bool
    by_relationship: tuple[Values, ...]
    comments: tuple[Comment, ...]

    @property
    def chart_rows(self) -> list[dict[str, Any]]:
        """Rows of the `scale_dots` chart: a relationship each, with every rating as a ring and their mean as a dot."""
        return [
            {
                "label": found.relationship,
                "mean": sum(found.values) / len(found.values),
                "marks": [float(value) for value in found.values],
                "detail": "",
            }
            for found in self.by_relationship
            if found.values
        ]

    @property
    def not_judged(self) -> list[str]:
        """The relationships of those who could not say, once for each of them."""
        return [found.relationship for found in self.by_relationship for _ in range(found.skipped)]

    @property
    def top_label(self) -> str:
        """The label of a rating's highest level; empty for other questions."""
        return self.levels[-1].label if self.levels else ""

    @property
    def chosen(self) -> list[tuple[str, str]]:
        """A choice's answers: the relationship, and the labels that were chosen."""
        words = dict(self.options)
        return [
            (found.relationship, ", ".join(words[value] for value in found.values))
            for found in self.by_relationship
            if found.values
        ]


@dataclass(frozen=True, kw_only=True)
class Verification:
    """Stated and confirmed side by side, without a judgement.

    `verdict` is "confirmed", "corrected" or "unsure"; `confirmed` is empty for who was not sure.
    """

    reference: str
    what: str
    stated: str
    confirmed: str
    verdict: str


@dataclass(frozen=True, kw_only=True)
class Results:
    """All that came in on a check so far."""

    questionnaire: str
    version: int
    wanted: int
    completed_at: datetime | None
    references: tuple[Received, ...]
    questions: tuple[Asked, ...]
    verification: tuple[Verification, ...]

    @property
    def received(self) -> int:
        """How many references are in."""
        return len(self.references)

    @property
    def facts(self) -> list[tuple[Received, list[Verification]]]:
        """What was stated and confirmed, reference by reference."""
        return [
            (reference, [entry for entry in self.verification if entry.reference == reference.id])
            for reference in self.references
        ]

    @property
    def identifiable(self) -> bool:
        """Whether one referee alone stands behind a relationship."""
        return any(found.identifiable for asked in self.questions for found in asked.by_relationship)

    @property
    def factual(self) -> int:
        """How many of them confirm dates and title only."""
        return sum(reference.factual for reference in self.references)
