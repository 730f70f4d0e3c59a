"""Notices: the candidate left the page, pasted text or answered in a second window. Never any content."""

from datetime import datetime, timedelta
from typing import Final

from django.db import transaction

from goodword.assessments.attempts import clock, locking
from goodword.assessments.items import items_of
from goodword.assessments.models import Answer, AttemptPart, Noticed
from goodword.core.json_reading import Json

#: per part; a broken page could send without end
MAX_ROWS: Final = 200
#: a page hidden for less is not recorded
MIN_SECONDS_AWAY: Final = 2
#: at most one notice of a kind in this time, so that a repeated request counts once
MIN_INTERVAL: Final = timedelta(seconds=1)
#: what the page sends, with the largest amount stored: seconds, and characters
MAX_AMOUNT: Final = {Noticed.What.LEFT: 24 * 3600, Noticed.What.PASTED: 100_000}


class NotNoticed(Exception):
    """Not a notice that the page sends."""


def notice(
    *, attempt_id: int, order: int, what: str, item_id: str, amount: int, now: datetime
) -> Noticed | None:
    """Record that the page was left (`amount` seconds) or text pasted (`amount` characters) on an item.

    None if there are MAX_ROWS already, or the same was recorded just now. Raises NotNoticed for anything else, what
    open_part raises, and NotBegun for a part without an answer yet; then nothing changes.
    """
    kind = next((one for one in MAX_AMOUNT if one == what), None)
    if kind is None or amount < (MIN_SECONDS_AWAY if kind == Noticed.What.LEFT else 1):
        raise NotNoticed
    with transaction.atomic():
        part = locking.open_part(attempt_id, order, now=now)
        if part.begun_at is None:
            raise locking.NotBegun
        item = next((one for one in items_of(part) if one.id == item_id), None)
        if item is None or (kind == Noticed.What.PASTED and item.is_confidential):
            raise NotNoticed
        return _note(part, kind, item=item.id, amount=min(amount, MAX_AMOUNT[kind]), now=now)


def notice_second(
    *, attempt_id: int, order: int, number: int, item_id: str, value: Json, now: datetime
) -> Noticed | None:
    """Record a different answer to item `number` after the timed part has moved on: it came from a second window.

    None if the answer is the stored one, or was on its way when the next item came. Raises what open_part raises.
    """
    with transaction.atomic():
        part = locking.open_part(attempt_id, order, now=now)
        if part.shown_at is None or number >= part.at or now - part.shown_at <= clock.IN_TRANSIT:
            return None
        stands = Answer.objects.of(part.organisation).filter(part=part, item=item_id).first()
        if stands is not None and stands.value == value:
            return None
        return _note(part, Noticed.What.SECOND, item=item_id, amount=None, now=now)


def _note(
    part: AttemptPart, what: Noticed.What, *, item: str, amount: int | None, now: datetime
) -> Noticed | None:
    rows = Noticed.objects.of(part.organisation).filter(part=part)
    just_now = rows.filter(what=what, item=item, noticed_at__gt=now - MIN_INTERVAL)
    if just_now.exists() or rows.count() >= MAX_ROWS:
        return None
    return Noticed.objects.create(
        organisation_id=part.organisation_id,
        part=part,
        item=item,
        what=what,
        amount=amount,
        noticed_at=now,
    )
