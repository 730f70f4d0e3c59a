"""When reminders are due, and deadlines that are on hold. Pure."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from goodword.core.workdays import Calendar, add_working_days, end_of_working_day, into_working_hours


def next_reminder(
    *,
    opened_at: datetime,
    days: Sequence[int],
    sent: int,
    calendar: Calendar,
    now: datetime,
    hours: Calendar | None = None,
    zones: Collection[ZoneInfo] = (),
) -> datetime | None:
    """The next reminder after `now`, of those that `days` (working days after `opened_at`) promise.

    Days are counted in `calendar`. The mail goes out in the working hours of `hours`, the same calendar as the
    person who gets it lives it, and where `zones` are given, when it is daytime there too.
    Never more than were promised: `sent` of them are used up, and those whose time has passed unnoticed
    are left out rather than sent in a heap.
    """
    for day in sorted(days)[sent:]:
        moment = into_working_hours(
            add_working_days(opened_at, day, calendar=calendar), calendar=hours or calendar, zones=zones
        )
        if moment > now:
            return moment
    return None


def extend_by_hold(
    deadline: datetime, *, stopped_at: datetime, now: datetime, calendar: Calendar
) -> datetime:
    """The deadline after a stop: with as many working days from now as were left, at least one.

    One that has passed stays passed by the same amount. Pure.
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
