"""A run's deadline that stands still while somebody else has to answer, and goes on with what was left."""

from datetime import datetime, timedelta

from goodword.core.workdays import Calendar, end_of_working_day


def later_by_the_stop(
    deadline: datetime, *, stopped_at: datetime, now: datetime, calendar: Calendar
) -> datetime:
    """The deadline after a stop: with as many working days from now as were left, at least one.

    One that was over already stays over, by as much as it was. Pure.
    """
    if deadline <= stopped_at:
        return deadline + (now - stopped_at)
    left = days_left(deadline, now=stopped_at, calendar=calendar)
    return max(deadline, end_of_working_day(now, max(left, 1), calendar=calendar))


def days_left(deadline: datetime, *, now: datetime, calendar: Calendar) -> int:
    """Working days from tomorrow to the deadline; 0 if it is over. Pure."""
    left = 0
    day, last = (moment.astimezone(calendar.zone).date() for moment in (now, deadline))
    while day < last:
        day += timedelta(days=1)
        left += calendar.is_working_day(day)
    return left
