"""The assessment of a role that nobody has put together: work style, for the requirement that was named."""

from datetime import datetime

from goodword.assessments.domain.library.ensure import ensure_builtin
from goodword.assessments.kinds.builtin import WORK_STYLE, WORK_STYLE_FORM
from goodword.assessments.models import Assessment, AssessmentPart
from goodword.assessments.offered import newest_number
from goodword.roles.models import Step


def assessment_of(step: Step, *, now: datetime) -> Assessment:
    """The version that is given now: the newest published one, or one made from the requirement alone.

    In the caller's transaction, under the lock of the start that asks for it. What was made by itself is made anew
    when the requirement has changed; what a member put together stays until a member changes it.
    """
    newest = published(step)
    if newest is not None and (newest.created_by_id is not None or _serves(newest, step)):
        return newest
    locked = Step.objects.of(step.organisation).select_for_update(of=("self",)).get(pk=step.pk)
    newest = published(locked)  # two that are invited at once find one
    if newest is not None and (newest.created_by_id is not None or _serves(newest, locked)):
        return newest
    return _make(locked, now=now)


def published(step: Step) -> Assessment | None:
    """The newest published version of a step's assessment."""
    rows = Assessment.objects.of(step.organisation).filter(step=step, published_at__isnull=False)
    return rows.order_by("-number").first()


def next_number(step: Step) -> int:
    """The number of the version after all that are there."""
    last = Assessment.objects.of(step.organisation).filter(step=step).order_by("-number").first()
    return 1 if last is None else last.number + 1


def default_part(step: Step, *, now: datetime) -> AssessmentPart:
    """The one test of a role that nobody has put together, not saved and of no assessment yet."""
    test = ensure_builtin(step.organisation, WORK_STYLE, now=now)
    number = newest_number(test)
    assert number is not None  # just ensured
    return AssessmentPart(
        organisation=step.organisation,
        order=1,
        test=test,
        number=number,
        form=WORK_STYLE_FORM,
        requirement=step.requirement,
        requirement_by=step.requirement_by,
        requirement_at=step.requirement_at,
    )


def _serves(assessment: Assessment, step: Step) -> bool:
    return assessment.parts.filter(requirement=step.requirement).exists()


def _make(step: Step, *, now: datetime) -> Assessment:
    part = default_part(step, now=now)
    part.assessment = Assessment.objects.create(
        organisation=step.organisation,
        step=step,
        number=next_number(step),
        created_at=now,
        published_at=now,
    )
    part.save()
    return part.assessment
