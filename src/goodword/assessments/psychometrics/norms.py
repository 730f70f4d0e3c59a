"""Norm groups: the position of a score among people who took the same test in the same way, with its uncertainty.

    percentile(x) = 100 * (scores below x + half of the scores equal to x) / n    rounded, from 1 to 99
    SE            = sd * sqrt(1 - reliability)                                    standard error of measurement
    band          = x - 1.645 SE  to  x + 1.645 SE                                90%

The mid-rank percentile (Crocker & Algina 1986, "Introduction to Classical and Modern Test Theory", ch. 19) treats ties
alike and assumes no distribution. The standard error is that of classical test theory (Lord & Novick 1968, "Statistical
Theories of Mental Test Scores", ch. 3): one number for all scores, too narrow for some and too wide for others.

The band is around the observed score, not around Kelley's regressed estimate, so it depends only on this person's
answers. Without a reliability there is no band, and then no percentile may be shown. Some scores have their own
interval from the person's answers, which is then the band.
"""

import math
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from statistics import mean, stdev
from typing import Any

from goodword.assessments.psychometrics import SCORING

#: minimum first attempts of a norm group: at n = 100 a percentile of 50 has a standard error of 5 points
LEAST = 100
#: number from which that error is 3.5 points or less
ADVISED = 200
#: 1.645 standard errors to each side contain the middle 90% of a normal distribution, the usual width in reports: 68%
#: (one standard error) would miss every third person, and 95% would make short tests almost meaningless
BAND_WIDTH = 1.645


class TooFew(ValueError):
    """There are not enough scores for a norm group: `n` instead of `LEAST`."""

    def __init__(self, n: int) -> None:
        super().__init__(f"A norm group needs {LEAST} first attempts; there are {n}.")
        self.n = n


@dataclass(frozen=True, slots=True, kw_only=True)
class NormTable:
    """`sd`: standard deviation of the sample (n - 1). `cumulative`: for each observed score in ascending order, the
    number at or below it."""

    n: int
    mean: float
    sd: float
    cumulative: tuple[tuple[float, int], ...]
    reliability: float | None

    @property
    def advised(self) -> bool:
        return self.n >= ADVISED


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    low: float
    high: float
    percentile_low: int
    percentile: int
    percentile_high: int


def norm_table(scores: Iterable[float | Fraction], reliability: float | None) -> NormTable:
    """Build a norm table. `scores`: one per person. Raises `TooFew`, and `ValueError` for a non-finite score or a
    reliability above 1."""
    values = sorted(float(score) for score in scores)
    if not all(map(math.isfinite, values)):
        raise ValueError("A score must be a finite number.")
    if len(values) < LEAST:
        raise TooFew(len(values))
    if reliability is not None and not reliability <= 1:
        raise ValueError(f"A reliability must be at most 1, not {reliability}.")
    cumulative: list[tuple[float, int]] = []
    so_far = 0
    for score, count in sorted(Counter(values).items()):
        so_far += count
        cumulative.append((score, so_far))
    return NormTable(
        n=len(values),
        mean=mean(values),
        sd=stdev(values),
        cumulative=tuple(cumulative),
        reliability=reliability,
    )


def percentile(table: NormTable, score: float | Fraction) -> int:
    """The mid-rank percentile of a score, 1 to 99, halves rounded up. Show it only if there is a `band`."""
    value = float(score)  # as in the table, since a share of 1/3 isn't equal to its float
    place = bisect_left(table.cumulative, value, key=lambda entry: entry[0])
    below = table.cumulative[place - 1][1] if place else 0
    at = 0
    if place < len(table.cumulative) and table.cumulative[place][0] == value:
        at = table.cumulative[place][1] - below
    share = Fraction(2 * below + at, 2 * table.n)
    return min(99, max(1, math.floor(100 * share + Fraction(1, 2))))


def standard_error(table: NormTable) -> float | None:
    """Return the standard error in the unit of the scores. None if the reliability is unknown or not positive, or all
    scores are equal."""
    if table.reliability is None or table.reliability <= 0 or table.sd == 0:
        return None
    return table.sd * math.sqrt(1 - table.reliability)


def band(table: NormTable, score: float | Fraction) -> Band | None:
    """The score's 90% band; None without a standard error, and then no percentile may be shown."""
    error = standard_error(table)
    if error is None:
        return None
    return band_between(table, score, float(score) - BAND_WIDTH * error, float(score) + BAND_WIDTH * error)


def band_between(table: NormTable, score: float | Fraction, low: float, high: float) -> Band:
    return Band(
        low=low,
        high=high,
        percentile_low=percentile(table, low),
        percentile=percentile(table, score),
        percentile_high=percentile(table, high),
    )


def to_json(table: NormTable) -> dict[str, Any]:
    return {
        "rule": SCORING["norms"],
        "n": table.n,
        "mean": table.mean,
        "sd": table.sd,
        "cumulative": [[score, count] for score, count in table.cumulative],
        "reliability": table.reliability,
    }


def from_json(data: Mapping[str, Any]) -> NormTable:
    """Parse a table. Raises `ValueError` if it was made by another rule or is inconsistent, `KeyError` or `TypeError`
    for data of another shape."""
    if data["rule"] != SCORING["norms"]:
        raise ValueError(f"This norm table was made by rule {data['rule']!r}.")
    table = NormTable(
        n=data["n"],
        mean=data["mean"],
        sd=data["sd"],
        cumulative=tuple((float(score), int(count)) for score, count in data["cumulative"]),
        reliability=data["reliability"],
    )
    counts = [0, *(count for _, count in table.cumulative)]
    scores = [score for score, _ in table.cumulative]
    if counts[-1] != table.n or sorted(set(counts)) != counts or sorted(set(scores)) != scores:
        raise ValueError("The counts of this norm table must increase to its n.")
    return table


def from_json_if_current(data: Mapping[str, Any]) -> NormTable | None:
    """Like `from_json`, but returns None if the table was made under another rule or is inconsistent."""
    try:
        return from_json(data)
    except ValueError:
        return None
