"""Reports a benchmark's results to `make bench`."""

import json
import os
import statistics
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

#: the file of the run, one JSON object per line; only set by `make bench`
FILE: Final = "BENCH_FIGURES"


def record(work: str, **figures: float | str) -> None:
    """Report one row of the results, labelled `work`. The figures' names include the unit, as in `p95_ms`."""
    if name := os.environ.get(FILE):
        with Path(name).open("a") as file:
            file.write(json.dumps({"work": work} | figures) + "\n")


def in_words(figures: Mapping[str, float | str]) -> str:
    return ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in figures.items())


def distribution_of(milliseconds: Sequence[float]) -> dict[str, float]:
    """`n`, median, 95th and 99th percentile, maximum."""
    ordered = sorted(milliseconds)

    def at(share: float) -> float:
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))]

    return {
        "n": len(ordered),
        "p50_ms": round(statistics.median(ordered), 1),
        "p95_ms": round(at(0.95), 1),
        "p99_ms": round(at(0.99), 1),
        "max_ms": round(ordered[-1], 1),
    }
