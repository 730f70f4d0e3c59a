"""Deadlines and reminders of a check and its requests, and the time zones in which mail is sent.

All times are columns that sweeps query (reminders.py).
"""

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from goodword.core.workdays import (
    Calendar,
    add_working_days,
    end_of_working_day,
    into_working_hours,
    working_days_before,
)
from goodword.references.domain.slots import (
    self_reference_missing,
    slot_statuses,
    waits_for_candidate,
    waits_for_organisation,
)
from goodword.references.models import Check, ReferenceRequest
from goodword.workflow.domain.application_outcome import awaits_click
from goodword.workflow.domain.candidate_mail import MAIL_FAILURES
from goodword.workflow.domain.deadlines import extend_by_hold, next_reminder
from goodword.workflow.states import is_open

#: the field that ui/js/zone.js adds to every form of the portals
ZONE_FIELD = "tz"
#: the candidate hears of a slow referee when so many working days are left, so that a word of theirs still helps
DAYS_LEFT = 2
#: attention code: a member has to answer *I can't name anyone*
CANNOT_PROVIDE = "cannot_provide"


def referee_deadline(check: Check, *, now: datetime) -> datetime:
    """The end of the last working day that the step gives a referee."""
    days = check.step_request.step.referee_deadline_days
    return end_of_working_day(now, days, calendar=check.organisation.calendar)


def note_zone(row: Check | ReferenceRequest, name: str) -> bool:
    """Store the time zone of a candidate (on the check) or a referee (on the request). Returns whether it was stored.

    The first one counts. Unknown names are ignored.
    """
    if row.time_zone or name not in _known_zones():
        return False
    row.time_zone = name
    if isinstance(row, Check):
        return bool(Check.objects.of(row.organisation).filter(pk=row.pk, time_zone="").update(time_zone=name))
    requests = ReferenceRequest.objects.of(row.organisation)
    return bool(requests.filter(pk=row.pk, time_zone="").update(time_zone=name))


def referee_hours(request: ReferenceRequest, *, check: Check) -> tuple[Calendar, Sequence[ZoneInfo]]:
    """When a referee may be written to: the calendar with its hours, and the zones where it must be daytime too.

    In their own zone once it is known, before that when it is daytime for the organisation and for the candidate.
    """
    calendar = check.organisation.calendar
    if request.time_zone:
        return calendar.at(request.time_zone), ()
    return calendar, [ZoneInfo(check.time_zone)] if check.time_zone else ()


@cache
def _known_zones() -> frozenset[str]:
    """Without the system's own names ("localtime", "Factory"), which say nothing."""
    return frozenset(available_timezones() - {"localtime", "Factory"})


def promised_days(check: Check, request: ReferenceRequest) -> list[int]:
    """The working days after its sending on which a request's referee may be reminded."""
    return sorted(check.step_request.step.referee_reminder_days)[: request.reminders_promised]


def plan_request_reminders(request: ReferenceRequest, *, check: Check, now: datetime) -> None:
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


def update_clock(check: Check, *, now: datetime, asked_at: datetime | None = None) -> None:
    """Update clock, attention and the candidate's reminders of a locked check from its slots, and save it.

    Call this after every change of a slot, referee or request. `asked_at`: when the candidate was asked for something
    new; the remaining reminders count from then.
    """
    places, own_missing = slot_statuses(check), self_reference_missing(check)
    questioned = any(place.state == "questioned" for place in places)
    if check.attention in {"", CANNOT_PROVIDE}:
        check.attention = CANNOT_PROVIDE if questioned and is_open(check) else ""
    stands = is_open(check) and waits_for_organisation(places, own_missing=own_missing)
    if stands and check.clock_stopped_at is None:
        check.clock_stopped_at = now
    elif not stands and check.clock_stopped_at is not None:
        check.deadline_at = extend_by_hold(
            check.deadline_at,
            stopped_at=check.clock_stopped_at,
            now=now,
            calendar=check.organisation.calendar,
        )
        check.clock_stopped_at = None
    check.deadline_at = max([check.deadline_at, *_request_deadlines(check)])
    _plan_candidate_reminder(
        check,
        wanted=waits_for_candidate(places, own_missing=own_missing) and not stands,
        now=now,
        asked_at=asked_at,
    )
    check.save()


def candidate_is_asked(check: Check) -> bool:
    """Whether the check waits for the candidate alone."""
    places, own_missing = slot_statuses(check), self_reference_missing(check)
    return (
        is_open(check)
        and waits_for_candidate(places, own_missing=own_missing)
        and not waits_for_organisation(places, own_missing=own_missing)
    )


def _plan_candidate_reminder(check: Check, *, wanted: bool, now: datetime, asked_at: datetime | None) -> None:
    rests = check.paused_at is not None or awaits_click(check) or check.attention in MAIL_FAILURES
    if not wanted or rests or not is_open(check) or check.invited_at is None:
        check.next_reminder_at = None
    elif asked_at is not None or check.next_reminder_at is None:
        check.next_reminder_at = next_reminder(
            opened_at=asked_at or check.opened_at,
            days=check.step_request.step.reminder_days[: check.reminders_promised],
            sent=check.reminders_sent,
            calendar=check.organisation.calendar,
            hours=check.hours,
            now=now,
        )


def _request_deadlines(check: Check) -> list[datetime]:
    rows = ReferenceRequest.objects.of(check.organisation).filter(
        check_run=check, state__in=[ReferenceRequest.State.SENT, ReferenceRequest.State.BEGUN]
    )
    return list(rows.values_list("deadline_at", flat=True))
