"""Until when a referee who is asked now is to answer: counted from their own mail, apart from the candidate's time."""

from datetime import datetime

from goodword.core.workdays import end_of_working_day
from goodword.references.models import Check


def referee_deadline(check: Check, *, now: datetime) -> datetime:
    """The end of the last working day that the step gives a referee."""
    days = check.step_request.step.referee_deadline_days
    return end_of_working_day(now, days, calendar=check.organisation.calendar)
