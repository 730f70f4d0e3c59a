"""Holds the signs of an attempt to what is found, once it is complete."""

from datetime import datetime

from goodword.assessments.models import Attempt, AttemptSign
from goodword.assessments.signs.gather import gather
from goodword.core.models import Event
from goodword.steps.domain.move import lock
from goodword.steps.domain.standing import held


def on_attempt_completed(event: Event) -> None:
    """All has come in: look at what was noticed and answered. The scores stand already, and stay."""
    known = held(event.data["step_request_id"])
    if known is None or known[1].is_going:
        return
    settle_signs(lock(Attempt, event.data["attempt_id"]), now=event.occurred_at)


def settle_signs(attempt: Attempt, *, now: datetime) -> None:
    """Keep what is found on a locked attempt, each sign once; found again, nothing changes.

    A dismissed one stays as it was dismissed; one that is not found any more stays too.
    """
    rows = AttemptSign.objects.of(attempt.organisation).filter(attempt=attempt)
    there = {(sign.code, sign.key): sign for sign in rows}
    for found in gather(attempt):
        sign = there.get((found.code, found.key))
        if sign is None:
            AttemptSign.objects.create(
                organisation=attempt.organisation,
                attempt=attempt,
                code=found.code,
                key=found.key,
                grade=found.grade,
                facts=dict(found.facts),
                found_at=now,
            )
        elif sign.dismissed_at is None and (sign.grade, sign.facts) != (found.grade, dict(found.facts)):
            sign.grade, sign.facts = found.grade, dict(found.facts)
            sign.save(update_fields=["grade", "facts"])
