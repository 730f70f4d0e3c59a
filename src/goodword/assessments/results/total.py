"""The total of an assessment that has one, from its stored counts. None of them is computed anew or changed."""

from collections.abc import Sequence

from django.utils.translation import gettext

from goodword.assessments.library.sheets.names import category_name
from goodword.assessments.models import Assessment
from goodword.assessments.result import (
    Counted,
    Part,
    Portion,
    QuestionsResult,
    ReasoningResult,
    TotalResult,
)
from goodword.assessments.scoring import totals
from goodword.assessments.scoring.solved import Solved


def total_of(assessment: Assessment, parts: Sequence[Part]) -> TotalResult | None:
    """The total over the right-or-wrong tests; None where the assessment has none.

    Own questions count as a category of their own, by what has a right answer: what people mark never enters.
    """
    if assessment.total == Assessment.Total.OFF:
        return None
    weighted = assessment.total == Assessment.Total.WEIGHTS
    counted = [(part, solved) for part in parts if (solved := solved_in(part))]
    try:
        found = totals.total(
            [
                totals.Part(test=str(part.order), kind=totals.RIGHT_OR_WRONG, solved=tuple(solved))
                for part, solved in counted
            ],
            weights={str(part.order): part.weight or 0 for part, _ in counted} if weighted else None,
        )
    except totals.NoTotal:
        return TotalResult(
            value=None,
            weighted=weighted,
            reason=assessment.total_reason,
            portions=(),
            why_not=gettext("There is no total: not every right-or-wrong test has a count, or a weight."),
        )
    return TotalResult(
        value=found.value,
        weighted=weighted,
        reason=assessment.total_reason,
        portions=tuple(_portion(one, counted, weighted=weighted) for one in found.made_of),
    )


def solved_in(part: Part) -> list[Solved]:
    """What was solved in each category of a right-or-wrong test; nothing for any other."""
    match part:
        case ReasoningResult():
            return [Solved(one.category, one.solved, one.given) for one in part.categories]
        case QuestionsResult(right=int(right)):
            return [Solved(_own(part), right, part.keyed)]
    return []


def _own(part: Part) -> str:
    """The name of the category that an own set of questions makes: told apart by its place."""
    return f"part {part.order}"


def _portion(
    portion: totals.Portion, counted: Sequence[tuple[Part, Sequence[Solved]]], *, weighted: bool
) -> Portion:
    if weighted:
        [(part, solved)] = [one for one in counted if str(one[0].order) == portion.name]
        whole = Counted(
            test=part.title,
            solved=sum(one.right for one in solved),
            given=sum(one.given for one in solved),
        )
        return Portion(name=part.title, counted=(whole,), share=portion.share, weight=portion.weight)
    titles = {_own(part): part.title for part, _ in counted}
    return Portion(
        name=titles.get(portion.name) or category_name(portion.name),
        category="" if portion.name in titles else portion.name,
        counted=tuple(
            Counted(test=part.title, solved=one.right, given=one.given)
            for part, solved in counted
            for one in solved
            if one.category == portion.name
        ),
        share=portion.share,
        weight=portion.weight,
    )
