"""How far Greenhouse's clock is from ours, by the `Date` of its answers: its windows turn by its own clock.

`Date` has whole seconds. Each answer bounds the difference from both sides, and the bounds of many answers together
are narrow. Where no answer has a date the clocks are taken to be nearly equal, until the count of remaining calls
goes up between two answers: then a window has turned in between.
"""

from dataclasses import dataclass
from datetime import datetime

#: our clock and Greenhouse's may differ by so much before anything is known
UNKNOWN = 0.25


@dataclass(frozen=True, slots=True)
class Heard:
    """The last answer with a count: when it was received and what it said."""

    received: float
    limit: int
    remaining: int


class Skew:
    """The difference for one process and one connection. Not locked: a torn read is only less exact."""

    def __init__(self, *, window: float) -> None:
        self._window = window
        self._bounds = (-UNKNOWN, UNKNOWN)
        self._dated = False
        self._last: Heard | None = None
        self._turned_at = 0.0

    def theirs(self, ours: float) -> float:
        """Greenhouse's time, rather too early than too late, so that no window is entered before it is open."""
        return ours + self._bounds[0]

    def dated(self, date: datetime, *, sent: float, received: float) -> None:
        """An answer's `Date`: Greenhouse's clock stood within this second at some moment of the exchange."""
        told = date.timestamp()
        bounds = (told - received, told + 1.0 - sent)
        if self._dated:
            both = (max(self._bounds[0], bounds[0]), min(self._bounds[1], bounds[1]))
            if both[0] <= both[1]:
                bounds = both
        self._bounds, self._dated = bounds, True

    def counted(self, *, limit: int, remaining: int, sent: float, received: float) -> bool:
        """Whether a window turned between the last answer and this one, as far as our clock did not know it.

        True only if this call was sent after the last answer had come and more remains now. If answers have
        dates these are believed instead: then such counts come from several servers that count apart.
        """
        last = self._last
        if last is not None and received < last.received:
            return False
        self._last = Heard(received, limit, remaining)
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
        """Move our idea of their clock so that the turn lies between these two moments of ours."""
        turn = round(after / self._window) * self._window
        self._bounds = (turn - after, turn - before)
