from collections.abc import Collection, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from goodword.accounts.models import Organisation
from goodword.core.workdays import Calendar, add_working_days, into_working_hours
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
    """The next reminder after `now`, on one of `days` (working days in `calendar` after `opened_at`), during `hours`,
    when it is daytime in all `zones`. The first `sent` are used up. Missed reminders are skipped and don't pile up.
    Pure."""
    for day in sorted(days)[sent:]:
        moment = into_working_hours(
            add_working_days(opened_at, day, calendar=calendar), calendar=hours or calendar, zones=zones
        )
        if moment > now:
            return moment
    return None


def reminder_days(run: StepRun) -> list[int]:
    """When to remind, as promised in the first mail, whatever the step's settings are now."""
    days = run.step_request.step.reminder_days if run.reminder_days is None else run.reminder_days
    return sorted(days)[: run.reminders_promised]


def plan_reminder(run: StepRun, *, organisation: Organisation, now: datetime) -> None:
    """Set the next reminder, without saving. There is none until the invitation has been sent."""
    if run.invited_at is None:
        run.next_reminder_at = None
        return
    run.next_reminder_at = next_reminder(
        opened_at=run.opened_at,
        days=reminder_days(run),
        sent=run.reminders_sent,
        calendar=organisation.calendar,
        hours=run.hours,
        now=now,
    )
