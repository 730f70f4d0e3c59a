"""Where things stand in a chart: pure arithmetic, no markup."""

from collections.abc import Sequence
from dataclasses import dataclass

STACK_LIMIT = 6


@dataclass(frozen=True)
class Axis:
    """A straight axis from `low` to `high` (values) that runs from `start` to `end` (pixels)."""

    low: float
    high: float
    start: float
    end: float

    def at(self, value: float) -> float:
        """The pixel of `value`; what lies outside is drawn at the end, so that nothing leaves the picture."""
        held = min(max(value, self.low), self.high)
        share = (held - self.low) / (self.high - self.low)
        return round(self.start + share * (self.end - self.start), 1)

    def ticks(self) -> list[int]:
        """The whole numbers on the axis."""
        first, last = int(-(-self.low // 1)), int(self.high // 1)
        return list(range(first, last + 1))


def stacked(values: Sequence[float], *, grain: float = 0.05) -> list[tuple[float, int]]:
    """Each value with how many like it (within `grain`) came before: marks pile up instead of hiding each other.

    Sorted by value; at most STACK_LIMIT levels, then the pile starts over.
    """
    piles: dict[int, int] = {}
    placed = []
    for value in sorted(values):
        key = round(value / grain)
        level = piles.get(key, 0)
        placed.append((value, level % STACK_LIMIT))
        piles[key] = level + 1
    return placed


def written_number(value: float) -> str:
    """One decimal, as it is read: 3.4, and 4.0 rather than 4."""
    return f"{value:.1f}"
