"""Greenhouse's rate limit, shared by all processes: a client asks its pacer before each call, and waits if it must."""

import time
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from uuid import UUID

from django.db import connection as database
from django.db.models import F, Q, QuerySet

from goodword.core import clock
from goodword.core.compiled_queries import update_unflushed
from goodword.greenhouse.client import (
    TOKEN_RATE,
    V1_RATE,
    V3_RATE,
    LocalPacer,
    Pacer,
    Priority,
    Rate,
    RateReport,
)
from goodword.greenhouse.client.pacing import (
    ClockSkew,
    Decision,
    Window,
    after_429,
    after_answer,
    after_new_window,
    count_of,
    decide,
)
from goodword.greenhouse.models import Connection, RateWindow

_TRIES = 20  # how often another process may win before the caller waits briefly

_A_MOMENT = 0.02

#: seconds for which reserved calls need no look at the row, since a person's click may stop background work
AHEAD_SECONDS = 0.5

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


type _Times = tuple[datetime | None, datetime | None]


@dataclass(frozen=True, slots=True)
class _Last:
    window: Window
    times: _Times


class SharedPacer:
    """The `Pacer` of one connection, for all threads of a process.

    It reads the `RateWindow` row, decides (`client.pacing`), and updates the row if it is unchanged. No lock is held
    during a call. Inside a transaction an update would keep the row locked, so there this process paces itself alone.

    Times in the row are by Greenhouse's clock, so that hosts whose clocks differ agree on the windows.
    """

    def __init__(self, *, connection_id: int, organisation_id: int, rate: Rate) -> None:
        self._connection_id = connection_id
        self._organisation_id = organisation_id
        self._rate = rate
        self._skew = ClockSkew(window=rate.window)
        self._alone = LocalPacer(rate, skew=self._skew)
        self._left: tuple[int | None, int] | None = None
        self._last: _Last | None = None

    def take(self, *, priority: Priority, now: datetime) -> float:
        return self.take_some(priority=priority, now=now, most=1)[0]

    def take_some(self, *, priority: Priority, now: datetime, most: int) -> tuple[float, int]:
        """Take up to `most` calls at once. Returns the seconds to wait, if there are none, and how many were taken."""
        if database.in_atomic_block:
            wait = self._alone.take(priority=priority, now=now)
            return wait, int(wait == 0.0)
        person = priority is Priority.PERSON
        if not person and (number := self._take_without_reading(now, most)):
            return 0.0, number
        for _ in range(_TRIES):
            known, times = self._read_all()
            moment = self._skew.theirs(now.timestamp())
            turn = decide(known, person=person, moment=moment, rate=self._rate)
            if turn.wait > 0:
                if person:  # then this call goes first in the next window
                    self._row().update(person_at=_moment(moment))
                return turn.wait, 0
            after, number = _several(turn, most)
            if self._taken(known, after, number, floor=turn.floor, person=person):
                self._last = None if person else _Last(after, times)
                return 0.0, number
        return _A_MOMENT, 0

    def window_at(self, now: datetime) -> int:
        return int(self._skew.theirs(now.timestamp()) // self._rate.window)

    def observe(self, report: RateReport) -> None:
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
            after = (after_new_window if turn else after_answer)(known, count, rate=self._rate)
            if after == known or self._replaced(known, after):
                return

    def after_429(self, *, wait: float, now: datetime) -> None:
        if database.in_atomic_block:
            self._alone.after_429(wait=wait, now=now)
            return
        for _ in range(_TRIES):
            known = self._read()
            moment = self._skew.theirs(now.timestamp())
            if self._replaced(known, after_429(known, wait=wait, moment=moment)):
                return

    def _row(self) -> QuerySet[RateWindow]:
        return RateWindow.objects.across_organisations().filter(connection_id=self._connection_id)

    def _take_without_reading(self, now: datetime, most: int) -> int:
        """Take calls as if this process had written the row last; the update checks that. Returns how many, or 0 if the
        row must be read."""
        last, self._last = self._last, None
        if last is None:
            return 0
        moment = self._skew.theirs(now.timestamp())
        turn = decide(last.window, person=False, moment=moment, rate=self._rate)
        after, number = _several(turn, most)
        if turn.wait > 0 or not self._taken(
            last.window, after, number, floor=turn.floor, person=False, times=last.times
        ):
            return 0
        self._last = replace(last, window=after)
        return number

    def _read(self) -> Window:
        return self._read_all()[0]

    def _read_all(self) -> tuple[Window, _Times]:
        found = self._row().values_list("number", "limit", "remaining", "blocked_until", "person_at").first()
        if found is None:
            RateWindow.objects.across_organisations().bulk_create(
                [RateWindow(connection_id=self._connection_id, organisation_id=self._organisation_id)],
                ignore_conflicts=True,
            )
            return Window(), (None, None)
        number, limit, remaining, blocked_until, person_at = found
        times = blocked_until, person_at
        return Window(number, limit, remaining, *map(_seconds, times)), times

    def _taken(
        self,
        known: Window,
        after: Window,
        number: int,
        *,
        floor: int,
        person: bool,
        times: _Times | None = None,
    ) -> bool:
        """Take calls, even if others have taken some since. False if too few are left or `times` have changed."""
        rows = self._row().filter(number=known.number)
        if times is not None:
            rows = rows.filter(_is(blocked_until=times[0], person_at=times[1]))
        values: dict[str, object] = {"number": after.number, "updated_at": clock.now()}
        if person:
            values["person_at"] = _moment(after.person_at)
        if after.remaining is None or after.remaining < 0 or after.number != known.number:
            rows = rows.filter(_is(remaining=known.remaining, limit=known.limit))
            values["remaining"] = after.remaining
        else:
            rows = rows.filter(_is(limit=known.limit), remaining__gte=floor + number)
            values["remaining"] = F("remaining") - number
        if not update_unflushed(rows, **values):
            return False
        if after.remaining is not None:
            self._left = (known.limit, after.remaining) if after.remaining >= 0 else None
        return True

    def _replaced(self, known: Window, after: Window) -> bool:
        if after.remaining is None or after.remaining < 0:
            self._left = None
        self._last = None
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


class ReservingPacer:
    """The `Pacer` of a session that will make `calls` calls one after another. It takes them all at once."""

    def __init__(self, pacer: SharedPacer, *, calls: int) -> None:
        self._pacer = pacer
        self._most = calls
        self._left = 0
        self._until = 0.0
        self._window = 0

    def take(self, *, priority: Priority, now: datetime) -> float:
        window = self._pacer.window_at(now)
        if self._left and window == self._window and time.monotonic() < self._until:
            self._left -= 1
            return 0.0
        wait, number = self._pacer.take_some(priority=priority, now=now, most=self._most)
        if number:
            self._most, self._left = 1, number - 1
            self._until, self._window = time.monotonic() + AHEAD_SECONDS, window
        return wait

    def observe(self, report: RateReport) -> None:
        self._pacer.observe(report)

    def after_429(self, *, wait: float, now: datetime) -> None:
        self._left = 0
        self._pacer.after_429(wait=wait, now=now)


def _several(turn: Decision, most: int) -> tuple[Window, int]:
    """The window after up to `most` calls instead of one, and how many these are."""
    left = turn.after.remaining or 0
    more = max(0, min(most - 1, left - turn.floor))
    return (replace(turn.after, remaining=left - more), 1 + more) if more else (turn.after, 1)


def _is(**values: int | datetime | None) -> Q:
    """A filter in which None matches NULL."""
    known = {name: value for name, value in values.items() if value is not None}
    return Q(**known, **{f"{name}__isnull": True for name in values.keys() - known.keys()})


def _moment(seconds: float) -> datetime | None:
    return _EPOCH + timedelta(seconds=seconds) if seconds > 0 else None


def _seconds(moment: datetime | None) -> float:
    return moment.timestamp() if moment is not None else 0.0


def pacer_of(connection: Connection, *, ahead: int = 1) -> Pacer:
    """Return the connection's pacer. `ahead`: how many calls the session expects to make, all taken at once."""
    shared = _shared(connection.uid, connection.api, connection.pk, connection.organisation_id)
    return ReservingPacer(shared, calls=ahead) if ahead > 1 else shared


@cache
def _shared(uid: UUID, api: str, connection_id: int, organisation_id: int) -> SharedPacer:
    del uid  # part of the cache key, since an id alone could be reused
    rate = V1_RATE if api == Connection.Api.V1 else V3_RATE
    return SharedPacer(connection_id=connection_id, organisation_id=organisation_id, rate=rate)


def token_pacer_of(connection: Connection) -> Pacer:
    """Return the pacer for token requests, which Greenhouse counts separately. They are so few that each process counts
    its own."""
    return _of_tokens(connection.uid)


@cache
def _of_tokens(uid: UUID) -> LocalPacer:
    del uid
    return LocalPacer(TOKEN_RATE)
