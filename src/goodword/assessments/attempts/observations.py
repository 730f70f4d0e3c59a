"""Observations by a candidate's page: it was left, text was pasted, a second window answered. Never any content."""

from datetime import datetime, timedelta
from typing import Final

from django.db import transaction

from goodword.assessments.attempts import part_state
from goodword.assessments.models import Answer, AttemptPart, Observation
from goodword.assessments.queries import items_of
from goodword.core.json_reading import Json

#: per part, because a faulty page could send without end
MAX_ROWS: Final = 200
MIN_SECONDS_AWAY: Final = 2
#: a repetition within this time is not stored
MIN_INTERVAL: Final = timedelta(seconds=1)
#: what the page's script may send, with the largest amount stored: seconds, and characters
MAX_AMOUNT: Final = {Observation.Kind.LEFT: 24 * 3600, Observation.Kind.PASTED: 100_000}


class InvalidObservation(Exception):
    pass


def observe(
    *, attempt_id: int, order: int, kind: str, item_id: str, amount: int, now: datetime
) -> Observation | None:
    """Record leaving the page (`amount` in seconds) or pasting text (in characters). Returns None after MAX_ROWS or if
    just recorded. Raises InvalidObservation, NotBegun, and whatever open_part raises."""
    known = next((one for one in MAX_AMOUNT if one == kind), None)
    if known is None or amount < (MIN_SECONDS_AWAY if known == Observation.Kind.LEFT else 1):
        raise InvalidObservation
    with transaction.atomic():
        part = part_state.open_part(attempt_id, order, now=now)
        if part.begun_at is None:
            raise part_state.NotBegun
        item = next((one for one in items_of(part) if one.id == item_id), None)
        if item is None or (known == Observation.Kind.PASTED and item.is_confidential):
            raise InvalidObservation
        return _store(part, known, item=item.id, amount=min(amount, MAX_AMOUNT[known]), now=now)


def observe_second_window(
    *, attempt_id: int, order: int, number: int, item_id: str, value: Json, now: datetime
) -> Observation | None:
    """Item `number` got another answer after the timed part had moved on; None if it was already on its way."""
    with transaction.atomic():
        part = part_state.open_part(attempt_id, order, now=now)
        if part.shown_at is None or number >= part.at or now - part.shown_at <= part_state.IN_TRANSIT:
            return None
        stored = Answer.objects.of(part.organisation).filter(part=part, item=item_id).first()
        if stored is not None and stored.value == value:
            return None
        return _store(part, Observation.Kind.SECOND_WINDOW, item=item_id, amount=None, now=now)


def _store(
    part: AttemptPart, kind: Observation.Kind, *, item: str, amount: int | None, now: datetime
) -> Observation | None:
    rows = Observation.objects.of(part.organisation).filter(part=part)
    just_now = rows.filter(kind=kind, item=item, observed_at__gt=now - MIN_INTERVAL)
    if just_now.exists() or rows.count() >= MAX_ROWS:
        return None
    return Observation.objects.create(
        organisation_id=part.organisation_id,
        part=part,
        item=item,
        kind=kind,
        amount=amount,
        observed_at=now,
    )
