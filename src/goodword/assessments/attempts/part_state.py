"""Whether an attempt and its parts take answers: clocks, locked lookups, and the reasons to refuse.

Only the server's time counts. More than BREAK_AFTER without a heartbeat or answer is a lost connection. On return,
candidates get the lost time back, at most MAX_BREAKS times (breaks.resume); the item on screen is then replaced unless
its answer had arrived before, so a break gains no time to think.
"""

from datetime import datetime, timedelta
from typing import Final

from goodword.assessments.kinds import kind_of
from goodword.assessments.models import Attempt, AttemptPart, Verification
from goodword.assessments.queries import content_of
from goodword.core.events import record
from goodword.workflow.states import lock, takes_answers

#: in seconds
HEARTBEAT: Final = 10
#: the connection counts as lost after three missed heartbeats
BREAK_AFTER: Final = timedelta(seconds=30)
#: how often lost time is given back
MAX_BREAKS: Final = 2
#: extra time for an answer to arrive
IN_TRANSIT: Final = timedelta(seconds=3)
#: what has a clock
type Clocked = AttemptPart | Verification


def is_running(part: Clocked) -> bool:
    return part.ends_at is not None and part.ended_at is None


def seconds_left(part: Clocked, *, now: datetime) -> int:
    """Whole seconds left, at least 0. Raises ValueError for a part without a started clock."""
    if part.ends_at is None:
        raise ValueError("An untimed part, or one that has not begun, has no time left.")
    return max(0, int((part.ends_at - now).total_seconds()))


def is_disconnected(part: Clocked, *, now: datetime) -> bool:
    """Whether the connection was lost while time was left, and the part may still get time back."""
    if not is_running(part) or part.breaks >= MAX_BREAKS or part.at > part.items:
        return False
    assert part.ends_at is not None and part.seen_at is not None  # it runs
    return min(now, part.ends_at) - part.seen_at > BREAK_AFTER


def is_late(part: Clocked, *, now: datetime) -> bool:
    """Whether an answer arrives after the end. Only resuming after a break moves the end."""
    return part.ends_at is not None and now > part.ends_at + IN_TRANSIT


def is_over(part: Clocked, *, now: datetime) -> bool:
    if part.ended_at is not None:
        return True
    if part.ends_at is None:
        return False
    return now > part.ends_at + IN_TRANSIT and not is_disconnected(part, now=now)


def clock_minutes(part: AttemptPart, *, form: str = "") -> int:
    """The role's minutes for a timed part. A form with another number of tasks gets the same time per task."""
    minutes, planned, taken = part.part.minutes or 0, part.part.form, form or part.form
    content = content_of(part.version)
    if taken == planned or not kind_of(content).is_generated:
        return minutes
    return -(-minutes * content.count(taken) // content.count(planned))


class Closed(Exception):
    """The attempt takes no more answers."""


class PartOver(Exception):
    """The part has ended, or its time is up."""


class NotBegun(Exception):
    """The part starts with a button that has not been pressed."""


class AwaitingAdjustment(Exception):
    """An adjustment request is unanswered. Until then no clock starts."""


class OutOfOrder(Exception):
    """An earlier part has not ended."""


def open_attempt(attempt_id: int, *, now: datetime) -> Attempt:
    """Locked. Answers still count within 30 days after the deadline, and while paused. Raises Closed."""
    attempt = lock(Attempt, attempt_id)
    if not takes_answers(attempt, now=now):
        raise Closed
    return attempt


def open_part(attempt_id: int, order: int, *, now: datetime) -> AttemptPart:
    """Locks its attempt. Raises Closed, PartOver, OutOfOrder, and LookupError for an unknown part."""
    attempt = open_attempt(attempt_id, now=now)
    parts = list(
        AttemptPart.objects.of(attempt.organisation)
        .filter(attempt=attempt, order__lte=order)
        .select_related("version__test", "part")
        .defer("version__content")
        .order_by("order")
    )
    if not parts or parts[-1].order != order:
        raise LookupError(f"Attempt {attempt_id} has no part {order}.")
    part = parts[-1]
    part.attempt, part.organisation = attempt, attempt.organisation
    if is_over(part, now=now):
        raise PartOver
    if any(not is_over(before, now=now) for before in parts[:-1]):
        raise OutOfOrder
    return part


def part_of(attempt: Attempt, order: int) -> AttemptPart:
    part = (
        AttemptPart.objects.of(attempt.organisation)
        .select_related("version__test", "part")
        .filter(attempt=attempt, order=order)
        .first()
    )
    if part is None:
        raise LookupError(f"Attempt {attempt.pk} has no part {order}.")
    part.attempt = attempt
    return part


def record_event(name: str, attempt: Attempt, *, by: str, at: datetime, **data: int | str) -> None:
    record(
        name,
        organisation_id=attempt.organisation_id,
        application_id=attempt.step_request.application_id,
        actor=by,
        at=at,
        data={"step_request_id": attempt.step_request_id, "attempt_id": attempt.pk, **data},
    )
