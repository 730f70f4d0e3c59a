"""Agreement of raters who have all rated the same targets on the same scale.

Intraclass correlations of a two-way model with random raters, for absolute agreement: ICC(2,1) and ICC(2,k) of Shrout &
Fleiss (1979, Psychological Bulletin 86, 420-428), ICC(A,1) and ICC(A,k) of McGraw & Wong (1996, Psychological Methods
1, 30-46). With n targets, k raters, and the mean squares of targets R, raters C and error E:

    single   = (R - E) / (R + (k - 1) E + k (C - E) / n)          one rater
    average  = (R - E) / (R + (C - E) / n)                         the mean of these k raters

Raters who are stricter than others lower both, since a key takes the level of ratings, not just their order. The 95%
interval is that of McGraw & Wong, table 7, from quantiles of F with Satterthwaite's degrees of freedom v (r = single):

    a = k r / (n (1 - r))      b = 1 + k r (n - 1) / (n (1 - r))
    v = (a C + b E)^2 / ((a C)^2 / (k - 1) + (b E)^2 / ((n - 1) (k - 1)))
    low  = n (R - F E) / (F (k C + (k n - k - n) E) + n R)         F = F(.975; n - 1, v)
    high = n (F R - E) / (k C + (k n - k - n) E + n F R)           F = F(.975; v, n - 1)

for one rater, and for the mean of k by stepping up: k r / (1 + (k - 1) r) (Spearman 1910, Brown 1910). It assumes
normally distributed effects, and is rough with few targets.

If each target has different raters, raters and error can't be distinguished (one-way model, `one_way`). The coefficient
is then the ICC(1,1) of Shrout & Fleiss, with the mean square within targets W:

    single   = (R - W) / (R + (k - 1) W)
    interval = (f - 1) / (f + k - 1) at f = R / W / F(.975; n - 1, n (k - 1)) and R / W * F(.975; n (k - 1), n - 1)

Agreement on a single target is 1 - s^2 / ((A^2 - 1) / 12) with A steps of the scale: the variance of the ratings
relative to that of ratings at random (James, Demaree & Wolf 1984, Journal of Applied Psychology 69, 85-98). LeBreton &
Senter (2008, Organizational Research Methods 11, 815-852) call values up to .50 weak or lacking.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import exp, fsum, lgamma, log
from statistics import fmean, median, stdev
from typing import Final

type Interval = tuple[float, float]
#: a target has widely spread ratings if their agreement is at most this
WEAK: Final = 0.5
_TAIL = 0.975
_TINY = 1e-300
#: mean squares up to this share of the raters' are zero except for rounding
_ROUNDING = 1e-12


@dataclass(frozen=True, slots=True, kw_only=True)
class IntraclassCorrelation:
    """ICC(2,1) and ICC(2,k) with 95% intervals, of `raters` on `targets`."""

    single: float
    single_interval: Interval
    average: float
    average_interval: Interval
    raters: int
    targets: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OneWay:
    """ICC(1,1) with its 95% interval, of `raters` for each of `targets`."""

    single: float
    interval: Interval
    raters: int
    targets: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """Ratings of one target; `counts` by step of the scale. `within` is the agreement, 1 if all are equal."""

    mean: float
    median: float
    sd: float
    counts: tuple[int, ...]
    within: float

    @property
    def is_wide(self) -> bool:
        return self.within <= WEAK


def agreement(rows: Sequence[Sequence[float]]) -> IntraclassCorrelation | None:
    """Compute the agreement of raters. `rows`: a row per target, a column per rater, without gaps. None if undefined:
    fewer than two of either, each rater gives all targets the same rating, or the targets differ so little that the
    mean of raters has no reliability."""
    n, k = len(rows), len(rows[0]) if rows else 0
    if n < 2 or k < 2:
        return None
    targets, raters, error = _mean_squares(rows)
    if max(targets, error) <= _ROUNDING * raters:
        return None
    spread = targets + (k - 1) * error + k * (raters - error) / n
    if spread <= 0:
        return None
    single = (targets - error) / spread
    if 1 + (k - 1) * single <= 0:
        return None
    low, high = _interval(single, targets, raters, error, n=n, k=k)
    return IntraclassCorrelation(
        single=single,
        single_interval=(low, high),
        average=_stepped_up(single, k),
        average_interval=(_stepped_up(low, k), _stepped_up(high, k)),
        raters=k,
        targets=n,
    )


def one_way(rows: Sequence[Sequence[float]]) -> OneWay | None:
    """Compute ICC(1,1). `rows`: a row per target with equally many ratings, by different raters. None if undefined:
    fewer than two of either, or all ratings equal."""
    n, k = len(rows), len(rows[0]) if rows else 0
    if n < 2 or k < 2:
        return None
    means = [fmean(row) for row in rows]
    whole = fmean(means)
    targets = k * fsum((mean - whole) ** 2 for mean in means) / (n - 1)
    within = fsum((value - mean) ** 2 for row, mean in zip(rows, means, strict=True) for value in row)
    within /= n * (k - 1)
    if targets <= _TINY and within <= _TINY:
        return None
    single = (targets - within) / (targets + (k - 1) * within)
    ends = (1.0, 1.0)
    if within > _TINY:
        ratio = targets / within
        low, high = (
            ratio / f_quantile(n - 1, n * (k - 1)),
            ratio * f_quantile(n * (k - 1), n - 1),
        )
        ends = ((low - 1) / (low + k - 1), (high - 1) / (high + k - 1))
    return OneWay(single=single, interval=ends, raters=k, targets=n)


def spread(ratings: Sequence[int], *, steps: Sequence[int]) -> Spread:
    """`ratings` of one target by at least two raters, `steps` of the scale from the lowest."""
    deviation = stdev(ratings)
    return Spread(
        mean=fmean(ratings),
        median=median(ratings),
        sd=deviation,
        counts=tuple(ratings.count(step) for step in steps),
        within=1 - deviation**2 / ((len(steps) ** 2 - 1) / 12),
    )


def _mean_squares(rows: Sequence[Sequence[float]]) -> tuple[float, float, float]:
    n, k = len(rows), len(rows[0])
    whole = fmean(value for row in rows for value in row)
    of_targets = [fmean(row) for row in rows]
    of_raters = [fmean(column) for column in zip(*rows, strict=True)]
    rest = fsum(
        (value - target - rater + whole) ** 2
        for row, target in zip(rows, of_targets, strict=True)
        for value, rater in zip(row, of_raters, strict=True)
    )
    return (
        k * fsum((target - whole) ** 2 for target in of_targets) / (n - 1),
        n * fsum((rater - whole) ** 2 for rater in of_raters) / (k - 1),
        rest / ((n - 1) * (k - 1)),
    )


def _interval(r: float, targets: float, raters: float, error: float, *, n: int, k: int) -> Interval:
    if r >= 1 - 1e-12:
        return 1.0, 1.0
    a = k * r / (n * (1 - r)) * raters
    b = (1 + k * r * (n - 1) / (n * (1 - r))) * error
    df = max((a + b) ** 2 / (a**2 / (k - 1) + b**2 / ((n - 1) * (k - 1))), 1e-3)
    others = k * raters + (k * n - k - n) * error
    f = f_quantile(n - 1, df)
    low = n * (targets - f * error) / (f * others + n * targets)
    f = f_quantile(df, n - 1)
    return low, n * (f * targets - error) / (others + n * f * targets)


def _stepped_up(r: float, k: int) -> float:
    """The agreement of the mean of k raters. It is never below -1, where the lower end of a wide interval from few
    targets has no meaning."""
    below = 1 + (k - 1) * r
    return max(k * r / below, -1.0) if below > 0 else -1.0


@lru_cache(maxsize=256)
def f_quantile(d1: float, d2: float, *, at: float = _TAIL) -> float:
    """The point of F with probability `at` below it, by bisection on the beta distribution of d1 F / (d1 F + d2)."""
    low, high = 0.0, 1.0
    for _ in range(200):
        middle = (low + high) / 2
        if _beta_cdf(middle, d1 / 2, d2 / 2) < at:
            low = middle
        else:
            high = middle
    return d2 * high / (d1 * max(1 - high, _TINY))


def _beta_cdf(x: float, a: float, b: float) -> float:
    """The regularised incomplete beta function, by its continued fraction (Abramowitz & Stegun 26.5.8)."""
    if x <= 0 or x >= 1:
        return float(x >= 1)
    if x > (a + 1) / (a + b + 2):
        return 1 - _beta_cdf(1 - x, b, a)
    front = exp(lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log(1 - x)) / a
    c, d = 1.0, 1 / _not_zero(1 - (a + b) * x / (a + 1))
    found = d
    for m in range(1, 500):
        for step in (
            m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
            -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)),
        ):
            d = 1 / _not_zero(1 + step * d)
            c = _not_zero(1 + step / c)
            found *= c * d
        if abs(c * d - 1) < 1e-14:
            break
    return front * found


def _not_zero(value: float) -> float:
    return value if abs(value) > _TINY else _TINY
