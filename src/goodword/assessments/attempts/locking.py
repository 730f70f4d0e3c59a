"""What every change of an attempt shares: locked lookups, the reasons to refuse, and its events."""

from datetime import datetime

from goodword.assessments.attempts import clock
from goodword.assessments.models import Attempt, AttemptPart
from goodword.core.events import record
from goodword.workflow.states import lock, takes_answers


class Closed(Exception):
    """The attempt takes no more answers."""


class PartOver(Exception):
    """The part has ended, or its time is up."""


class NotBegun(Exception):
    """The part begins by *Start*, which has not been pressed."""


class AwaitingAdjustment(Exception):
    """A request for an adjustment is unanswered; until then no clock starts."""


class OutOfOrder(Exception):
    """A part before it has not ended yet."""


def open_attempt(attempt_id: int, *, now: datetime) -> Attempt:
    """The attempt, locked in the caller's transaction. Raises Closed if it takes no more answers.

    Answers still count within 30 days after the deadline, and while the attempt is paused.
    """
    attempt = lock(Attempt, attempt_id)
    if not takes_answers(attempt, now=now):
        raise Closed
    return attempt


def open_part(attempt_id: int, order: int, *, now: datetime) -> AttemptPart:
    """A part that still takes answers, with its attempt locked in the caller's transaction.

    Raises Closed, PartOver, OutOfOrder, and LookupError for a part that is not there.
    """
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
    if clock.is_over(part, now=now):
        raise PartOver
    if any(not clock.is_over(before, now=now) for before in parts[:-1]):
        raise OutOfOrder
    return part


def part_of(attempt: Attempt, order: int) -> AttemptPart:
    """A part of a locked attempt. Raises LookupError."""
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
    """Record `name` in the caller's transaction; `data` holds ids and plain facts only."""
    record(
        name,
        organisation_id=attempt.organisation_id,
        application_id=attempt.step_request.application_id,
        actor=by,
        at=at,
        data={"step_request_id": attempt.step_request_id, "attempt_id": attempt.pk, **data},
    )
