"""The deadline of a check stands still while it waits for the organisation alone, and goes on with what was left."""

from datetime import datetime

from goodword.references.domain.places import (
    own_is_missing,
    places_of,
    waits_for_candidate,
    waits_for_organisation,
)
from goodword.references.models import Check, ReferenceRequest
from goodword.steps.domain.lifecycle import is_quiet
from goodword.steps.domain.reminders import next_reminder
from goodword.steps.domain.standstill import later_by_the_stop
from goodword.steps.domain.unreachable import CODES
from goodword.steps.states import is_open

#: what a member is to answer, as a run's attention
CANNOT_PROVIDE = "cannot_provide"


def settle_clock(check: Check, *, now: datetime, asked_at: datetime | None = None) -> None:
    """Bring clock, attention and the candidate's reminders of a locked check to how its slots stand, and save it.

    To be called at the end of every act that changes a slot, a referee or a request. `asked_at`: the candidate is
    asked for something new at that moment, from which what is left of the promised reminders counts.
    """
    places, own_missing = places_of(check), own_is_missing(check)
    questioned = any(place.state == "questioned" for place in places)
    if check.attention in {"", CANNOT_PROVIDE}:
        check.attention = CANNOT_PROVIDE if questioned and is_open(check) else ""
    stands = is_open(check) and waits_for_organisation(places, own_missing=own_missing)
    if stands and check.clock_stopped_at is None:
        check.clock_stopped_at = now
    elif not stands and check.clock_stopped_at is not None:
        check.deadline_at = later_by_the_stop(
            check.deadline_at,
            stopped_at=check.clock_stopped_at,
            now=now,
            calendar=check.organisation.calendar,
        )
        check.clock_stopped_at = None
    check.deadline_at = max([check.deadline_at, *_deadlines(check)])
    _plan(
        check,
        wanted=waits_for_candidate(places, own_missing=own_missing) and not stands,
        now=now,
        asked_at=asked_at,
    )
    check.save()


def candidate_is_asked(check: Check) -> bool:
    """Whether the candidate still has something to do, and nobody else has to answer first."""
    places, own_missing = places_of(check), own_is_missing(check)
    return (
        is_open(check)
        and waits_for_candidate(places, own_missing=own_missing)
        and not waits_for_organisation(places, own_missing=own_missing)
    )


def _plan(check: Check, *, wanted: bool, now: datetime, asked_at: datetime | None) -> None:
    rests = check.paused_at is not None or is_quiet(check) or check.attention in CODES
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


def _deadlines(check: Check) -> list[datetime]:
    rows = ReferenceRequest.objects.of(check.organisation).filter(
        check_run=check, state__in=[ReferenceRequest.State.SENT, ReferenceRequest.State.BEGUN]
    )
    return list(rows.values_list("deadline_at", flat=True))
