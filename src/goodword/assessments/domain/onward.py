"""On a clock: from one item to the next, with no way back; after the last one the part ends."""

from datetime import datetime

from django.db import transaction

from goodword.assessments import clock
from goodword.assessments.domain import guard
from goodword.assessments.domain.finish import end_part
from goodword.assessments.given import shown_items
from goodword.assessments.models import AttemptPart
from goodword.assessments.queries import answers_of


def onward(*, attempt_id: int, order: int, number: int, now: datetime, item_id: str = "") -> AttemptPart:
    """Leave item `number`, answered or not, for the next one. The last one ends the part, in the same transaction.

    Idempotent: a second click finds the next item and changes nothing, nor does one for `item_id` after a break has
    replaced that item. Raises what guard.open_part raises.
    """
    with transaction.atomic():
        part = guard.open_part(attempt_id, order, now=now)
        if clock.is_late(part, now=now):
            raise guard.PartOver
        if part.seconds is None or part.begun_at is None or number != part.at:
            return part
        if item_id and _item_at(part) != item_id:
            return part
        part.at, part.shown_at, part.seen_at = number + 1, now, now
        part.save(update_fields=["at", "shown_at", "seen_at"])
        # what was just answered may have brought up further questions
        if part.at > len(shown_items(part, answers_of(part))):
            end_part(part, by=AttemptPart.Ended.FINISHED, now=now)
        return part


def _item_at(part: AttemptPart) -> str:
    items = shown_items(part, answers_of(part))
    return items[part.at - 1].id if part.at <= len(items) else ""
