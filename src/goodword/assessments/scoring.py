"""Scores of a part: computed by its kind, compared with the norms that its assessment fixed, stored once.

The same pure function issues scores and computes them again for the evidence, from the content, the items, the answers,
the norms and the calibration alone.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from goodword.assessments.content import content_of
from goodword.assessments.items import items_of
from goodword.assessments.kinds import Content, kind_of
from goodword.assessments.kinds.items import Item
from goodword.assessments.kinds.scores import ComputedScore
from goodword.assessments.models import AttemptPart, NormGroup, Score
from goodword.assessments.psychometrics import norms, rasch
from goodword.assessments.psychometrics.norms import NormTable, band
from goodword.assessments.psychometrics.rasch import Calibration
from goodword.assessments.queries import answers_of
from goodword.core.json_reading import Json


def compute_scores(
    content: Content,
    *,
    form: str,
    items: Sequence[Item],
    answers: Mapping[str, Json],
    tables: Mapping[str, NormTable] | None = None,
    calibration: Calibration | None = None,
) -> tuple[ComputedScore, ...]:
    """The scores of one part. `items` are those that count, `answers` the stored values by item id.

    `tables` are the norm tables by scale of the candidate's norm group.
    """
    found = kind_of(content).scores(content, form=form, items=items, answers=answers, calibration=calibration)
    return tuple(_with_norms(one, (tables or {}).get(one.scale)) for one in found)


def score_part(part: AttemptPart) -> None:
    """Store the scores of a part that has ended, in the caller's transaction. They never change."""
    group = norm_group_of(part)
    calibration = part.part.calibration
    found = compute_scores(
        content_of(part.version),
        form=part.form,
        items=items_of(part),
        answers=answers_of(part),
        tables=_tables(group) if group else {},
        calibration=rasch.of_today(calibration.content) if calibration else None,
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
            ability=one.ability,
            ability_se=one.ability_se,
        )
        for one in found
    )


def norm_group_of(part: AttemptPart) -> NormGroup | None:
    """The norm group for a candidate's language and class of device; None where another form was granted."""
    norm_set = part.part.norms
    if norm_set is None or (norm_set.version, norm_set.form) != (part.version.number, part.form):
        return None
    return (
        NormGroup.objects.of(part.organisation)
        .filter(norm_set=norm_set, language=part.attempt.language, device=part.device)
        .first()
    )


def _tables(group: NormGroup) -> dict[str, NormTable]:
    """Its tables; none if made by an older version of the rule: no figure rather than a mixed one."""
    try:
        return {scale: norms.from_json(table) for scale, table in group.tables.items()}
    except ValueError:
        return {}


def _with_norms(one: ComputedScore, table: NormTable | None) -> ComputedScore:
    """With its band and percentile; without them where there is no group, or its reliability is unknown."""
    found = band(table, one.value) if table is not None and one.value is not None else None
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
