"""Computes the precision of the number of items solved from the difficulties of the items.

The probability of n right answers at ability t, f(n | t), is computed item by item (Lord & Wingersky 1984, "Comparison
of IRT true-score and equipercentile observed-score equatings", Applied Psychological Measurement 8):

    f_k(n) = f_(k-1)(n) (1 - P_k) + f_(k-1)(n - 1) P_k

With T(t) = sum P, the expected number solved, and V(t) = sum P (1 - P):

    band        = T at the 5th and 95th percentile of the posterior of t given n, with the Jeffreys prior T' / sqrt(V)
    reliability = Var T / (Var T + E V)          over normal abilities with mean 0 and a given standard deviation
    better[d]   = sum over n of f(n) f(n + d) P(t' > t | n, n + d) / sum over n of f(n) f(n + d)

The band is the 90% interval of the average number a person would solve over many such forms; see `abilities.py` for
the prior. It assumes no distribution of abilities and is narrower at the ends. Scores are whole numbers, so coverage
varies around 90% from ability to ability. No ability explains a number below that of blind guessing; there the band is
extended to contain it. The reliability is that of the number right in classical test theory (Lord 1980,
"Applications of Item Response Theory to Practical Testing Problems", ch. 4; Kolen, Zeng & Hanson 1996, "Conditional
standard errors of measurement for scale scores using IRT", Journal of Educational Measurement 33).

`better` is the probability that, of two people from that distribution, the one who solved d more has the higher
ability, over all pairs of numbers d apart, weighted by how often they occur:

    sum over n of f(n) f(n + d) P(t' > t | n, n + d) / sum over n of f(n) f(n + d)
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate

from goodword.assessments.psychometrics.abilities import (
    STEP,
    TAIL,
    ItemCurve,
    grid_of,
    normed,
    point,
    quantile,
)
from goodword.assessments.psychometrics.norms import BAND_WIDTH

#: standard deviation of abilities until there is a calibration
ASSUMED_SD = 1.0


@dataclass(frozen=True, slots=True)
class SolvedBand:
    """The 90% band, in items solved."""

    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class FormPrecision:
    """`error`: the standard error of measurement, in items. `better[d]`: see above, for d from 0 to `items`.

    `in_order`: the probability that the more able of any two people solves more; ties count half.
    """

    items: int
    reliability: float
    error: float
    better: tuple[float, ...]
    in_order: float

    @property
    def half_band(self) -> float:
        return BAND_WIDTH * self.error


@lru_cache(maxsize=256)
def solved_bands(items: tuple[ItemCurve, ...]) -> tuple[SolvedBand, ...]:
    """Return the bands for 0 to all items solved. Sort `items`, so equal forms are computed only once."""
    grid = grid_of(items)
    at = [moments(items, t) for t in grid]
    numbers = list(zip(*(number_distribution(items, t) for t in grid), strict=True))
    priors = [node.slope / math.sqrt(node.variance) for node in at]
    expected = [node.mean for node in at]
    found: list[SolvedBand] = []
    for likelihood in numbers:
        masses = _shares([p * prior for p, prior in zip(likelihood, priors, strict=True)])
        ends = [_between(grid, expected, quantile(grid, masses, share)) for share in (TAIL, 1 - TAIL)]
        found.append(SolvedBand(min(ends[0], len(found)), max(ends[1], len(found))))
    return tuple(found)


@lru_cache(maxsize=64)
def form_precision(items: tuple[ItemCurve, ...], sd: float = ASSUMED_SD) -> FormPrecision:
    grid = [sd * (-5 + STEP * place) for place in range(101)]
    weights = normed([-((t / sd) ** 2) / 2 for t in grid])
    at = [moments(items, t) for t in grid]
    mean = math.sumprod(weights, [node.mean for node in at])
    true = math.sumprod(weights, [(node.mean - mean) ** 2 for node in at])
    error = math.sumprod(weights, [node.variance for node in at])
    numbers = list(zip(*(number_distribution(items, t) for t in grid), strict=True))
    joint = [[p * weight for p, weight in zip(number, weights, strict=True)] for number in numbers]
    return FormPrecision(
        items=len(items),
        reliability=true / (true + error),
        error=math.sqrt(error),
        better=tuple(_better(joint, d) for d in range(len(joint))),
        in_order=_in_order(joint),
    )


@dataclass(frozen=True, slots=True)
class Moments:
    mean: float
    slope: float
    variance: float


def moments(items: Sequence[ItemCurve], t: float) -> Moments:
    found = [point(curve, t) for curve in items]
    return Moments(
        sum(curve_point.p for curve_point in found),
        sum(curve_point.slope for curve_point in found),
        sum(curve_point.p * (1 - curve_point.p) for curve_point in found),
    )


def number_distribution(items: Sequence[ItemCurve], t: float) -> list[float]:
    found = [1.0]
    for curve in items:
        p = point(curve, t).p
        found = [stay * (1 - p) + come * p for stay, come in zip([*found, 0.0], [0.0, *found], strict=True)]
    return found


def _shares(masses: Sequence[float]) -> list[float]:
    whole = math.fsum(masses)
    return [mass / whole for mass in masses]


def _between(grid: Sequence[float], values: Sequence[float], t: float) -> float:
    place = (t - grid[0]) / (grid[1] - grid[0])
    before = max(0, min(len(grid) - 2, math.floor(place)))
    share = min(1.0, max(0.0, place - before))
    return values[before] * (1 - share) + values[before + 1] * share


def _in_order(joint: Sequence[Sequence[float]]) -> float:
    found, above = 0.0, [0.0] * len(joint[0])
    for number in reversed(joint):
        found += 2 * math.sumprod(above, _below(number)) + math.fsum(number) ** 2 / 2
        above = [mass + more for mass, more in zip(above, number, strict=True)]
    return found


def _below(masses: Sequence[float]) -> list[float]:
    return [upto - own / 2 for upto, own in zip(accumulate(masses), masses, strict=True)]


def _better(joint: Sequence[Sequence[float]], d: int) -> float:
    right = whole = 0.0
    for less, more in zip(joint, joint[d:], strict=False):
        right += math.sumprod(more, _below(less))
        whole += math.fsum(less) * math.fsum(more)
    return right / whole if whole else 1.0
