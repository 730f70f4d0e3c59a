from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from goodword.accounts.models import Organisation
from goodword.core.workdays import Calendar, add_working_days, end_of_working_day, into_working_hours
from goodword.workflow.models import StepRun


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
    """The next reminder after `now`, on one of `days` (working days after `opened_at`). Pure. Days count in `calendar`;
    mail goes out during `hours`, and when it is daytime in all `zones`. The first `sent` are used up. Missed reminders
    are skipped and never pile up."""
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
    """Restart a deadline with the working days that were left, at least one; if overdue, by the same time. Pure."""
    if deadline <= stopped_at:
        return deadline + (now - stopped_at)
    left = days_left(deadline, now=stopped_at, calendar=calendar)
    return max(deadline, end_of_working_day(now, max(left, 1), calendar=calendar))


def days_left(deadline: datetime, *, now: datetime, calendar: Calendar) -> int:
    left = 0
    day, last = (moment.astimezone(calendar.zone).date() for moment in (now, deadline))
    while day < last:
        day += timedelta(days=1)
        left += calendar.is_working_day(day)
    return left


def plan_reminder(run: StepRun, *, organisation: Organisation, now: datetime) -> None:
    """Set the run's next reminder (unsaved); none until the invitation is sent."""
    if run.invited_at is None:
        run.next_reminder_at = None
        return
    step = run.step_request.step
    run.next_reminder_at = next_reminder(
        opened_at=run.opened_at,
        days=step.reminder_days[: run.reminders_promised],
        sent=run.reminders_sent,
        calendar=organisation.calendar,
        hours=run.hours,
        now=now,
    )
