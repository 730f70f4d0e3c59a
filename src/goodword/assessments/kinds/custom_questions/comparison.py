from collections.abc import Sequence

from django.utils.translation import gettext

from goodword.assessments.kinds.comparison import (
    NO_VALUE,
    ComparedPart,
    Comparison,
    ComparisonCell,
    rank_of_all,
)
from goodword.assessments.kinds.custom_questions.content import CustomQuestions
from goodword.assessments.kinds.custom_questions.results import custom_questions_result
from goodword.ui.charts import written_number


def compare(content: CustomQuestions, parts: Sequence[ComparedPart]) -> Comparison:
    return Comparison(
        columns=(gettext("Right"), gettext("Points by rubric")),
        cells=lambda one: _cells(content, one),
        rank=rank_of_all(parts),
    )


def _cells(content: CustomQuestions, one: ComparedPart) -> tuple[ComparisonCell, ComparisonCell]:
    found = custom_questions_result(
        one.part, content, items=one.items(), answers=one.answers(), scores=one.scores
    )
    right = NO_VALUE
    if found.right is not None:
        right = ComparisonCell(
            text=gettext("%(solved)s of %(given)s") % {"solved": found.right, "given": found.keyed}
        )
    if not found.has_rubric:
        return (right, NO_VALUE)
    marked = [question for question in found.questions if question.mean is not None]
    note = gettext("%(n)s not marked yet") % {"n": found.to_mark} if found.to_mark else ""
    if not marked:
        return (right, ComparisonCell(text="–", note=note))
    points = {
        "mean": written_number(sum(question.mean or 0 for question in marked)),
        "most": sum(question.most for question in marked),
    }
    return (right, ComparisonCell(text=gettext("%(mean)s of %(most)s") % points, note=note))
