"""Deadlines in mails: their days count from when the mail server accepts the mail."""

from datetime import datetime

from django.utils import translation

from goodword.core.workdays import end_of_working_day
from goodword.core.written import written_weekday
from goodword.notifications.models import Email


def deadline_of(email: Email, *, at: datetime) -> datetime | None:
    """The deadline that the mail sets if it is sent at this time; None if it sets none."""
    if not email.deadline_days:
        return None
    found = end_of_working_day(at, email.deadline_days, calendar=email.organisation.calendar)
    return max(found, email.earliest_deadline or found)


def name_deadline(email: Email, *, at: datetime) -> None:
    """Put the deadline into the mail's context (unsaved), as of sending it now."""
    deadline = deadline_of(email, at=at)
    if deadline is not None:
        with translation.override(email.language):
            day = written_weekday(deadline.astimezone(email.organisation.zone))
        email.context = {**email.context, "deadline": day}
