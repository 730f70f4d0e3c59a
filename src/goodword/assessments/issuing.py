"""Stores the scores of a part and the total of an attempt, with the norms and calibration fixed on the role."""

from goodword.assessments.models import Assessment, Attempt, AttemptPart, IssuedTotal, NormGroup, Score
from goodword.assessments.models import Calibration as CalibrationRow
from goodword.assessments.psychometrics import norms, strata
from goodword.assessments.psychometrics.rasch import Calibration
from goodword.assessments.psychometrics.strata import Stratum
from goodword.assessments.queries import answers_of, content_of, items_of
from goodword.assessments.scoring import ScoredPart, compute_scores, make_total


def score_part(part: AttemptPart) -> None:
    group = norm_group_of(part)
    found = compute_scores(
        content_of(part.version),
        form=part.form,
        items=items_of(part),
        answers=answers_of(part),
        tables={scale: norms.of_today(table) for scale, table in group.tables.items()} if group else {},
        calibration=_calibration_of(part),
    )
    Score.objects.of(part.organisation).bulk_create(
        Score(
            organisation_id=part.organisation_id,
            part=part,
            scale=one.scale,
            value=one.value,
            answered=one.answered,
            items=one.items,
            scoring_version=one.version,
            norm_group=group if one.percentile is not None else None,
            low=one.low,
            high=one.high,
            percentile=one.percentile,
            percentile_low=one.percentile_low,
            percentile_high=one.percentile_high,
            solved_low=one.solved_low,
            solved_high=one.solved_high,
            solved_by=one.solved_by,
            ability=one.ability,
            ability_se=one.ability_se,
            ability_low=one.ability_low,
            ability_high=one.ability_high,
        )
        for one in found
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


def _calibration_of(part: AttemptPart) -> Calibration | None:
    row = calibration_row_of(part)
    found = strata.of_today(row.content) if row is not None else None
    return found.of(Stratum(part.attempt.language, part.device)) if found is not None else None
