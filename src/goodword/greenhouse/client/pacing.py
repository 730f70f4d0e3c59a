"""Stays under Greenhouse's rate limit, based on its responses.

Observed (greenhouse.md, 2.5): windows aligned to Greenhouse's clock, with 150 calls in 30 seconds (v3), 50 in 10 (v1),
or 60 token requests a minute. None of this is documented, so what responses say takes precedence. `X-RateLimit-Reset`
is *not* the end of the window.

The rules (`decide`, `after_answer`, `after_new_window`, `after_429`) are pure functions of a `Window`. Times are
seconds since the epoch by Greenhouse's clock (see `ClockSkew`).
"""

import threading
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Protocol

#: the share of a window that background work may use immediately. The rest is spread over the window, so a long sync
#: leaves calls for people.
HEAD = 0.7
#: the share of a window's time after which all calls may be used. A call in flight at the end would count in the next
#: window.
SPREAD = 0.85
#: seconds for which background work pauses after a person's call, and for which it reserves more calls for people
YIELD, KEEP = 0.5, 60.0
#: safety margin in seconds after a window opens
GUARD = 0.05
#: seconds between checks whether the one call that tests the limit has returned
PROBE_POLL = 0.25
#: a longer block means that a clock was changed
LONGEST_BLOCK = 3600.0
#: assumed difference in seconds between our clock and Greenhouse's until we know better
UNKNOWN_SKEW = 0.25


@dataclass(frozen=True, slots=True)
class Rate:
    window: float
    usual: int


V1_RATE = Rate(10.0, 50)
V3_RATE = Rate(30.0, 150)
TOKEN_RATE = Rate(60.0, 60)


class Priority(StrEnum):
    PERSON = "person"
    BACKGROUND = "background"


@dataclass(frozen=True, slots=True)
class RateReport:
    """The rate limit in the headers of a response. `date` and `rate` (limit, remaining) are None if missing or
    implausible."""

    sent: datetime
    received: datetime
    date: datetime | None
    rate: tuple[int, int] | None


class Pacer(Protocol):
    def take(self, *, priority: Priority, now: datetime) -> float:
        """Take one call and return 0.0, or return the seconds after which to ask again."""

    def observe(self, report: RateReport) -> None: ...

    def after_429(self, *, wait: float, now: datetime) -> None:
        """After a 429, allow no calls for `wait` seconds."""


class LocalPacer:
    def __init__(self, rate: Rate, *, skew: "ClockSkew | None" = None) -> None:
        self._rate = rate
        self._skew = skew or ClockSkew(window=rate.window)
        self._lock = threading.Lock()
        self._known = Window()

    def take(self, *, priority: Priority, now: datetime) -> float:
        with self._lock:
            turn = decide(
                self._known,
                person=priority is Priority.PERSON,
                moment=self._skew.theirs(now.timestamp()),
                rate=self._rate,
            )
            self._known = turn.after
            return turn.wait

    def observe(self, report: RateReport) -> None:
        with self._lock:
            count, turn = count_of(report, self._skew)
            if count is not None:
                self._known = (after_new_window if turn else after_answer)(
                    self._known, count, rate=self._rate
                )

    def after_429(self, *, wait: float, now: datetime) -> None:
        with self._lock:
            self._known = after_429(self._known, wait=wait, moment=self._skew.theirs(now.timestamp()))


@dataclass(frozen=True, slots=True)
class Window:
    """`number`: windows since the epoch. `remaining`: calls left, not counting those in flight; None if unknown;
    negative while a single call finds out."""

    number: int = 0
    limit: int | None = None
    remaining: int | None = None
    blocked_until: float = 0.0
    person_at: float = 0.0


@dataclass(frozen=True, slots=True)
class Decision:
    """Call now and store `after` if `wait` is 0 and more than `floor` calls are left; otherwise ask again after
    `wait`."""

    wait: float
    after: Window
    floor: int = 0


@dataclass(frozen=True, slots=True)
class RateLimitReading:
    sent: float
    received: float
    limit: int
    remaining: int


