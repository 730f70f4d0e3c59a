from collections.abc import Sequence

from django.utils.translation import gettext

from goodword.assessments.kinds.comparison import (
    NO_VALUE,
    ComparedPart,
    Comparison,
    ComparisonCell,
    percentiles_note,
    rank_of_all,
)
from goodword.assessments.kinds.reasoning.content import ReasoningTest
from goodword.assessments.kinds.reasoning.families import category_name
from goodword.assessments.kinds.reasoning.items import CATEGORIES
from goodword.assessments.kinds.reasoning.results import ability_of, precision_of
from goodword.assessments.kinds.reasoning.sheet import hundredths, precision_of_form
from goodword.assessments.kinds.scores import ALL, issued_normed_score
from goodword.assessments.models import Score


def compare(content: ReasoningTest, parts: Sequence[ComparedPart], *, form: str) -> Comparison:
    categories = [one for one in CATEGORIES if any(one in part.scores for part in parts)]
    return Comparison(
        columns=(gettext("Solved in total"), *(category_name(one) for one in categories)),
        cells=lambda one: tuple(_solved(one.scores.get(scale)) for scale in (ALL, *categories)),
        rank=rank_of_all(parts),
        precision=_precision(content, form) if form in content.forms else "",
    )


def _solved(score: Score | None) -> ComparisonCell:
    if score is None:
        return NO_VALUE
    counts = {"solved": round(score.value or 0), "given": score.items}
    ability, precision = ability_of(score), precision_of(score)
    notes = [gettext("ability %(ability)s") % {"ability": ability.words}] if ability else []
    if not ability:
        notes.append(percentiles_note(issued_normed_score(score)) or (precision.words if precision else ""))
    return ComparisonCell(text=gettext("%(solved)s of %(given)s") % counts, note=", ".join(notes))


def _precision(content: ReasoningTest, form: str) -> str:
    found, _ = precision_of_form(content.blueprint(form), None)
    figures = {"three": hundredths(found.better[3])}
    text = gettext(
        "Of two candidates three tasks apart, the one with more is the more able in %(three)s of 100 cases (assumed "
        "difficulties)."
    )
    longer = content.longer(form)
    if longer:
        text += " " + gettext(
            "If you rank by this test, use the form with %(n)s tasks for the next version of the assessment."
        )
        figures["n"] = content.count(longer)
    return text % figures
