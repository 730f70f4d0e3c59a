"""Keeping under Greenhouse's rate limit by what its answers say, so that 429 stays the exception.

The rules are in `window`; here they are held for the threads of one process. A pacer that is shared by all workers
keeps the same `Window` in the database.
"""

import threading
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from goodword.greenhouse.client.skew import Skew
from goodword.greenhouse.client.window import Count, Rate, Window, ask, heard, refused, turned


class Priority(StrEnum):
    """Who waits for the call: a person before a screen, or only the clock."""

    PERSON = "person"
    BACKGROUND = "background"


@dataclass(frozen=True, slots=True)
class Told:
    """What an answer's headers said: when it was sent and received by our clock, `Date`, and (limit, remaining).

    Either is None where the header is missing or makes no sense, such as a limit of 0.
    """

    sent: datetime
    received: datetime
    date: datetime | None
    rate: tuple[int, int] | None


class Pacer(Protocol):
    """Shares the rate of one connection among callers."""

    def take(self, *, priority: Priority, now: datetime) -> float:
        """Take one call from the window and return 0.0, or return the seconds until asking again has a point."""

    def observe(self, told: Told) -> None:
        """What an answer said."""

    def refused(self, *, wait: float, now: datetime) -> None:
        """A 429 came: nobody may call for `wait` seconds."""


class LocalPacer:
    """A pacer for the threads of one process."""

    def __init__(self, rate: Rate, *, skew: Skew | None = None) -> None:
        self._rate = rate
        self._skew = skew or Skew(window=rate.window)
        self._lock = threading.Lock()
        self._known = Window()

    def take(self, *, priority: Priority, now: datetime) -> float:
        """See `Pacer.take`."""
        with self._lock:
            turn = ask(
                self._known,
                person=priority is Priority.PERSON,
                moment=self._skew.theirs(now.timestamp()),
                rate=self._rate,
            )
            self._known = turn.after
            return turn.wait

    def observe(self, told: Told) -> None:
        """See `Pacer.observe`."""
        with self._lock:
            count, turn = counted(told, self._skew)
            if count is not None:
                self._known = (turned if turn else heard)(self._known, count, rate=self._rate)

    def refused(self, *, wait: float, now: datetime) -> None:
        """See `Pacer.refused`."""
        with self._lock:
            self._known = refused(self._known, wait=wait, moment=self._skew.theirs(now.timestamp()))


def counted(told: Told, skew: Skew) -> tuple[Count | None, bool]:
    """An answer's count by Greenhouse's clock, if it has one, and whether it shows that a window has turned."""
    sent, received = told.sent.timestamp(), told.received.timestamp()
    if told.date is not None:
        skew.dated(told.date, sent=sent, received=received)
    if told.rate is None:
        return None, False
    limit, remaining = told.rate
    turn = skew.counted(limit=limit, remaining=remaining, sent=sent, received=received)
    return Count(skew.theirs(sent), skew.theirs(received), limit, remaining), turn
