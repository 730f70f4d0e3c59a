"""Issue the total of an attempt whose parts have all ended. It is written once and never changes."""

from goodword.assessments.models import Assessment, Attempt, AttemptPart, IssuedTotal
from goodword.assessments.totalled import Scored, make_total


def issue_total(attempt: Attempt) -> IssuedTotal | None:
    """Write the total from the scores as they were issued, in the caller's transaction, with the attempt locked.

    None where the assessment has no total. One that is there stays as it is.
    """
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
            Scored(
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
