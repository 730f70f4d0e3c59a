"""Write down what a page notices while somebody answers, or what its server does. No content of anything."""

from datetime import datetime, timedelta
from typing import Final

from django.db import transaction

from goodword.assessments.attempts import clock, locking
from goodword.assessments.items import items_of
from goodword.assessments.models import Answer, AttemptPart, Noticed
from goodword.questionnaires.reading import Json

#: what comes beyond is not kept: nobody needs it, and a broken page could send without end
MAX_ROWS: Final = 200
#: seconds that a page was hidden, from which on it was left; a shorter time is a slip of the finger
MIN_SECONDS_AWAY: Final = 2
#: at most one of a kind in this time; a request that comes twice is one
MIN_INTERVAL: Final = timedelta(seconds=1)
#: what the page sends, with the amount that it is held to: seconds, and characters
MAX_AMOUNT: Final = {Noticed.What.LEFT: 24 * 3600, Noticed.What.PASTED: 100_000}


class NotNoticed(Exception):
    """It is nothing that the page notices: nothing changes."""


def notice(
    *, attempt_id: int, order: int, what: str, item_id: str, amount: int, now: datetime
) -> Noticed | None:
    """Note that the page was left (`amount` seconds) or a text pasted (`amount` characters) on an item of a part.

    None where there is enough, or the same was noted just now. Raises NotNoticed for anything else, and what
    open_part raises, NotBegun for a part without an answer yet; then nothing changes.
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
    """Note that item `number` of a timed part was sent with another answer after it was over: from a second window.

    None where it was not: the answer is the one that stands, or it was on its way when the next item came. Raises
    what open_part raises.
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
