from django.utils.translation import gettext

from goodword.assessments.kinds.comparison import NO_VALUE, Comparison, ComparisonCell, percentiles_note
from goodword.assessments.kinds.scales.content import Instrument
from goodword.assessments.kinds.scores import issued_normed_score
from goodword.assessments.models import Score
from goodword.ui.charts import written_number


def compare(content: Instrument) -> Comparison:
    return Comparison(
        columns=tuple(scale.name for scale in content.scales),
        cells=lambda one: tuple(_mean(one.scores.get(scale.id)) for scale in content.scales),
        never_ranked=gettext("Neither end of a scale is better, so scores can't be sorted."),
    )


def _mean(score: Score | None) -> ComparisonCell:
    if score is None or score.value is None:
        return NO_VALUE
    return ComparisonCell(text=written_number(score.value), note=percentiles_note(issued_normed_score(score)))
