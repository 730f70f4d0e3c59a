from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Literal

from goodword.questionnaires.types import Level

type QuestionKind = Literal["rating", "agreement", "between", "adjectives", "choice", "line", "text"]


@dataclass(frozen=True, kw_only=True)
class ReceivedReference:
    """A reference, or the self-reference (`is_self`). `factual`: dates and title only. `late`: after completion.

    `language`: the name of the language of the answers, if it differs from that of the questions.
    """

    id: str
    name: str
    relationship: str
    company: str
    candidate_title: str
    period: str
    submitted_at: datetime
    factual: bool
    late: bool
    language: str
    language_code: str
    is_self: bool = False


@dataclass(frozen=True, kw_only=True)
class Answer:
    """In words. `values`: levels, places or option numbers; empty for texts and "can't say"."""

    by: ReceivedReference
    words: str
    detail: str
    comment: str
    values: tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class AnswerGroup:
    """The answers of one relationship, or of the candidate (`is_self`), in order of arrival."""

    relationship: str
    answers: tuple[Answer, ...]
    is_self: bool

    @property
    def n(self) -> int:
        return sum(bool(answer.values) for answer in self.answers)

    @property
    def skipped(self) -> int:
        return len(self.answers) - self.n

    @property
    def values(self) -> tuple[int, ...]:
        return tuple(value for answer in self.answers for value in answer.values)

    @property
    def identifiable(self) -> bool:
        return len(self.answers) == 1 and not self.is_self


@dataclass(frozen=True, kw_only=True)
class ScaleCell:
    """Referees who chose one level. `spread`: "from" the lowest chosen, "through", "to" the highest; or ""."""

    value: int
    label: str
    count: int
    spread: str

    @property
    def marks(self) -> range:
        return range(self.count)


@dataclass(frozen=True, kw_only=True)
class ChosenOption:
    """An option with the number of referees by relationship."""

    label: str
    count: int
    by: tuple[tuple[str, int], ...]
    by_candidate: bool

    @property
    def marks(self) -> range:
        return range(self.count)


@dataclass(frozen=True, kw_only=True)
class QuestionResult:
    """A question and all its answers.

    `kind`: "rating", "agreement", "between" (with `levels`), "adjectives", "choice" (with `options`), "line" or "text".
    `ends`: the statements of "between". `unasked`: why somebody was not asked; `not_asked` and `left_open`: who.
    """

    id: str
    kind: QuestionKind
    text: str
    self_text: str
    competency: str
    levels: tuple[Level, ...]
    options: tuple[tuple[int, str], ...]
    ends: tuple[str, str]
    pick: int
    multiple: bool
    groups: tuple[AnswerGroup, ...]
    unasked: str
    not_asked: tuple[ReceivedReference, ...]
    left_open: tuple[ReceivedReference, ...]

    @property
    def answers(self) -> list[Answer]:
        """By relationship, the candidate's last."""
        return [answer for group in self.groups for answer in group.answers]

    @property
    def comments(self) -> list[Answer]:
        return [answer for answer in self.answers if answer.comment]

    @property
    def on_scale(self) -> bool:
        return self.kind in {"rating", "agreement", "between"}

    @property
    def has_options(self) -> bool:
        return self.kind in {"choice", "adjectives"}

    @property
    def has_values(self) -> bool:
        return any(group.values for group in self.groups)

    @property
    def strips(self) -> list[tuple[AnswerGroup, list[ScaleCell], str]]:
        """Rows of the chart: group, cells and range ("3–5")."""
        return [(group, self._cells(group), _span(group.values)) for group in self.groups]

    def _cells(self, group: AnswerGroup) -> list[ScaleCell]:
        low, high = min(group.values, default=0), max(group.values, default=0)
        return [
            ScaleCell(
                value=level.value,
                label=level.label,
                count=group.values.count(level.value),
                spread=_place_in(level.value, low, high),
            )
            for level in self.levels
        ]

    @property
    def chosen(self) -> list[ChosenOption]:
        """Options somebody chose; if several may be chosen, the most chosen first."""
        found = [
            ChosenOption(
                label=label,
                count=sum(group.values.count(number) for group in self.groups if not group.is_self),
                by=tuple(
                    (group.relationship, n)
                    for group in self.groups
                    if not group.is_self and (n := group.values.count(number))
                ),
                by_candidate=any(number in group.values for group in self.groups if group.is_self),
            )
            for number, label in self.options
        ]
        known = [option for option in found if option.count or option.by_candidate]
        return sorted(known, key=lambda option: -option.count) if self.multiple else known

    @property
    def unchosen(self) -> list[str]:
        chosen = {option.label for option in self.chosen}
        return [label for _, label in self.options if label not in chosen]


@dataclass(frozen=True, kw_only=True)
class Verification:
    """A stated fact and what the referee says. `verdict`: "confirmed", "corrected" or "unsure"."""

    reference: str
    kind: str
    what: str
    stated: str
    confirmed: str
    verdict: str


@dataclass(frozen=True, kw_only=True)
class Contradiction:
    """Referees of one company who say different things, with who says what."""

    what: str
    company: str
    said: tuple[tuple[str, tuple[ReceivedReference, ...]], ...]


@dataclass(frozen=True, kw_only=True)
class Results:
    """Everything received so far. `sent`: referees asked. `erased`: references erased since."""

    questionnaire: str
    version: int
    wanted: int
    completed_at: datetime | None
    sent: int
    declined: int
    erased: int
    references: tuple[ReceivedReference, ...]
    self_reference: ReceivedReference | None
    questions: tuple[QuestionResult, ...]
    verification: tuple[Verification, ...]
    contradictions: tuple[Contradiction, ...]

    @property
    def received(self) -> int:
        return len(self.references)

    @property
    def factual(self) -> int:
        return sum(reference.factual for reference in self.references)

    @property
    def late(self) -> int:
        return sum(reference.late for reference in self.references)

    @property
    def facts(self) -> list[tuple[ReceivedReference, list[Verification]]]:
        return [
            (reference, [entry for entry in self.verification if entry.reference == reference.id])
            for reference in self.references
        ]

    @property
    def parts(self) -> list[tuple[str, list[QuestionResult]]]:
        """Questions under their headings; consecutive questions of one competency share one."""
        return [
            (heading, list(asked))
            for heading, asked in groupby(self.questions, key=lambda asked: asked.competency or asked.text)
        ]

    @property
    def identifiable(self) -> bool:
        return any(group.identifiable for asked in self.questions for group in asked.groups)


def _place_in(value: int, low: int, high: int) -> str:
    if low == high or not low <= value <= high:
        return ""
    return {low: "from", high: "to"}.get(value, "through")


def _span(values: tuple[int, ...]) -> str:
    low, high = min(values, default=0), max(values, default=0)
    return "" if not values else str(low) if low == high else f"{low}–{high}"
