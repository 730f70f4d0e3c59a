"""When reminders are due: time as data. One sweep asks for rows, nothing sleeps for days."""

from collections.abc import Collection, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from goodword.core.workdays import Calendar, add_working_days, into_working_hours


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