def decide(known: Window, *, person: bool, moment: float, rate: Rate) -> Decision:
    if person:
        known = replace(known, person_at=moment)
    blocked = known.blocked_until - moment
    if 0 < blocked <= LONGEST_BLOCK:
        return Decision(blocked, known)
    present = int(moment // rate.window)
    limit = known.limit or rate.usual
    if known.number not in (present, present + 1):  # the next one if another host's clock is ahead
        known = replace(known, number=present, remaining=limit)
    begun = known.number * rate.window
    over = begun + rate.window - moment + GUARD
    left = known.remaining
    if left is None:
        return Decision(0.0, replace(known, remaining=-1))
    if left < 0:
        return Decision(min(PROBE_POLL, over), known)
    floor = 0
    if not person:
        since = moment - known.person_at
        if 0 <= since < YIELD:
            return Decision(YIELD - since, known)
        reserved = _reserved(limit, person_lately=0 <= since < KEEP)
        floor, later = _floor(limit, reserved=reserved, left=left, elapsed=moment - begun, rate=rate)
        if left <= floor:
            return Decision(over if later is None else later, known)
    if left <= floor:
        return Decision(over, known)
    return Decision(0.0, replace(known, remaining=left - 1), floor)


def _reserved(limit: int, *, person_lately: bool) -> int:
    """Calls that background work leaves for people: 2% of a window, 20% if a person made a call recently."""
    if limit <= 1:
        return 0
    return max(1, limit // (5 if person_lately else 50))


def _floor(limit: int, *, reserved: int, left: int, elapsed: float, rate: Rate) -> tuple[int, float | None]:
    """Return how many calls background work must leave now, and the seconds until its next call (None: not in this
    window)."""
    most = limit - reserved
    head = min(int(limit * HEAD), most)
    tail = most - head
    slope = rate.window * SPREAD
    open_now = head + int(tail * min(1.0, max(0.0, elapsed) / slope) + 1e-9)
    used = limit - left
    if used >= most:
        return limit - open_now, None
    due = slope * (used + 1 - head) / tail if tail else 0.0
    return limit - open_now, max(due - elapsed, 0.01)


def after_answer(known: Window, count: RateLimitReading, *, rate: Rate) -> Window:
    """Update the window after a response.

    Responses can arrive out of order, so the smaller count wins, and those from an earlier window are ignored. If many
    more calls were used than ours, another program shares the credential; allow a margin for its calls in flight.
    """
    number = int(count.sent // rate.window)
    if number < known.number:
        return known
    if number > known.number or known.remaining is None or known.remaining < 0:
        return replace(known, number=number, limit=count.limit, remaining=count.remaining)
    expected = known.remaining + count.limit - (known.limit or rate.usual)
    foreign = expected - count.remaining
    if foreign > max(1, count.limit // 50):
        left = max(0, count.remaining - max(2, count.limit // 25))
    else:
        left = min(expected, count.remaining)
    return replace(known, limit=count.limit, remaining=max(0, left))


def after_new_window(known: Window, count: RateLimitReading, *, rate: Rate) -> Window:
    number = max(known.number, int(count.sent // rate.window))
    return replace(known, number=number, limit=count.limit, remaining=count.remaining)


def after_429(known: Window, *, wait: float, moment: float) -> Window:
    """After a 429, wait at least a second. Then a single call finds out how many are left."""
    until = moment + max(wait, 1.0)
    before = known.blocked_until if known.blocked_until - moment <= LONGEST_BLOCK else 0.0
    return replace(known, blocked_until=max(before, until), remaining=None)


@dataclass(frozen=True, slots=True)
class _LastCount:
    received: float
    limit: int
    remaining: int


class ClockSkew:
    """The difference between Greenhouse's clock and ours, for one process and one connection.

    `Date` headers have whole seconds, but many of them together narrow the difference down. Without `Date` headers, an
    increase in the remaining calls shows that a window began. There is no lock, since a race only makes the estimate
    less exact.
    """

    def __init__(self, *, window: float) -> None:
        self._window = window
        self._bounds = (-UNKNOWN_SKEW, UNKNOWN_SKEW)
        self._dated = False
        self._last: _LastCount | None = None
        self._turned_at = 0.0

    def theirs(self, ours: float) -> float:
        """Greenhouse's time by our estimate, early rather than late, so we never use a window before it opens."""
        return ours + self._bounds[0]

    def dated(self, date: datetime, *, sent: float, received: float) -> None:
        """Narrow the difference down. `Date` is a moment between `sent` and `received`, cut to whole seconds."""
        seconds = date.timestamp()
        bounds = (seconds - received, seconds + 1.0 - sent)
        if self._dated:
            both = (max(self._bounds[0], bounds[0]), min(self._bounds[1], bounds[1]))
            if both[0] <= both[1]:
                bounds = both
        self._bounds, self._dated = bounds, True

    def counted(self, *, limit: int, remaining: int, sent: float, received: float) -> bool:
        """Whether a new window began between two responses although our clock didn't expect it.

        Compares only calls made one after the other. Ignored once we know the difference from `Date` headers: then such
        counts come from servers that count separately.
        """
        last = self._last
        if last is not None and received < last.received:
            return False
        self._last = _LastCount(received, limit, remaining)
        if self._dated or last is None or sent < last.received or limit != last.limit:
            return False
        if remaining <= last.remaining or received - self._turned_at < self._window / 2:
            return False
        self._turned_at = received
        if int(self.theirs(last.received) // self._window) == int(self.theirs(sent) // self._window):
            self._align(last.received, received)
            return True
        return False

    def _align(self, before: float, after: float) -> None:
        turn = round(after / self._window) * self._window
        self._bounds = (turn - after, turn - before)


def count_of(report: RateReport, skew: ClockSkew) -> tuple[RateLimitReading | None, bool]:
    sent, received = report.sent.timestamp(), report.received.timestamp()
    if report.date is not None:
        skew.dated(report.date, sent=sent, received=received)
    if report.rate is None:
        return None, False
    limit, remaining = report.rate
    turn = skew.counted(limit=limit, remaining=remaining, sent=sent, received=received)
    return RateLimitReading(skew.theirs(sent), skew.theirs(received), limit, remaining), turn
