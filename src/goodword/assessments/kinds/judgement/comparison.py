from collections.abc import Mapping, Sequence

from django.utils.translation import gettext

from goodword.assessments.kinds.comparison import (
    NO_VALUE,
    ComparedPart,
    Comparison,
    ComparisonCell,
    percentiles_note,
)
from goodword.assessments.kinds.judgement.content import JudgementSet
from goodword.assessments.kinds.judgement.items import WITHIN
from goodword.assessments.kinds.scores import ALL, issued_normed_score
from goodword.assessments.models import Score
from goodword.core.text import rounded
from goodword.ui.charts import written_number


def compare(content: JudgementSet, parts: Sequence[ComparedPart]) -> Comparison:
    """Results are ranked by their correlation with the key, if the key is good enough for decisions.

    Some percentiles are enough for that, since undefined and perfect correlations have none.
    """
    few = content.is_too_short_for_norms
    normed = not content.is_for_practice and not few
    ranked = normed and any(
        score.percentile is not None for one in parts if (score := one.scores.get(WITHIN)) is not None
    )
    return Comparison(
        columns=(gettext("Correlation within situations"), gettext("Mean distance from the key")),
        cells=lambda one: (
            _correlation(one.scores, normed=normed, ranked=ranked, few=few),
            _distance(one.scores.get(ALL)),
        ),
        rank=_correlation_of if ranked else None,
        never_ranked=_never_ranked(content),
        precision=gettext(
            "Sorted by the correlation. The distance also depends on how somebody uses the scale, so it is "
            "only a description."
        )
        if ranked
        else "",
    )


def _never_ranked(content: JudgementSet) -> str:
    if content.is_for_practice:
        return gettext(
            "For practice, not for decisions: the key of this set was not set by a panel of experts who agree enough, "
            "so results can't be sorted."
        )
    if content.is_too_short_for_norms:
        return gettext("The set has too few situations for a band, so results can't be sorted.")
    return ""


def _correlation_of(one: ComparedPart) -> float | None:
    score = one.scores.get(WITHIN)
    return None if score is None else score.value


def _correlation(scores: Mapping[str, Score], *, normed: bool, ranked: bool, few: bool) -> ComparisonCell:
    score, distance = scores.get(WITHIN), scores.get(ALL)
    if score is None:
        return NO_VALUE
    if score.value is None:
        is_rated = distance is not None and distance.value is not None
        why = gettext("rated alike in each situation") if is_rated else gettext("too few actions rated")
        return ComparisonCell(text="–", note=f"{why}, {gettext('not sorted')}" if ranked else why)
    note = percentiles_note(issued_normed_score(score)) if normed else ""
    if few:
        note = gettext("too few situations for a band")
    elif not note and score.low is not None and score.high is not None:
        band = {"low": _hundredths(score.low), "high": _hundredths(score.high)}
        note = gettext("90 %% band %(low)s to %(high)s") % band
    return ComparisonCell(text=_hundredths(score.value), note=note)


def _hundredths(value: float) -> str:
    return rounded(value, 2).replace("-", "−")


def _distance(score: Score | None) -> ComparisonCell:
    if score is None or score.value is None:
        return NO_VALUE
    return ComparisonCell(text=written_number(score.value))
