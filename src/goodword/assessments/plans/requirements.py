"""The requirements that a reused result is matched to in its new role."""

from goodword.assessments.kinds.report import Requirement
from goodword.assessments.models import AssessmentPart, Attempt, AttemptPart
from goodword.assessments.plans.versions import built_by_member
from goodword.roles.models import Step


def requirements_served(attempt: Attempt, *, step: Step) -> dict[int, Requirement]:
    """Return requirements by the order of the attempt's parts: those of the same tests in the role's assessment, or the
    step's own for a single test."""
    taken = dict(
        AttemptPart.objects.of(attempt.organisation)
        .filter(attempt=attempt)
        .values_list("order", "part__test_id")
    )
    planned: dict[int, Requirement] = {}
    if (assessment := built_by_member(step)) is not None:
        rows = AssessmentPart.objects.of(step.organisation).filter(assessment=assessment)
        for row in rows.exclude(requirement="").order_by("order"):
            named = Requirement(text=row.requirement, who=row.requirement_by, at=row.requirement_at)
            planned.setdefault(row.test_id, named)
    found = {order: planned[test] for order, test in taken.items() if test in planned}
    if not found and len(taken) == 1 and step.requirement:
        [order] = taken
        found[order] = Requirement(text=step.requirement, who=step.requirement_by, at=step.requirement_at)
    return found
