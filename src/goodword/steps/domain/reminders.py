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
    zones: Collection[ZoneInfo] = (),
) -> datetime | None:
    """The next reminder after `now`, of those that `days` (working days after `opened_at`) promise.

    Never more than were promised: `sent` of them are used up, and those whose time has passed unnoticed
    are left out rather than sent in a heap.
    """
    for day in sorted(days)[sent:]:
        moment = into_working_hours(
            add_working_days(opened_at, day, calendar=calendar), calendar=calendar, zones=zones
        )
        if moment > now:
            return moment
    return None
