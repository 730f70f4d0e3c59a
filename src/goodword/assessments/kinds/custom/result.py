"""The result of custom questions: answers to read, right answers, and raters' points."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from statistics import fmean
from typing import ClassVar, Self

from goodword.assessments.kinds.custom.content import AnyQuestion, Criterion, FileQuestion, QuestionSet
from goodword.assessments.kinds.custom.items import CustomQuestion, visible_items
from goodword.assessments.kinds.custom.scoring import is_right
from goodword.assessments.kinds.custom.sheet import questions_sheet
from goodword.assessments.kinds.items import Item
from goodword.assessments.kinds.results import CandidateResult, PartResult, requirement_of
from goodword.assessments.kinds.scores import ALL
from goodword.assessments.kinds.technical_sheet import NOTHING
from goodword.assessments.models import AttemptPart, Marking, Score
from goodword.core.json_reading import Json
from goodword.questionnaires.labels import render_answers
from goodword.questionnaires.types import MultipleChoice, SingleChoice
from goodword.ui.scales import written_number


class MarkState(StrEnum):
    """How far the marking of an answer is."""

    #: not marked, because it has no rubric
    NONE = "none"
    NOT_YET = "not_yet"
    #: by one of two raters; neither sees what the other gave, and nobody else does
    HALF = "half"
    DONE = "done"


@dataclass(frozen=True, slots=True, kw_only=True)
class FileAnswer:
    """A file that was handed in: its id, name and size in bytes."""

    id: int
    name: str
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkedCriterion:
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
class AnsweredQuestion:
    """One question with its answer in words ("" where there is none), or its file.

    `right` is None where there is no right answer; `raters` are names, in the order of what each criterion was given.
    """

    id: str
    text: str
    kind: str
    answer: str
    comment: str
    file: FileAnswer | None
    right: bool | None
    right_answer: str
    state: MarkState
    raters: tuple[str, ...]
    criteria: tuple[MarkedCriterion, ...]
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
    questions: tuple[AnsweredQuestion, ...]

    def without_items(self) -> Self:
        return replace(self, questions=(), items_left_out=True)

    def for_candidate(self) -> CandidateResult:
        return CandidateResult(kind=self.kind, title=self.title)

    @property
    def to_mark(self) -> int:
        """How many answers still wait for a rater."""
        return sum(one.state in {MarkState.NOT_YET, MarkState.HALF} for one in self.questions)

    @property
    def has_rubric(self) -> bool:
        """Whether any answer is marked by people."""
        return any(one.state is not MarkState.NONE for one in self.questions)


#: raters of an answer where two are wanted
TWO = 2


def questions_result(
    part: AttemptPart,
    content: QuestionSet,
    *,
    items: Sequence[Item],
    answers: Mapping[str, Json],
    scores: Mapping[str, Score],
) -> QuestionsResult:
    """Each question that was asked, with its answer and its marks. `scores` has one only if some have a key."""
    score = scores.get(ALL)
    asked = [item for item in visible_items(items, answers) if isinstance(item, CustomQuestion)]
    return QuestionsResult(
        kind=part.version.test.kind,
        order=part.order,
        title=content.name,
        sheet=replace(questions_sheet(content, NOTHING), n_items=len(asked)),
        requirement=requirement_of(part),
        scoring_version=score.scoring_version if score else "",
        weight=part.part.weight,
        right=None if score is None or score.value is None else round(score.value),
        keyed=score.items if score else 0,
        questions=tuple(_question(part, content, item.question, answers.get(item.id)) for item in asked),
    )


def _question(
    part: AttemptPart, content: QuestionSet, question: AnyQuestion, value: Json
) -> AnsweredQuestion:
    is_file = isinstance(question, FileQuestion)
    said = (
        None
        if isinstance(question, FileQuestion) or value is None
        else render_answers([question], {question.id: value})[0]
    )
    key, rubric = content.right.get(question.id), content.rubrics.get(question.id, ())
    marks = [one for one in part.markings.all() if one.item == question.id] if rubric else []
    state = _state(rubric, marks, two=part.part.two_raters)
    seen = marks if state is MarkState.DONE else []
    return AnsweredQuestion(
        id=question.id,
        text=question.text,
        kind=question.type,
        answer=said.answer if said else "",
        comment=said.comment if said else "",
        file=_file(part, value) if is_file else None,
        right=None if key is None else is_right(key, value),
        right_answer="" if key is None else _labels(question, key),
        state=state,
        raters=tuple(str(one.rater.user) for one in seen),
        criteria=tuple(_criterion(one, seen) for one in rubric),
        comments=tuple(
            RaterComment(who=str(one.rater.user), text=one.comment) for one in seen if one.comment
        ),
    )


def _state(rubric: Sequence[Criterion], marks: Sequence[Marking], *, two: bool) -> MarkState:
    if not rubric:
        return MarkState.NONE
    if not marks:
        return MarkState.NOT_YET
    return MarkState.HALF if two and len(marks) < TWO else MarkState.DONE


def _criterion(criterion: Criterion, marks: Sequence[Marking]) -> MarkedCriterion:
    return MarkedCriterion(
        text=criterion.text,
        points=criterion.points,
        anchors=criterion.anchors,
        given=tuple(one.points.get(criterion.id) for one in marks),
    )


def _file(part: AttemptPart, value: Json) -> FileAnswer | None:
    wanted = value.get("upload") if isinstance(value, Mapping) else None
    for row in part.uploads.all():
        if row.pk == wanted:
            return FileAnswer(id=row.pk, name=row.name, size=row.size)
    return None


def _labels(question: AnyQuestion, values: Sequence[str]) -> str:
    if not isinstance(question, SingleChoice | MultipleChoice):
        return ", ".join(values)
    return ", ".join(choice.label for choice in question.choices if choice.value in values)
