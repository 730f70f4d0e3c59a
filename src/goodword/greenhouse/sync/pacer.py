"""The rate limit of a connection, shared by all workers and web processes through its `RateWindow` row.

The row is read, the rules decide (`client.pacing`), and a conditional update writes the outcome if the row is still
unchanged; no lock is held over a call. Calls are made outside transactions. Should a caller be inside one, this process
paces itself alone: the row would stay locked until the transaction ends.
"""

from datetime import UTC, datetime, timedelta
from functools import cache
from uuid import UUID

from django.db import connection as database
from django.db.models import F, Q, QuerySet

from goodword.core import clock
from goodword.greenhouse.client import LocalPacer, Pacer, Priority, Rate, RateReport
from goodword.greenhouse.client.pacing import (
    TOKEN_RATE,
    V1_RATE,
    V3_RATE,
    ClockSkew,
    Window,
    ask,
    count_of,
    heard,
    refused,
    turned,
)
from goodword.greenhouse.models import Connection, RateWindow

_TRIES = 20  # lost races, after which the caller waits a little
_A_MOMENT = 0.02
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class SharedPacer:
    """The `Pacer` of one connection, for all threads of a process.

    Times in the row are by Greenhouse's clock, of which each process has its own estimate, so that hosts with different
    clocks agree on the windows.
    """

    def __init__(self, *, connection_id: int, organisation_id: int, rate: Rate) -> None:
        self._connection_id = connection_id
        self._organisation_id = organisation_id
        self._rate = rate
        self._skew = ClockSkew(window=rate.window)
        self._alone = LocalPacer(rate, skew=self._skew)
        self._left: tuple[int | None, int] | None = None

    def take(self, *, priority: Priority, now: datetime) -> float:
        """See `Pacer.take`."""
        if database.in_atomic_block:
            return self._alone.take(priority=priority, now=now)
        person = priority is Priority.PERSON
        for _ in range(_TRIES):
            known = self._read()
            moment = self._skew.theirs(now.timestamp())
            turn = ask(known, person=person, moment=moment, rate=self._rate)
            if turn.wait > 0:
                if person:  # goes first when the next window opens
                    self._row().update(person_at=_moment(moment))
                return turn.wait
            if self._taken(known, turn.after, floor=turn.floor, person=person):
                return 0.0
        return _A_MOMENT

    def observe(self, report: RateReport) -> None:
        """See `Pacer.observe`. Skips the database if the answer has no changes."""
        if database.in_atomic_block:
            self._alone.observe(report)
            return
        count, turn = count_of(report, self._skew)
        if count is None:
            return
        left = self._left
        if not turn and left is not None and left[0] == count.limit and count.remaining >= left[1]:
            return
        for _ in range(_TRIES):
            known = self._read()
            after = (turned if turn else heard)(known, count, rate=self._rate)
            if after == known or self._replaced(known, after):
                return

    def refused(self, *, wait: float, now: datetime) -> None:
        """See `Pacer.refused`."""
        if database.in_atomic_block:
            self._alone.refused(wait=wait, now=now)
            return
        for _ in range(_TRIES):
            known = self._read()
            moment = self._skew.theirs(now.timestamp())
            if self._replaced(known, refused(known, wait=wait, moment=moment)):
                return

    def _row(self) -> QuerySet[RateWindow]:
        return RateWindow.objects.across_organisations().filter(connection_id=self._connection_id)

    def _read(self) -> Window:
        found = self._row().values_list("number", "limit", "remaining", "blocked_until", "person_at").first()
        if found is None:
            RateWindow.objects.across_organisations().bulk_create(
                [RateWindow(connection_id=self._connection_id, organisation_id=self._organisation_id)],
                ignore_conflicts=True,
            )
            return Window()
        number, limit, remaining, blocked_until, person_at = found
        return Window(number, limit, remaining, _seconds(blocked_until), _seconds(person_at))

    def _taken(self, known: Window, after: Window, *, floor: int, person: bool) -> bool:
        """Take a call from the row, from which others may have taken some since; False if too few are left."""
        rows = self._row().filter(number=known.number)
        values: dict[str, object] = {"number": after.number, "updated_at": clock.now()}
        if person:
            values["person_at"] = _moment(after.person_at)
        if after.remaining is None or after.remaining < 0 or after.number != known.number:
            rows = rows.filter(_is(remaining=known.remaining, limit=known.limit))
            values["remaining"] = after.remaining
        else:
            rows = rows.filter(_is(limit=known.limit), remaining__gt=floor)
            values["remaining"] = F("remaining") - 1
        if not rows.update(**values):
            return False
        if after.remaining is not None:
            self._left = (known.limit, after.remaining) if after.remaining >= 0 else None
        return True

    def _replaced(self, known: Window, after: Window) -> bool:
        """Update the row; False if it has changed since it was read."""
        if after.remaining is None or after.remaining < 0:
            self._left = None
        unchanged = _is(number=known.number, limit=known.limit, remaining=known.remaining)
        return bool(
            self._row()
            .filter(unchanged)
            .update(
                number=after.number,
                limit=after.limit,
                remaining=after.remaining,
                blocked_until=_moment(after.blocked_until),
                updated_at=clock.now(),
            )
        )


def _is(**values: int | None) -> Q:
    """A filter for equality in which None matches NULL."""
    known = {name: value for name, value in values.items() if value is not None}
    return Q(**known, **{f"{name}__isnull": True for name in values.keys() - known.keys()})


def _moment(seconds: float) -> datetime | None:
    return _EPOCH + timedelta(seconds=seconds) if seconds > 0 else None


def _seconds(moment: datetime | None) -> float:
    return moment.timestamp() if moment is not None else 0.0


def pacer_of(connection: Connection) -> Pacer:
    """The connection's pacer, one object per process."""
    return _shared(connection.uid, connection.api, connection.pk, connection.organisation_id)


@cache
def _shared(uid: UUID, api: str, connection_id: int, organisation_id: int) -> SharedPacer:
    del uid  # part of the cache key: unique also among deleted connections
    rate = V1_RATE if api == Connection.Api.V1 else V3_RATE
    return SharedPacer(connection_id=connection_id, organisation_id=organisation_id, rate=rate)


def token_pacer_of(connection: Connection) -> Pacer:
    """The pacer of the connection's token calls, which Greenhouse counts separately. They are so few that each process
    counts its own."""
    return _of_tokens(connection.uid)


@cache
def _of_tokens(uid: UUID) -> LocalPacer:
    del uid  # see above
    return LocalPacer(TOKEN_RATE)
