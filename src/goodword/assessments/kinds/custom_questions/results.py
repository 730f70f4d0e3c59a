from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from statistics import fmean
from typing import Self

from django.utils.translation import gettext, ngettext

from goodword.assessments.kinds.content import FULL_FORM, Criterion
from goodword.assessments.kinds.custom_questions.content import AnyQuestion, CustomQuestions, FileQuestion
from goodword.assessments.kinds.custom_questions.items import CustomQuestion, is_right, visible_items
from goodword.assessments.kinds.items import Item
from goodword.assessments.kinds.report import CandidateResult, PartResult, requirement_of
from goodword.assessments.kinds.scores import ALL
from goodword.assessments.kinds.technical_sheet import (
    NOTHING,
    Known,
    TechnicalSheet,
    common_limits,
    norms_sentence,
    reliability_sentence,
)
from goodword.assessments.models import AttemptPart, Marking, Score
from goodword.assessments.psychometrics import SCORING
from goodword.core.text import rounded
from goodword.core.validation import Json
from goodword.questionnaires.labels import render_answers
from goodword.questionnaires.types import MultipleChoice, SingleChoice

TWO = 2
#: in place of an answer
LEFT_OUT = "…"


def custom_questions_sheet(questions: CustomQuestions, known: Known) -> TechnicalSheet:
    return TechnicalSheet(
        states_rights=False,
        title=questions.name,
        version=questions.version,
        language=questions.language,
        form=questions.form_label(FULL_FORM),
        construct=gettext(
            "Questions written by your organisation. What the answers measure has not been studied."
        ),
        n_items=len(questions.questions),
        minutes=questions.minutes(FULL_FORM),
        scales=(),
        answer_scale=(),
        scoring=_scoring(questions),
        scoring_version=SCORING["solved"],
        reliability=reliability_sentence(known.groups),
        norms=norms_sentence([], known.groups, without=gettext("Results aren't compared with a norm group.")),
        validity=gettext("None yet. If answers count, state on the role which job requirement they assess."),
        limits=(
            gettext("Two raters can differ: check both ratings and the rubric before you rely on them."),
            gettext("Asking everyone the same questions is fairer, but it is not a measurement."),
            *common_limits(),
        ),
        licence=gettext("Your own"),
        source=gettext("Written or imported by your organisation"),
        more=_raters(questions),
        own_norms=known.groups,
    )


def _scoring(questions: CustomQuestions) -> str:
    n, right, marked = len(questions.questions), len(questions.right), len(questions.rubrics)
    sentences = []
    if right:
        sentences.append(
            gettext(
                "Questions with a right answer: %(right)s of %(n)s. The score is how many of these were answered "
                "correctly. A question with several right choices counts only if exactly those were chosen."
            )
            % {"right": right, "n": n}
        )
    if marked:
        sentences.append(
            gettext("Questions marked by people using a rubric: %(marked)s of %(n)s.")
            % {"marked": marked, "n": n}
        )
    if left := n - right - marked:
        sentences.append(
            ngettext(
                "%(left)s question has no score and is only read.",
                "%(left)s questions have no score and are only read.",
                left,
            )
            % {"left": left}
        )
    return " ".join(sentences)


def _raters(questions: CustomQuestions) -> dict[str, str]:
    if not questions.rubrics:
        return {}
    most = sum(criterion.points for criteria in questions.rubrics.values() for criterion in criteria)
    return {
        gettext("Raters"): gettext(
            "One person marks each answer against its rubric, or two where the role requires it; neither sees the "
            "other's marks until both have finished. At most %(most)s points across all rubrics. How well raters "
            "agree is not known."
        )
        % {"most": most}
    }


class MarkState(StrEnum):
    #: without a rubric
    NONE = "none"
    NOT_YET = "not_yet"
    #: marked by one of two raters; hidden until both have marked
    HALF = "half"
    DONE = "done"


