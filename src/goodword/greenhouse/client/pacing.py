"""Keeping under Greenhouse's rate limit by what its answers say, so that 429 stays the exception.

Observed (greenhouse.md, 2.5): v3 counts in windows of 30 seconds aligned to the wall clock, 150 calls each;
v1 in windows of 10 seconds, 50 calls. `X-RateLimit-Reset` is *not* the end of the window and is not used.
"""

import threading
from datetime import datetime
from enum import StrEnum
from typing import Protocol


class Priority(StrEnum):
    """Who waits for the call: a person before a screen, or only the clock."""

    PERSON = "person"
    BACKGROUND = "background"


class Pacer(Protocol):
    """Shares the rate of one connection among callers. A process-local one is below; one that is shared by
    all workers can keep the same two numbers in the database."""

    def take(self, *, priority: Priority, now: datetime) -> float:
        """Take one call from the window and return 0.0, or return the seconds to wait before asking again."""

    def observe(self, *, limit: int, remaining: int, sent: datetime) -> None:
        """What the headers of an answer said, and when its call was sent."""

    def refused(self, *, wait: float, now: datetime) -> None:
        """A 429 came: nobody may call for `wait` seconds."""


class LocalPacer:
    """A pacer for the threads of one process.

    Background calls leave a fiftieth of the window (at least one call) to people, who so get through at once
    while a sync runs.
    """

    def __init__(self, *, window: float) -> None:
        self._window = window
        self._lock = threading.Lock()
        self._current = -1
        self._limit = 0
        self._remaining: int | None = None
        self._blocked_until = 0.0

    def take(self, *, priority: Priority, now: datetime) -> float:
        """See `Pacer.take`."""
        with self._lock:
            moment = now.timestamp()
            self._enter(moment)
            if moment < self._blocked_until:
                return self._blocked_until - moment
            if self._remaining is None:
                return 0.0
            reserve = max(1, self._limit // 50) if priority is Priority.BACKGROUND and self._limit > 1 else 0
            if self._remaining <= reserve:
                return (self._current + 1) * self._window - moment + 0.05
            self._remaining -= 1
            return 0.0

    def observe(self, *, limit: int, remaining: int, sent: datetime) -> None:
        """See `Pacer.observe`.

        Answers can overtake each other: the smaller number is nearer the truth. An answer that belongs to
        a window gone by says nothing of this one.
        """
        with self._lock:
            if int(sent.timestamp() // self._window) < self._current:
                return
            self._enter(sent.timestamp())
            self._limit = limit
            self._remaining = remaining if self._remaining is None else min(self._remaining, remaining)

    def refused(self, *, wait: float, now: datetime) -> None:
        """See `Pacer.refused`."""
        with self._lock:
            self._blocked_until = max(self._blocked_until, now.timestamp() + wait)

    def _enter(self, moment: float) -> None:
        """A new window starts with nothing known but the limit of the last."""
        current = int(moment // self._window)
        if current != self._current:
            self._current = current
            self._remaining = self._limit or None
