"""Save the answer to one item."""

from datetime import datetime

from django.db import transaction

from goodword.assessments.domain import guard
from goodword.assessments.domain.tell import tell
from goodword.assessments.given import instrument_of, items_of
from goodword.assessments.models import Answer
from goodword.steps.domain.move import move
from goodword.steps.models import Run


class UnknownItem(Exception):
    """The item is not one of this attempt's."""


class UnknownOption(Exception):
    """The value is not on the answer scale."""


def answer(*, attempt_id: int, item_id: str, value: int, now: datetime) -> Answer:
    """Save one answer, new or changed; the first one begins the attempt.

    Raises guard.Closed once the attempt takes nothing more, UnknownItem and UnknownOption; then nothing changes.
    """
    with transaction.atomic():
        attempt = guard.open_attempt(attempt_id, now=now)
        if item_id not in {item.id for item in items_of(attempt)}:
            raise UnknownItem(item_id)
        if value not in {option.value for option in instrument_of(attempt).response_scale}:
            raise UnknownOption(value)
        if attempt.progress == Run.Progress.PENDING:
            move(attempt, "begin", at=now, by="candidate")
            tell("attempt.begun", attempt, by="candidate", at=now)
        saved, _ = Answer.objects.of(attempt.organisation).update_or_create(
            attempt=attempt,
            item=item_id,
            defaults={"value": value, "answered_at": now},
            create_defaults={
                "organisation": attempt.organisation,
                "value": value,
                "answered_at": now,
            },
        )
        return saved
