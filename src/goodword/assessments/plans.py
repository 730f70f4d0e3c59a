"""Reads about what a role asks: its draft, the version that counts, and all that there were."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Prefetch

from goodword.assessments.content import Content
from goodword.assessments.domain.default import published
from goodword.assessments.kinds.builtin import LANGUAGES
from goodword.assessments.models import Assessment, AssessmentPart, TestVersion
from goodword.assessments.offered import content_among, form_of, is_right_or_wrong, published_of
from goodword.roles.models import Step


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedPart:
    """One test of an assessment. `minutes` is its clock, or about how long it takes; `outdated`: a newer version of
    the test is published; `languages`: those that the whole test exists in."""

    part: AssessmentPart
    content: Content
    items: int
    minutes: int
    timed: bool
    right_or_wrong: bool
    outdated: bool
    languages: frozenset[str]


def planned(assessment: Assessment) -> tuple[PlannedPart, ...]:
    """The tests of a version, or of a draft, in order. Two queries for any number of tests."""
    rows = list(
        assessment.parts.select_related("test__organisation", "norms", "calibration").order_by("order")
    )
    known = published_of(row.test for row in rows)
    return tuple(_planned(row, known[row.test_id]) for row in rows)


def draft_of(step: Step) -> Assessment | None:
    """The draft that is open on a role's step."""
    rows = Assessment.objects.of(step.organisation).filter(step=step, published_at=None)
    return rows.select_related("created_by__user").first()


def put_together(step: Step) -> Assessment | None:
    """The version that counts, if a member has put it together; None while the requirement alone decides."""
    found = published(step)
    return found if found is not None and found.created_by_id is not None else None


def versions_of(step: Step) -> Sequence[Assessment]:
    """The published versions, the newest first, with who published each."""
    rows = Assessment.objects.of(step.organisation).filter(step=step, published_at__isnull=False)
    in_order = AssessmentPart.objects.of(step.organisation).select_related("test").order_by("order")
    parts = Prefetch("parts", queryset=in_order)
    return list(rows.select_related("published_by__user").prefetch_related(parts).order_by("-number"))


def _planned(row: AssessmentPart, versions: Sequence[TestVersion]) -> PlannedPart:
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
