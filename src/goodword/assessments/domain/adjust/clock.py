"""Stops an attempt's deadline and reminders while an adjustment request is unanswered, without notifying anyone."""

from datetime import datetime

from goodword.assessments.models import Attempt
from goodword.steps.domain.lifecycle import is_quiet, plan_reminder
from goodword.steps.domain.standstill import later_by_the_stop
from goodword.steps.domain.unreachable import CODES
from goodword.steps.states import is_open


def stop(attempt: Attempt, *, now: datetime) -> None:
    """Let the deadline of a locked attempt wait from now, and save it."""
    if attempt.clock_stopped_at is None:
        attempt.clock_stopped_at = now
    attempt.next_reminder_at = None
    attempt.save(update_fields=["clock_stopped_at", "next_reminder_at"])


def go_on(attempt: Attempt, *, now: datetime) -> None:
    """Let the deadline of a locked attempt go on with as many working days as were left, and save it."""
    if attempt.clock_stopped_at is None:
        return
    deadline = later_by_the_stop(
        attempt.deadline_at,
        stopped_at=attempt.clock_stopped_at,
        now=now,
        calendar=attempt.organisation.calendar,
    )
    attempt.deadline_moved_by += deadline - attempt.deadline_at
    attempt.deadline_at, attempt.clock_stopped_at = deadline, None
    rests = attempt.paused_at is not None or is_quiet(attempt) or attempt.attention in CODES
    if is_open(attempt) and not rests:
        plan_reminder(attempt, organisation=attempt.organisation, now=now)
    attempt.save(update_fields=["deadline_at", "deadline_moved_by", "clock_stopped_at", "next_reminder_at"])
