"""A kind's contribution to the comparison page: columns, cells, and the value by which results are ranked."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext

from goodword.assessments.kinds.items import Item
from goodword.assessments.kinds.scores import ALL, NormedScore
from goodword.assessments.models import AttemptPart, Score
from goodword.core.validation import Json


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparisonCell:
    text: str
    note: str = ""

    @property
    def has_value(self) -> bool:
        return self.text != "–"


NO_VALUE = ComparisonCell(text="–")


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparedPart:
    """A finished part with its issued scores by scale. `items` and `answers` are read only if a kind needs them."""

    part: AttemptPart
    scores: Mapping[str, Score]
    items: Callable[[], Sequence[Item]]
    answers: Callable[[], Mapping[str, Json]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """`rank`: what to sort by; None if results can't be ranked. It may return None for a result, which then comes last.

    `never_ranked`: why results of this test can't be ranked even with norms. `precision`: how precisely the results
    rank candidates.
    """

    columns: tuple[str, ...]
    cells: Callable[[ComparedPart], tuple[ComparisonCell, ...]]
    rank: Callable[[ComparedPart], float | None] | None = None
    never_ranked: str = ""
    precision: str = ""


def ability_or_percentile(compared: ComparedPart) -> float | None:
    score = compared.scores.get(ALL)
    if score is None:
        return None
    return score.percentile if score.ability is None else score.ability


def rank_of_all(parts: Iterable[ComparedPart]) -> Callable[[ComparedPart], float | None] | None:
    """Return a function that ranks results, or None unless every result has an ability or a percentile."""
    return ability_or_percentile if all(ability_or_percentile(part) is not None for part in parts) else None


def percentiles_note(issued: NormedScore | None) -> str:
    if issued is None:
        return ""
    band = {"low": issued.percentile_low, "high": issued.percentile_high}
    return gettext("percentiles %(low)s to %(high)s") % band
