"""When the same person may take a test again."""

from calendar import monthrange
from datetime import date, datetime

from goodword.assessments.domain.default import published
from goodword.assessments.library import WORK_STYLE
from goodword.assessments.models import Assessment, AttemptPart
from goodword.candidates.models import Application
from goodword.roles.models import Step
from goodword.steps.states import DONE


def possible_from(*, application: Application, step: Step, now: datetime) -> date | None:
    """The first day, in the organisation's zone, on which this person may take the step's tests; None: they may now.

    What counts is the last completed attempt of the same person with one of the same tests, for whatever application
    of the organisation, and the interval that the version sets which would be given now.
    """
    newest = published(step)
    # where nobody has put anything together, work style is made ready when it is assigned
    months = Assessment().retake_months if newest is None else newest.retake_months
    keys = [WORK_STYLE] if newest is None else list(newest.parts.values_list("test__key", flat=True))
    taken = (
        AttemptPart.objects.of(application.organisation)
        .filter(
            attempt__start__application__candidate_id=application.candidate_id,
            attempt__progress__in=DONE,
            attempt__completed_at__isnull=False,
            version__test__key__in=keys,
        )
        .order_by("-attempt__completed_at")
        .values_list("attempt__completed_at", flat=True)
        .first()
    )
    if taken is None:
        return None
    zone = application.organisation.zone
    day = months_after(taken.astimezone(zone).date(), months)
    return day if now.astimezone(zone).date() < day else None


def months_after(day: date, months: int) -> date:
    """The same day of the month, so many months later; the month's last one where it has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
