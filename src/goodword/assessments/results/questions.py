"""The result of own questions: answers in words, right ones, and what raters gave."""

from collections.abc import Mapping, Sequence

from goodword.assessments.items import visible_items
from goodword.assessments.kinds.custom.content import AnyQuestion, Criterion, FileQuestion, QuestionSet
from goodword.assessments.kinds.custom.items import CustomQuestion
from goodword.assessments.kinds.custom.scoring import is_right
from goodword.assessments.kinds.scores import ALL
from goodword.assessments.models import AttemptPart, Marking, Score
from goodword.assessments.queries import read_answers
from goodword.assessments.result import CriterionShown, FileShown, MarkState, QuestionShown, QuestionsResult
from goodword.assessments.result.questions import RaterComment
from goodword.assessments.results.about import sheet_of
from goodword.assessments.results.parts import requirement_of
from goodword.questionnaires.reading import Json
from goodword.questionnaires.rendered_answers import render_answers
from goodword.questionnaires.types import MultipleChoice, SingleChoice

#: raters of an answer where two are wanted
TWO = 2


def questions_result(part: AttemptPart, content: QuestionSet, scores: Mapping[str, Score]) -> QuestionsResult:
    """Each question that was asked, with its answer and its marks. `scores` has one only if some have a key."""
    answers, score = read_answers(part), scores.get(ALL)
    asked = [item for item in visible_items(part, answers) if isinstance(item, CustomQuestion)]
    return QuestionsResult(
        kind=part.version.test.kind,
        order=part.order,
        title=content.name,
        sheet=sheet_of(part, content, items=len(asked)),
        requirement=requirement_of(part),
        scoring_version=score.scoring_version if score else "",
        weight=part.part.weight,
        right=None if score is None or score.value is None else round(score.value),
        keyed=score.items if score else 0,
        questions=tuple(_question(part, content, item.question, answers.get(item.id)) for item in asked),
    )


def _question(part: AttemptPart, content: QuestionSet, question: AnyQuestion, value: Json) -> QuestionShown:
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
    return QuestionShown(
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


def _criterion(criterion: Criterion, marks: Sequence[Marking]) -> CriterionShown:
    return CriterionShown(
        text=criterion.text,
        points=criterion.points,
        anchors=criterion.anchors,
        given=tuple(one.points.get(criterion.id) for one in marks),
    )


def _file(part: AttemptPart, value: Json) -> FileShown | None:
    wanted = value.get("upload") if isinstance(value, Mapping) else None
    for row in part.uploads.all():
        if row.pk == wanted:
            return FileShown(id=row.pk, name=row.name, size=row.size)
    return None


def _labels(question: AnyQuestion, values: Sequence[str]) -> str:
    if not isinstance(question, SingleChoice | MultipleChoice):
        return ", ".join(values)
    return ", ".join(choice.label for choice in question.choices if choice.value in values)
