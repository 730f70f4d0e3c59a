"""The total of an attempt, as it was issued. Nothing of it is computed anew or changed."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from django.utils.translation import gettext

from goodword.assessments.kinds.reasoning.names import category_name
from goodword.assessments.models import Assessment, Attempt, IssuedTotal
from goodword.assessments.result import Counted, Part, Portion, TotalResult


def total_of(attempt: Attempt, parts: Sequence[Part]) -> TotalResult | None:
    """The issued total, with the titles of its tests; None where the assessment has none. One query."""
    issued = IssuedTotal.objects.of(attempt.organisation).filter(attempt=attempt).first()
    if issued is None:
        return None
    titles = {str(part.order): part.title for part in parts}
    return TotalResult(
        value=Fraction(issued.value) if issued.value else None,
        weighted=issued.mode == Assessment.Total.WEIGHTS,
        reason=issued.reason,
        portions=tuple(_portion(one, titles) for one in issued.portions),
        why_not=_why_not(issued.why_not),
    )


def _why_not(code: str) -> str:
    match code:
        case IssuedTotal.WhyNot.NO_COUNT:
            return gettext("There is no total: not every test with right and wrong answers has a count.")
        case IssuedTotal.WhyNot.NO_WEIGHT:
            return gettext("There is no total: not every test with right and wrong answers has a weight.")
    return ""


def _portion(portion: Mapping[str, Any], titles: Mapping[str, str]) -> Portion:
    return Portion(
        name=category_name(portion["category"]) if portion["category"] else titles[portion["part"]],
        category=portion["category"],
        counted=tuple(
            Counted(test=titles[one["part"]], solved=one["solved"], given=one["given"])
            for one in portion["counted"]
        ),
        share=Fraction(portion["share"]),
        weight=Fraction(portion["weight"]),
    )
