"""When to remind candidates and referees, and when a referee counts as slow. reminders.py sends the reminders."""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from goodword.core.workdays import Calendar, add_working_days, into_working_hours, working_days_before
from goodword.references.models import Check, ReferenceRequest, open_requests
from goodword.workflow.domain.reminder_times import next_reminder, reminder_days
from goodword.workflow.domain.runs import MAIL_FAILURES
from goodword.workflow.models import awaits_click, is_open

#: working days before the deadline at which the candidate hears about a slow referee
DAYS_LEFT = 2


def referee_hours(request: ReferenceRequest, *, check: Check) -> tuple[Calendar, Sequence[ZoneInfo]]:
    """Return the referee's calendar and, if the referee's time zone is unknown, the candidate's, where it must be
    daytime too."""
    calendar = check.organisation.calendar
    if request.time_zone:
        return calendar.at(request.time_zone), ()
    return calendar, [ZoneInfo(check.time_zone)] if check.time_zone else ()


def plan_request_reminders(request: ReferenceRequest, *, check: Check, now: datetime) -> None:
    """Set the next reminder and when the request counts as slow, without saving. The check must be locked. No more
    reminders than promised, and none while mail bounces."""
    if request.undelivered_at is not None or request.invited_at is None:
        request.next_reminder_at = request.slow_at = None
        return
    step = check.step_request.step
    days = step.referee_reminder_days if request.reminder_days is None else request.reminder_days
    days = sorted(days)[: request.reminders_promised]
    calendar = check.organisation.calendar
    hours, zones = referee_hours(request, check=check)
    request.next_reminder_at = next_reminder(
        opened_at=request.sent_at,
        days=days,
        sent=request.reminders_sent,
        calendar=calendar,
        hours=hours,
        zones=zones,
        now=now,
    )
    request.slow_at = None
    if check.slow_notified_at is None:
        moment = slow_from(
            sent_at=request.sent_at, deadline_at=request.deadline_at, days=days, calendar=calendar
        )
        request.slow_at = into_working_hours(max(moment, now), calendar=check.hours)


def plan_reminders(check: Check, *, now: datetime) -> None:
    for request in open_requests(check):
        plan_request_reminders(request, check=check, now=now)
        request.save(update_fields=["next_reminder_at", "slow_at"])


def slow_from(
    *, sent_at: datetime, deadline_at: datetime, days: Sequence[int], calendar: Calendar
) -> datetime:
    """One working day after the last reminder or two before the deadline, whichever is earlier, but at least one after
    sending. Pure."""
    before_deadline = working_days_before(deadline_at, DAYS_LEFT, calendar=calendar)
    after_last = add_working_days(sent_at, days[-1] + 1, calendar=calendar) if days else before_deadline
    return max(min(after_last, before_deadline), add_working_days(sent_at, 1, calendar=calendar))


def plan_candidate_reminder(check: Check, *, wanted: bool, now: datetime, asked_at: datetime | None) -> None:
    rests = check.paused_at is not None or awaits_click(check) or check.attention in MAIL_FAILURES
    if not wanted or rests or not is_open(check) or check.invited_at is None:
        check.next_reminder_at = None
    elif asked_at is not None or check.next_reminder_at is None:
        check.next_reminder_at = next_reminder(
            opened_at=asked_at or check.opened_at,
            days=reminder_days(check),
            sent=check.reminders_sent,
            calendar=check.organisation.calendar,
            hours=check.hours,
            now=now,
        )
