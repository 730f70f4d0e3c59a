"""The total of an attempt, computed from its issued scores by the rule in psychometrics.totals.

The same pure function issues a total and computes it again for the evidence. Marks given by people are no scores and
never enter.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from goodword.assessments.kinds import kind_named
from goodword.assessments.kinds.scores import part_category
from goodword.assessments.models import Assessment, Attempt, AttemptPart, IssuedTotal
from goodword.assessments.psychometrics import SCORING, totals
from goodword.assessments.psychometrics.totals import Solved, in_all


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoredPart:
    """One part with its scores: {scale: (value, items)}, of the kind of its test. `part` tells it apart."""

    part: str
    kind: str
    scores: Mapping[str, tuple[float | None, int]]
    weight: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Total:
    """A total as models.IssuedTotal keeps it; `value` is None where there is none, `why_not` says why."""

    value: Fraction | None
    why_not: str
    weights: dict[str, int]
    portions: list[dict[str, Any]]
    version: str

    @property
    def written(self) -> str:
        """The value as it is kept and exported: "23/60"; empty where there is none."""
        return "" if self.value is None else str(self.value)


def make_total(parts: Sequence[ScoredPart], *, mode: str) -> Total:
    """The total over the parts that have right and wrong answers and a count.

    Own questions make a category of their own, by what has a right answer. Each portion of it is {"category": id or
    "", "part": or "", "share", "weight", "counted": [{"part", "solved", "given"}]}, with fractions as texts.
    """
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
    return Total(
        value=made.value if made else None,
        why_not=why_not,
        weights=weights,
        portions=[_portion(one, counted, weighted=weighted) for one in made.made_of] if made else [],
        version=SCORING["totals"],
    )


def _portion(
    portion: totals.Portion, counted: Mapping[str, Sequence[Solved]], *, weighted: bool
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


def issue_total(attempt: Attempt) -> IssuedTotal | None:
    """Write the total from the scores as they were issued, in the caller's transaction, with the attempt locked.

    None where the assessment has no total. One that is there stays as it is.
    """
    assessment = attempt.assessment
    if assessment.total == Assessment.Total.OFF:
        return None
    rows = (
        AttemptPart.objects.of(attempt.organisation)
        .filter(attempt=attempt)
        .select_related("version__test", "part")
        .defer("version__content")
        .prefetch_related("scores")
        .order_by("order")
    )
    made = make_total(
        [
            ScoredPart(
                part=str(row.order),
                kind=row.version.test.kind,
                scores={one.scale: (one.value, one.items) for one in row.scores.all()},
                weight=row.part.weight,
            )
            for row in rows
        ],
        mode=assessment.total,
    )
    issued, _ = IssuedTotal.objects.of(attempt.organisation).get_or_create(
        attempt=attempt,
        defaults={
            "organisation_id": attempt.organisation_id,
            "mode": assessment.total,
            "weights": made.weights,
            "reason": assessment.total_reason,
            "value": made.written,
            "why_not": made.why_not,
            "portions": made.portions,
            "scoring_version": made.version,
        },
    )
    return issued
