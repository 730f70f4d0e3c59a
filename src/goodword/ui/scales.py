"""Coordinates in a chart: pure arithmetic."""

from collections.abc import Sequence
from dataclasses import dataclass

STACK_LIMIT = 6


@dataclass(frozen=True)
class Axis:
    """A straight axis from `low` to `high` (values) between `start` and `end` (pixels)."""

    low: float
    high: float
    start: float
    end: float

    def at(self, value: float) -> float:
        """The pixel of `value`, clamped to the axis."""
        held = min(max(value, self.low), self.high)
        share = (held - self.low) / (self.high - self.low)
        return round(self.start + share * (self.end - self.start), 1)

    def ticks(self) -> list[int]:
        """The integers on the axis."""
        first, last = int(-(-self.low // 1)), int(self.high // 1)
        return list(range(first, last + 1))


def stacked(values: Sequence[float], *, grain: float = 0.05) -> list[tuple[float, int]]:
    """Each value with its level: values within `grain` of each other are stacked, so that none is hidden.

    Sorted; after STACK_LIMIT levels the stack starts again.
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
    """With one decimal: 3.4, 4.0."""
    return f"{value:.1f}"
