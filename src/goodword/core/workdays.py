"""Working days: deadlines and reminders are counted in them, in the organisation's time zone."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

DAY_STARTS, DAY_ENDS = time(9), time(17)


def add_working_days(start: datetime, days: int, *, zone: ZoneInfo) -> datetime:
    """The same wall-clock time, `days` working days (Monday to Friday) after `start`; aware, in UTC's instant.

    Counted in local days, so that a change to summer time neither adds nor takes an hour on the clock.
    """
    local = start.astimezone(zone)
    day = local.date()
    left = days
    while left > 0:
        day += timedelta(days=1)
        if day.weekday() < 5:
            left -= 1
    return datetime.combine(day, local.time(), tzinfo=zone).astimezone(start.tzinfo)


def into_working_hours(moment: datetime, *, zone: ZoneInfo) -> datetime:
    """`moment` itself if it lies on a working day between 9 and 17 local time, else the next such start."""
    local = moment.astimezone(zone)
    if local.weekday() < 5 and DAY_STARTS <= local.time() < DAY_ENDS:
        return moment
    day = local.date()
    if local.time() >= DAY_ENDS or local.weekday() >= 5:
        day += timedelta(days=1)
    while day.weekday() >= 5:
        day += timedelta(days=1)
    return datetime.combine(day, DAY_STARTS, tzinfo=zone).astimezone(moment.tzinfo)


def end_of_working_day(start: datetime, days: int, *, zone: ZoneInfo) -> datetime:
    """A deadline: 23:59 local time, `days` working days after `start`, so that "by Friday" includes Friday."""
    day = add_working_days(start, days, zone=zone).astimezone(zone).date()
    return datetime.combine(day, time(23, 59), tzinfo=zone).astimezone(start.tzinfo)
