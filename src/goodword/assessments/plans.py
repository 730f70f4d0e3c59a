"""Reads about what a role asks: its draft, the version that counts, and all that there were."""

from collections.abc import Sequence
from dataclasses import dataclass

from goodword.assessments.content import Content
from goodword.assessments.domain.default import published
from goodword.assessments.given import count_of
from goodword.assessments.languages import languages_of_part, version_for
from goodword.assessments.models import Assessment, AssessmentPart, AttemptPart
from goodword.assessments.offered import content_of_number, is_right_or_wrong, newest_number
from goodword.assessments.overview import minutes_of
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
    """The tests of a version, or of a draft, in order. A few queries a test."""
    rows = assessment.parts.select_related("test__organisation", "norms", "calibration").order_by("order")
    return tuple(_planned(row) for row in rows)


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
    return list(rows.select_related("published_by__user").prefetch_related("parts__test").order_by("-number"))


def _planned(row: AssessmentPart) -> PlannedPart:
    content = content_of_number(row.test, row.number)
    given = AttemptPart(
        version=version_for(row, language="en"),
        form=row.form,
        seconds=row.minutes * 60 if row.minutes is not None else None,
    )
    return PlannedPart(
        part=row,
        content=content,
        items=count_of(given),
        minutes=minutes_of(given),
        timed=row.minutes is not None,
        right_or_wrong=is_right_or_wrong(content),
        outdated=newest_number(row.test) != row.number,
        languages=frozenset(languages_of_part(row)),
    )
