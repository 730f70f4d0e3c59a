"""The versions of a role's assessment: the current one, the draft, and the default until a member builds one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Prefetch

from goodword.assessments.catalogue.packs import ensure_builtin
from goodword.assessments.kinds import Content
from goodword.assessments.kinds.builtin import LANGUAGES, WORK_STYLE, WORK_STYLE_FORM
from goodword.assessments.models import Assessment, AssessmentPart, TestVersion
from goodword.assessments.plans.offers import (
    content_among,
    form_of,
    is_right_or_wrong,
    newest_version_number,
    published_of,
)
from goodword.roles.models import Step


def current_assessment(step: Step, *, now: datetime) -> Assessment:
    """The version that invitations use: the newest published one, or a default made from the step's requirement.

    Runs in the caller's transaction, with the step request locked. A default is renewed when the requirement changes;
    an assessment built by a member stays until a member changes it.
    """
    newest = current_version(step)
    if newest is not None and (newest.created_by_id is not None or _has_requirement(newest, step)):
        return newest
    locked = Step.objects.of(step.organisation).select_for_update(of=("self",)).get(pk=step.pk)
    newest = current_version(locked)  # made meanwhile by a concurrent invitation
    if newest is not None and (newest.created_by_id is not None or _has_requirement(newest, locked)):
        return newest
    return _create_default(locked, now=now)


def current_version(step: Step) -> Assessment | None:
    """The newest published version of a step's assessment."""
    rows = Assessment.objects.of(step.organisation).filter(step=step, published_at__isnull=False)
    return rows.order_by("-number").first()


def next_number(step: Step) -> int:
    """The next version number."""
    last = Assessment.objects.of(step.organisation).filter(step=step).order_by("-number").first()
    return 1 if last is None else last.number + 1


def default_part(step: Step, *, now: datetime) -> AssessmentPart:
    """The test of the default assessment, not saved and without an assessment."""
    test = ensure_builtin(step.organisation, WORK_STYLE, now=now)
    number = newest_version_number(test)
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


def _has_requirement(assessment: Assessment, step: Step) -> bool:
    return assessment.parts.filter(requirement=step.requirement).exists()


def _create_default(step: Step, *, now: datetime) -> Assessment:
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


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedPart:
    """One test of an assessment.

    `minutes`: on its clock, or about how long it takes. `outdated`: a newer version of the test is published.
    """

    part: AssessmentPart
    content: Content
    items: int
    minutes: int
    timed: bool
    right_or_wrong: bool
    outdated: bool
    languages: frozenset[str]


def planned_parts(assessment: Assessment) -> tuple[PlannedPart, ...]:
    """The tests of an assessment, in order. Two queries for any number of tests."""
    rows = list(
        assessment.parts.select_related("test__organisation", "norms", "calibration").order_by("order")
    )
    known = published_of(row.test for row in rows)
    return tuple(_planned_part(row, known[row.test_id]) for row in rows)


def draft_of(step: Step) -> Assessment | None:
    """The open draft of a role's step."""
    rows = Assessment.objects.of(step.organisation).filter(step=step, published_at=None)
    return rows.select_related("created_by__user").first()


def built_by_member(step: Step) -> Assessment | None:
    """The current version if a member has built it; None for the default."""
    found = current_version(step)
    return found if found is not None and found.created_by_id is not None else None


def versions_of(step: Step) -> Sequence[Assessment]:
    """The published versions, newest first, with who published each."""
    rows = Assessment.objects.of(step.organisation).filter(step=step, published_at__isnull=False)
    in_order = AssessmentPart.objects.of(step.organisation).select_related("test").order_by("order")
    parts = Prefetch("parts", queryset=in_order)
    return list(rows.select_related("published_by__user").prefetch_related(parts).order_by("-number"))


def _planned_part(row: AssessmentPart, versions: Sequence[TestVersion]) -> PlannedPart:
    content = content_among(versions, row.number)
    form = form_of(content, row.form)
    spoken = {version.language for version in versions if version.number == row.number}
    return PlannedPart(
        part=row,
        content=content,
        items=form.items,
        minutes=form.minutes if row.minutes is None else row.minutes,
        timed=row.minutes is not None,
        right_or_wrong=is_right_or_wrong(content),
        outdated=versions[0].number != row.number,
        languages=frozenset(LANGUAGES if spoken == {""} else spoken),
    )
