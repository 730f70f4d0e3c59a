"""The share of the allowed calls used in each window."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True)
class Shares:
    full: tuple[float, ...]

    def __str__(self) -> str:
        if not self.full:
            return "no full window"
        each = " ".join(f"{100 * share:.1f}" for share in self.full)
        return (
            f"used min {100 * min(self.full):.1f} %, median {100 * median(self.full):.1f} % of "
            f"{len(self.full)} full windows ({each})"
        )


def shares(moments: Iterable[float], *, window: float, limit: int) -> Shares:
    """The shares of all windows but the first and the last, which are incomplete."""
    counts = Counter(int(moment // window) for moment in moments)
    return Shares(tuple(counts[number] / limit for number in range(min(counts) + 1, max(counts))))
