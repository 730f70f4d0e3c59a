"""The timeline of one request: when its referee is reminded, and when the candidate hears that they are slow.

Time is data: both are columns that a sweep asks for (remind.py, slow.py).
"""

from collections.abc import Sequence
from datetime import datetime

from goodword.core.workdays import Calendar, add_working_days, into_working_hours, working_days_before
from goodword.references.domain.zones import referee_hours
from goodword.references.models import Check, ReferenceRequest
from goodword.steps.domain.reminders import next_reminder

#: the candidate hears of a slow referee when so many working days are left, so that a word of theirs still helps
DAYS_LEFT = 2


def promised_days(check: Check, request: ReferenceRequest) -> list[int]:
    """The working days after its sending on which a request's referee may be reminded."""
    return sorted(check.step_request.step.referee_reminder_days)[: request.reminders_promised]


def plan(request: ReferenceRequest, *, check: Check, now: datetime) -> None:
    """Set when an open request is next reminded, and when it counts as slow (unsaved), with its check locked.

    Reminders count from its sending; never more than its first mail promised, and those whose time has passed are
    skipped. Nothing is planned for a request whose mail bounced or is still to be sent.
    """
    if request.undelivered_at is not None or request.invited_at is None:
        request.next_reminder_at = request.slow_at = None
        return
    days, calendar = promised_days(check, request), check.organisation.calendar
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
    if check.slow_told_at is None:
        moment = slow_from(
            sent_at=request.sent_at, deadline_at=request.deadline_at, days=days, calendar=calendar
        )
        request.slow_at = into_working_hours(max(moment, now), calendar=check.hours)


def slow_from(
    *, sent_at: datetime, deadline_at: datetime, days: Sequence[int], calendar: Calendar
) -> datetime:
    """From when a referee who has not answered is slow: a working day after the last reminder, or two before the
    deadline if that is earlier; not before the first working day after the sending. Pure."""
    before_deadline = working_days_before(deadline_at, DAYS_LEFT, calendar=calendar)
    after_last = add_working_days(sent_at, days[-1] + 1, calendar=calendar) if days else before_deadline
    return max(min(after_last, before_deadline), add_working_days(sent_at, 1, calendar=calendar))
