"""What counts for the assessment as a whole: a total, more time, the candidate's own result, when to take it again."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext as _

from goodword.assessments.domain.plan.held import NotPossible, held, in_order
from goodword.assessments.models import Assessment, AssessmentPart
from goodword.assessments.offered import content_of_number, is_right_or_wrong
from goodword.roles.models import Step

#: as long as an earlier result is offered in place of a new one (steps.domain.reuse): what starts by itself would
#: otherwise begin before the interval is over
MOST_RETAKE_MONTHS: Final = 12
MOST_WEIGHT: Final = 100
REASON_LENGTH: Final = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The meanings stand at the columns of `Assessment`. `weights` are whole numbers from 1 up by the id of a part."""

    total: str = Assessment.Total.OFF
    total_reason: str = ""
    weights: Mapping[int, int]
    more_time: int = Assessment.MoreTime.ASK
    tells_candidate: bool = False
    retake_months: int = 6


def change_plan(*, step: Step, settings: Settings, revision: int) -> None:
    """Make it so. Reason and weights are kept with a weighted total alone.

    Raises `held.NoDraft`, `held.Stale`, and `held.NotPossible` for a total that cannot be or a number out of bounds.
    """
    with held(step, revision=revision) as draft:
        parts = in_order(draft)
        weighted = settings.total == Assessment.Total.WEIGHTS
        if settings.total not in Assessment.Total.values:
            raise NotPossible("total", _("Choose one of those offered."))
        if settings.more_time not in Assessment.MoreTime.values:
            raise NotPossible("more_time", _("Choose one of those offered."))
        if not 0 <= settings.retake_months <= MOST_RETAKE_MONTHS:
            raise NotPossible(
                "retake_months", _("Write 0 to %(most)d months.") % {"most": MOST_RETAKE_MONTHS}
            )
        draft.total = settings.total
        draft.total_reason = settings.total_reason.strip() if weighted else ""
        draft.more_time, draft.tells_candidate = settings.more_time, settings.tells_candidate
        draft.retake_months = settings.retake_months
        for part in parts:
            part.weight = settings.weights.get(part.pk) if weighted and enters_total(part) else None
        if problem := total_problem(draft, parts):
            raise problem
        draft.save()
        AssessmentPart.objects.of(draft.organisation).bulk_update(parts, ["weight"])


def enters_total(part: AssessmentPart) -> bool:
    """Whether the part is a test with right and wrong answers: no other has a share in a total."""
    return is_right_or_wrong(content_of_number(part.test, part.number))


def total_problem(draft: Assessment, parts: list[AssessmentPart]) -> NotPossible | None:
    """Why there cannot be this total over these parts; None if there can, or if there is to be none."""
    if draft.total == Assessment.Total.OFF:
        return None
    entering = [part for part in parts if enters_total(part)]
    if not entering:
        return NotPossible(
            "total",
            _(
                "A total goes over tests with right and wrong answers alone, and there is none among these. "
                "Choose no total, or add such a test first."
            ),
        )
    if draft.total == Assessment.Total.WEIGHTS:
        for part in entering:
            if part.weight is None or not 1 <= part.weight <= MOST_WEIGHT:
                said = _("Write a whole number from 1 to %(most)d for “%(test)s”.")
                return NotPossible(weight_field(part), said % {"most": MOST_WEIGHT, "test": part.test.title})
        if not draft.total_reason or len(draft.total_reason) > REASON_LENGTH:
            return NotPossible(
                "total_reason",
                _("Give the reason for the weights, in at most %(most)d characters.")
                % {"most": REASON_LENGTH},
            )
    return None


def weight_field(part: AssessmentPart) -> str:
    """The name of the setting that holds its weight."""
    return f"weight_{part.pk}"
