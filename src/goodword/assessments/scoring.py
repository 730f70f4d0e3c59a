"""Computes the scores of a part and the total of an attempt. Pure functions; `issuing` stores their results, and
`evidence.check` recomputes them from an export."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from goodword.assessments.kinds import Content, kind_named, kind_of
from goodword.assessments.kinds.items import Item
from goodword.assessments.kinds.scores import ComputedScore, part_category
from goodword.assessments.models import Assessment, IssuedTotal
from goodword.assessments.psychometrics import SCORING, norms, totals
from goodword.assessments.psychometrics.norms import NormTable, band, band_between
from goodword.assessments.psychometrics.rasch import Calibration
from goodword.assessments.psychometrics.totals import Solved, in_all
from goodword.core.validation import Json


def compute_scores(
    content: Content,
    *,
    form: str,
    items: Sequence[Item],
    answers: Mapping[str, Json],
    tables: Mapping[str, NormTable | None] | None = None,
    calibration: Calibration | None = None,
) -> tuple[ComputedScore, ...]:
    """`items`: the items that count, without void ones. `answers`: stored values by item id. `tables`: norm tables by
    scale."""
    kind = kind_of(content)
    found = kind.scores(content, form=form, items=items, answers=answers, calibration=calibration)
    return tuple(
        one if kind.only_describes(one.scale) else _with_norms(one, (tables or {}).get(one.scale))
        for one in found
    )


def _with_norms(one: ComputedScore, table: NormTable | None) -> ComputedScore:
    """Add the percentile with its band (the score's own, else by the reliability), if the group's reliability is known
    and above 0."""
    found = None
    if table is not None and one.value is not None and norms.standard_error(table) is not None:
        if not one.has_own_band:
            found = band(table, one.value)
        elif one.low is not None and one.high is not None:
            found = band_between(table, one.value, one.low, one.high)
    if found is None:
        return one
    return replace(
        one,
        low=found.low,
        high=found.high,
        percentile=found.percentile,
        percentile_low=found.percentile_low,
        percentile_high=found.percentile_high,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoredPart:
    """Scores of a part, {scale: (value, items)}. `part` identifies the part; `kind` is the kind of its test."""

    part: str
    kind: str
    scores: Mapping[str, tuple[float | None, int]]
    weight: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ComputedTotal:
    """A total as in models.IssuedTotal. If `value` is None, `why_not` says why."""

    value: Fraction | None
    why_not: str
    weights: dict[str, int]
    portions: list[dict[str, Any]]
    version: str

    @property
    def written(self) -> str:
        return "" if self.value is None else str(self.value)


def make_total(parts: Sequence[ScoredPart], *, mode: str) -> ComputedTotal:
    """Total the parts with right and wrong answers. Portions are {"category": id or "", "part": id or "",
    "share", "weight", "counted": [{"part", "solved", "given"}]}, with fractions as strings."""
    counted = {
        one.part: found for one in parts if (found := kind_named(one.kind).solved(one.scores, part=one.part))
    }
    weighted = mode == Assessment.Total.WEIGHTS
    given = {one.part: one.weight for one in parts if one.part in counted} if weighted else {}
    weights = {part: weight for part, weight in given.items() if weight}
    why_not = ""
    if not counted or any(in_all(found).share is None for found in counted.values()):
        why_not = IssuedTotal.WhyNot.NO_COUNT.value
    elif len(weights) < len(given):
        why_not = IssuedTotal.WhyNot.NO_WEIGHT.value
    made = None
    if not why_not:
        made = totals.total(
            [
                totals.Part(test=part, kind=totals.RIGHT_OR_WRONG, solved=tuple(solved))
                for part, solved in counted.items()
            ],
            weights=weights if weighted else None,
        )
    return ComputedTotal(
        value=made.value if made else None,
        why_not=why_not,
        weights=weights,
        portions=[_issued_portion(one, counted, weighted=weighted) for one in made.made_of] if made else [],
        version=SCORING["totals"],
    )


def _issued_portion(
    portion: totals.WeightedShare, counted: Mapping[str, Sequence[Solved]], *, weighted: bool
) -> dict[str, Any]:
    own = {part_category(part): part for part in counted}
    whole = {part: [in_all(found)] for part, found in counted.items() if part == portion.name}
    of = whole if weighted else counted
    return {
        "category": "" if weighted or portion.name in own else portion.name,
        "part": portion.name if weighted else own.get(portion.name, ""),
        "share": str(portion.share),
        "weight": str(portion.weight),
        "counted": [
            {"part": part, "solved": one.right, "given": one.given}
            for part, solved in of.items()
            for one in solved
            if weighted or one.category == portion.name
        ],
    }
