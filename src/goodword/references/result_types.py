"""The types of a check's results; results.py fills them. Report snapshots use the same."""

from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from goodword.questionnaires.types import Level


@dataclass(frozen=True, kw_only=True)
class ReceivedReference:
    """One reference that came in, or the candidate's own answers (`own`).

    `relationship` is as the referee says, where they say; the rest as stated. `factual`: only dates and title were
    confirmed. `late`: it came when the check was done. `language` is the name of the language that they answered
    in, where it is another than that of the questions here.
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
    own: bool = False


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What one person answered to one question, in words, with the level's example and the comment beside it.

    `values` are levels, places or numbers of options; empty for who could not say, and for texts.
    """

    by: ReceivedReference
    words: str
    detail: str
    comment: str
    values: tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class AnswerGroup:
    """The answers of one relationship, or of the candidate (`own`), in the order in which they came in."""

    relationship: str
    answers: tuple[Answer, ...]
    own: bool

    @property
    def n(self) -> int:
        """How many could say."""
        return sum(bool(answer.values) for answer in self.answers)

    @property
    def skipped(self) -> int:
        """How many could not."""
        return len(self.answers) - self.n

    @property
    def values(self) -> tuple[int, ...]:
        """All that was chosen."""
        return tuple(value for answer in self.answers for value in answer.values)

    @property
    def identifiable(self) -> bool:
        """Whether one referee alone stands behind it."""
        return len(self.answers) == 1 and not self.own


@dataclass(frozen=True, kw_only=True)
class ScaleCell:
    """How many chose one level or place. `spread` is "from" at the lowest that was chosen, "to" at the highest,
    "through" between them; empty outside, and where all chose one."""

    value: int
    label: str
    count: int
    spread: str

    @property
    def marks(self) -> range:
        """One for each."""
        return range(self.count)


@dataclass(frozen=True, kw_only=True)
class ChosenOption:
    """One thing to choose: who chose it, by relationship, and whether the candidate did."""

    label: str
    count: int
    by: tuple[tuple[str, int], ...]
    own: bool

    @property
    def marks(self) -> range:
        """One for each referee."""
        return range(self.count)


@dataclass(frozen=True, kw_only=True)
class QuestionResult:
    """A question and all answers to it.

    `kind` is "rating", "agreement", "between", "adjectives", "choice", "line" (a few words) or "text". `levels`
    belong to the first three (of `between` without labels), `options` (number and label) to the next two; `ends`
    are the statements of `between`. `unasked` says in a sentence why somebody was not asked, `not_asked` and
    `left_open` who they are. `own_text` is what the candidate was asked instead.
    """

    id: str
    kind: str
    text: str
    own_text: str
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
        """Everybody's, by relationship, the candidate's last."""
        return [answer for group in self.groups for answer in group.answers]

    @property
    def comments(self) -> list[Answer]:
        """What was added in own words, by relationship."""
        return [answer for answer in self.answers if answer.comment]

    @property
    def on_scale(self) -> bool:
        """Whether its answers lie on an axis."""
        return self.kind in {"rating", "agreement", "between"}

    @property
    def has_options(self) -> bool:
        """Whether there were things to choose from."""
        return self.kind in {"choice", "adjectives"}

    @property
    def has_values(self) -> bool:
        """Whether there is anything to draw."""
        return any(group.values for group in self.groups)

    @property
    def strips(self) -> list[tuple[AnswerGroup, list[ScaleCell], str]]:
        """A line of the drawing each: a relationship, its cells, and what it spans ("3 to 5" as "3–5")."""
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
        """The options that somebody chose, of several the most chosen first."""
        found = [
            ChosenOption(
                label=label,
                count=sum(group.values.count(number) for group in self.groups if not group.own),
                by=tuple(
                    (group.relationship, n)
                    for group in self.groups
                    if not group.own and (n := group.values.count(number))
                ),
                own=any(number in group.values for group in self.groups if group.own),
            )
            for number, label in self.options
        ]
        known = [option for option in found if option.count or option.own]
        return sorted(known, key=lambda option: -option.count) if self.multiple else known

    @property
    def unchosen(self) -> list[str]:
        """The labels that nobody chose."""
        chosen = {option.label for option in self.chosen}
        return [label for _, label in self.options if label not in chosen]


@dataclass(frozen=True, kw_only=True)
class Verification:
    """Stated and confirmed side by side, without a judgement.

    `kind` is the type of its question, `what` its short name. `verdict` is "confirmed", "corrected" or "unsure";
    `confirmed` is empty for who was not sure.
    """

    reference: str
    kind: str
    what: str
    stated: str
    confirmed: str
    verdict: str


@dataclass(frozen=True, kw_only=True)
class Contradiction:
    """Referees of one company of whom the same was stated, and who say different things: each with who says it."""

    what: str
    company: str
    said: tuple[tuple[str, tuple[ReceivedReference, ...]], ...]


@dataclass(frozen=True, kw_only=True)
class Results:
    """All that came in on a check so far. `sent` were asked, `declined` said no, `erased` are gone since."""

    questionnaire: str
    version: int
    wanted: int
    completed_at: datetime | None
    sent: int
    declined: int
    erased: int
    references: tuple[ReceivedReference, ...]
    own: ReceivedReference | None
    questions: tuple[QuestionResult, ...]
    verification: tuple[Verification, ...]
    contradictions: tuple[Contradiction, ...]

    @property
    def received(self) -> int:
        """How many references are in."""
        return len(self.references)

    @property
    def factual(self) -> int:
        """How many of them confirm dates and title only."""
        return sum(reference.factual for reference in self.references)

    @property
    def late(self) -> int:
        """How many of them came when the check was done."""
        return sum(reference.late for reference in self.references)

    @property
    def facts(self) -> list[tuple[ReceivedReference, list[Verification]]]:
        """What was stated and confirmed, reference by reference."""
        return [
            (reference, [entry for entry in self.verification if entry.reference == reference.id])
            for reference in self.references
        ]

    @property
    def parts(self) -> list[tuple[str, list[QuestionResult]]]:
        """The questions under their headings: those that follow each other on one competency share one."""
        return [
            (heading, list(asked))
            for heading, asked in groupby(self.questions, key=lambda asked: asked.competency or asked.text)
        ]

    @property
    def identifiable(self) -> bool:
        """Whether one referee alone stands behind a relationship."""
        return any(group.identifiable for asked in self.questions for group in asked.groups)


def _place_in(value: int, low: int, high: int) -> str:
    if low == high or not low <= value <= high:
        return ""
    return {low: "from", high: "to"}.get(value, "through")


def _span(values: tuple[int, ...]) -> str:
    low, high = min(values, default=0), max(values, default=0)
    return "" if not values else str(low) if low == high else f"{low}–{high}"