@dataclass(frozen=True, slots=True, kw_only=True)
class FileAnswer:
    id: int
    name: str
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkedCriterion:
    """Points in the order of the raters."""

    text: str
    points: int
    anchors: str
    given: tuple[int | None, ...]

    @property
    def mean_text(self) -> str:
        points = [value for value in self.given if value is not None]
        return rounded(fmean(points), 1) if points else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RaterComment:
    who: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AnsweredQuestion:
    """A question with its answer in words or its file. `right`: None without a key. `raters`: names."""

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

    def without_content(self) -> Self:
        """Keep only whether the question is answered and marked, and with how many points."""
        return replace(
            self,
            text="",
            answer=LEFT_OUT if self.file or self.answer or self.comment else "",
            comment="",
            file=None,
            right=None,
            right_answer="",
            raters=("",) * len(self.raters),
            criteria=tuple(replace(criterion, text="", anchors="") for criterion in self.criteria),
            comments=(),
        )

    @property
    def most(self) -> int:
        return sum(criterion.points for criterion in self.criteria)

    @property
    def sums(self) -> tuple[int, ...]:
        return tuple(
            sum(criterion.given[place] or 0 for criterion in self.criteria)
            for place in range(len(self.raters))
        )

    @property
    def mean(self) -> float | None:
        return fmean(self.sums) if self.state is MarkState.DONE and self.sums else None

    @property
    def mean_text(self) -> str:
        return "" if self.mean is None else rounded(self.mean, 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomQuestionsResult(PartResult):
    """`right`: correct answers among the `keyed` questions, which have a key; None if there are none."""

    right: int | None
    keyed: int
    questions: tuple[AnsweredQuestion, ...]

    def without_items(self) -> Self:
        """Keep the numbers of questions answered and marked, and their points."""
        questions = tuple(question.without_content() for question in self.questions)
        return replace(self, questions=questions, items_left_out=True)

    def for_candidate(self) -> "CandidateCustomQuestions":
        keyed = sum(question.right is not None for question in self.questions)
        return CandidateCustomQuestions(
            template="assessments/portal/results/custom_questions.html",
            title=self.title,
            has_keyed=keyed > 0,
            has_open=keyed < len(self.questions),
        )

    @property
    def to_mark(self) -> int:
        return sum(question.state in {MarkState.NOT_YET, MarkState.HALF} for question in self.questions)

    @property
    def has_rubric(self) -> bool:
        return any(question.state is not MarkState.NONE for question in self.questions)


@dataclass(frozen=True, slots=True, kw_only=True)
class CandidateCustomQuestions(CandidateResult):
    has_keyed: bool
    has_open: bool


def custom_questions_result(
    part: AttemptPart,
    content: CustomQuestions,
    *,
    items: Sequence[Item],
    answers: Mapping[str, Json],
    scores: Mapping[str, Score],
) -> CustomQuestionsResult:
    score = scores.get(ALL)
    asked = [item for item in visible_items(items, answers) if isinstance(item, CustomQuestion)]
    return CustomQuestionsResult(
        kind=part.version.test.kind,
        order=part.order,
        title=content.name,
        sheet=replace(custom_questions_sheet(content, NOTHING), n_items=len(asked)),
        requirement=requirement_of(part),
        scoring_version=score.scoring_version if score else "",
        weight=part.part.weight,
        right=None if score is None or score.value is None else round(score.value),
        keyed=score.items if score else 0,
        questions=tuple(
            _answered_question(part, content, item.question, answers.get(item.id)) for item in asked
        ),
    )


def _answered_question(
    part: AttemptPart, content: CustomQuestions, question: AnyQuestion, value: Json
) -> AnsweredQuestion:
    is_file = isinstance(question, FileQuestion)
    rendered = (
        None
        if isinstance(question, FileQuestion) or value is None
        else render_answers([question], {question.id: value})[0]
    )
    key, rubric = content.right.get(question.id), content.rubrics.get(question.id, ())
    marks = [marking for marking in part.markings.all() if marking.item == question.id] if rubric else []
    state = _state(rubric, marks, two=part.part.two_raters)
    seen = marks if state is MarkState.DONE else []
    return AnsweredQuestion(
        id=question.id,
        text=question.text,
        kind=question.type,
        answer=rendered.answer if rendered else "",
        comment=rendered.comment if rendered else "",
        file=_file(part, value) if is_file else None,
        right=None if key is None else is_right(key, value),
        right_answer="" if key is None else _labels(question, key),
        state=state,
        raters=tuple(str(marking.rater.user) for marking in seen),
        criteria=tuple(_criterion(criterion, seen) for criterion in rubric),
        comments=tuple(
            RaterComment(who=str(marking.rater.user), text=marking.comment)
            for marking in seen
            if marking.comment
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
        given=tuple(mark.points.get(criterion.id) for mark in marks),
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
