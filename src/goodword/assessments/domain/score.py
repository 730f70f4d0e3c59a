"""Issue the scores of a part that has ended. They are written once and never change."""

from goodword.assessments.content import content_of
from goodword.assessments.items import items_of
from goodword.assessments.models import AttemptPart, NormGroup, Score
from goodword.assessments.psychometrics import norms, rasch
from goodword.assessments.queries import answers_of
from goodword.assessments.scored import issue


def score_part(part: AttemptPart) -> None:
    """Write the scores of a part, in the caller's transaction, against the norms that its assessment fixed."""
    group = norm_group_of(part)
    calibration = part.part.calibration
    tables = _tables(group) if group else {}
    found = issue(
        content_of(part.version),
        form=part.form,
        items=items_of(part),
        answers=answers_of(part),
        tables=tables,
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
    """The norm group that a candidate is held against: of their language and class of device, and no other."""
    norm_set = part.part.norms
    if norm_set is None or (norm_set.version, norm_set.form) != (part.version.number, part.form):
        return None  # another form was granted: its scores are not compared
    return (
        NormGroup.objects.of(part.organisation)
        .filter(norm_set=norm_set, language=part.attempt.language, device=part.device)
        .first()
    )


def _tables(group: NormGroup) -> dict[str, norms.NormTable]:
    """Its tables; none where they were made by another rule than today's: no figure rather than a mixed one."""
    try:
        return {scale: norms.from_json(table) for scale, table in group.tables.items()}
    except ValueError:
        return {}
