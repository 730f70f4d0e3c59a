"""Computes the scores of a part and the total of an attempt, and stores them. The functions that compute are pure;
`evidence.check` uses them on an export. Norms and calibration are those fixed on the role."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from goodword.assessments.kinds.items import Item
from goodword.assessments.kinds.registry import Content, kind_named, kind_of
from goodword.assessments.kinds.scores import ComputedScore, part_category
from goodword.assessments.models import Assessment, Attempt, AttemptPart, IssuedTotal, NormGroup, Score
from goodword.assessments.models import Calibration as CalibrationRow
from goodword.assessments.psychometrics import SCORING, norms, strata, totals
from goodword.assessments.psychometrics.norms import NormTable, band, band_between
from goodword.assessments.psychometrics.rasch import CalibrationResult
from goodword.assessments.psychometrics.strata import Stratum
from goodword.assessments.psychometrics.totals import Solved, in_all
from goodword.assessments.queries import answers_of, content_of, items_of
from goodword.core.validation import Json


def compute_scores(
    content: Content,
    *,
    form: str,
    items: Sequence[Item],
    answers: Mapping[str, Json],
    tables: Mapping[str, NormTable | None] | None = None,
    calibration: CalibrationResult | None = None,
) -> tuple[ComputedScore, ...]:
    """Compute the scores of a part. `items`: without void ones. `answers`: stored values by item id. `tables`: norm
    tables by scale."""
    kind = kind_of(content)
    found = kind.scores(content, form=form, items=items, answers=answers, calibration=calibration)
    return tuple(
        score if kind.only_describes(score.scale) else _with_norms(score, (tables or {}).get(score.scale))
        for score in found
    )


def _with_norms(score: ComputedScore, table: NormTable | None) -> ComputedScore:
    """Add the percentile and its band, if the group has a standard error. The band is the score's own if it has one,
    otherwise it follows from the reliability."""
    found = None
    if table is not None and score.value is not None and norms.standard_error(table) is not None:
        if not score.has_own_band:
            found = band(table, score.value)
        elif score.low is not None and score.high is not None:
            found = band_between(table, score.value, score.low, score.high)
    if found is None:
        return score
    return replace(
        score,
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
        part.part: found
        for part in parts
        if (found := kind_named(part.kind).solved(part.scores, part=part.part))
    }
    weighted = mode == Assessment.Total.WEIGHTS
    given = {part.part: part.weight for part in parts if part.part in counted} if weighted else {}
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
                totals.TotalPart(test=part, kind=totals.RIGHT_OR_WRONG, solved=tuple(solved))
                for part, solved in counted.items()
            ],
            weights=weights if weighted else None,
        )
    return ComputedTotal(
        value=made.value if made else None,
        why_not=why_not,
        weights=weights,
        portions=[_issued_portion(share, counted, weighted=weighted) for share in made.made_of]
        if made
        else [],
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
            {"part": part, "solved": score.right, "given": score.given}
            for part, solved in of.items()
            for score in solved
            if weighted or score.category == portion.name
        ],
    }


def score_part(part: AttemptPart) -> None:
    group = norm_group_of(part)
    found = compute_scores(
        content_of(part.version),
        form=part.form,
        items=items_of(part),
        answers=answers_of(part),
        tables={scale: norms.from_json_if_current(table) for scale, table in group.tables.items()}
        if group
        else {},
        calibration=_calibration_of(part),
    )
    Score.objects.of(part.organisation).bulk_create(issued_score(part, score, group) for score in found)


def issued_score(part: AttemptPart, score: ComputedScore, group: NormGroup | None) -> Score:
    return Score(
        organisation_id=part.organisation_id,
        part=part,
        scale=score.scale,
        value=score.value,
        answered=score.answered,
        items=score.items,
        scoring_version=score.version,
        norm_group=group if score.percentile is not None else None,
        low=score.low,
        high=score.high,
        percentile=score.percentile,
        percentile_low=score.percentile_low,
        percentile_high=score.percentile_high,
        solved_low=score.solved_low,
        solved_high=score.solved_high,
        solved_by=score.solved_by,
        ability=score.ability,
        ability_se=score.ability_se,
        ability_low=score.ability_low,
        ability_high=score.ability_high,
    )


def issue_total(attempt: Attempt) -> IssuedTotal | None:
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
                scores={score.scale: (score.value, score.items) for score in row.scores.all()},
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


def calibration_row_of(part: AttemptPart) -> CalibrationRow | None:
    """Return the calibration to score a part with, or None if the candidate took another test or version, or a member
    ended the part."""
    row = part.part.calibration
    if row is None or row.test_id != part.version.test_id or not part.is_whole:
        return None
    return row if row.version == part.version.number else None


def norm_group_of(part: AttemptPart) -> NormGroup | None:
    """The norm group for the candidate's language and device; None if another test, version or form was taken,
    or a member ended the part."""
    norm_set = part.part.norms
    if (
        norm_set is None
        or not part.is_whole
        or (norm_set.test_id, norm_set.version, norm_set.form)
        != (part.version.test_id, part.version.number, part.form)
    ):
        return None
    return (
        NormGroup.objects.of(part.organisation)
        .filter(norm_set=norm_set, language=part.attempt.language, device=part.device)
        .first()
    )


def _calibration_of(part: AttemptPart) -> CalibrationResult | None:
    row = calibration_row_of(part)
    found = strata.from_json_if_current(row.content) if row is not None else None
    return found.of(Stratum(part.attempt.language, part.device)) if found is not None else None
