"""The result of an organisation's own questions: answers to read, right ones, and what raters gave."""

from dataclasses import dataclass
from enum import StrEnum
from statistics import fmean
from typing import ClassVar

from goodword.assessments.result.part import PartResult
from goodword.ui.scales import written_number


class MarkState(StrEnum):
    """How far the marking of an answer is."""

    #: there is no rubric, so that nobody marks it
    NONE = "none"
    NOT_YET = "not_yet"
    #: by one of two raters; neither sees what the other gave, and nobody else does
    HALF = "half"
    DONE = "done"


@dataclass(frozen=True, slots=True, kw_only=True)
class FileShown:
    """A file that was handed in: its id, name and size in bytes."""

    id: int
    name: str
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CriterionShown:
    """One thing that raters look at: 0 to `points`, and what each rater gave (None: nothing), in their order."""

    text: str
    points: int
    anchors: str
    given: tuple[int | None, ...]

    @property
    def mean_text(self) -> str:
        """The mean over raters; empty where nobody gave anything."""
        held = [one for one in self.given if one is not None]
        return written_number(fmean(held)) if held else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RaterComment:
    """What a rater wrote beside the points."""

    who: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionShown:
    """One question with its answer in words ("" where there is none), or its file.

    `right` is None where there is no right answer; `raters` are names, in the order of what each criterion was given.
    """

    id: str
    text: str
    kind: str
    answer: str
    comment: str
    file: FileShown | None
    right: bool | None
    right_answer: str
    state: MarkState
    raters: tuple[str, ...]
    criteria: tuple[CriterionShown, ...]
    comments: tuple[RaterComment, ...]

    @property
    def most(self) -> int:
        """The most points that its criteria give together."""
        return sum(criterion.points for criterion in self.criteria)

    @property
    def sums(self) -> tuple[int, ...]:
        """What each rater gave in all."""
        return tuple(
            sum(criterion.given[place] or 0 for criterion in self.criteria)
            for place in range(len(self.raters))
        )

    @property
    def mean(self) -> float | None:
        """The mean over raters of what they gave in all; None until it is marked."""
        return fmean(self.sums) if self.state is MarkState.DONE and self.sums else None

    @property
    def mean_text(self) -> str:
        """The same, written; empty until it is marked."""
        return "" if self.mean is None else written_number(self.mean)


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionsResult(PartResult):
    """A set of own questions: `right` of `keyed` that have a right answer (None where none has)."""

    template: ClassVar[str] = "assessments/result/questions.html"

    right: int | None
    keyed: int
    questions: tuple[QuestionShown, ...]

    @property
    def to_mark(self) -> int:
        """How many answers still wait for a rater."""
        return sum(one.state in {MarkState.NOT_YET, MarkState.HALF} for one in self.questions)

    @property
    def has_rubric(self) -> bool:
        """Whether any answer is marked by people."""
        return any(one.state is not MarkState.NONE for one in self.questions)
