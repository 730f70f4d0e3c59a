"""Compares the selection rates of two groups. Pure."""

from dataclasses import dataclass
from math import exp, fsum, lgamma, log, sqrt
from typing import Final

#: 95 % of the standard normal distribution lies between plus and minus this
_Z: Final = 1.959964
#: tolerance of the logarithms, so that rounding excludes no table as likely as the observed one
_SAME: Final = 1e-7
FOUR_FIFTHS: Final = 0.8


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    selected: int
    decided: int

    @property
    def rate(self) -> float:
        return self.selected / self.decided


@dataclass(frozen=True, slots=True, kw_only=True)
class RateRatio:
    """`low` and `high`: a 95 % interval of the ratio. `p`: Fisher's exact test, two-sided."""

    ratio: float
    low: float
    high: float
    p: float

    @property
    def below_four_fifths(self) -> bool:
        return self.ratio < FOUR_FIFTHS


def compare(group: Count, reference: Count) -> RateRatio | None:
    """Returns the group's rate divided by the reference's, or None if the reference selected nobody.

    Interval: Katz and others 1978, "Obtaining confidence intervals for the risk ratio in cohort studies", Biometrics
    34, 469-474. If a group selected nobody or everybody, half a person is added or subtracted, to give the interval a
    width.
    """
    if not reference.selected:
        return None
    a, b = _inside(group), _inside(reference)
    n, m = group.decided, reference.decided
    centre = log((a / n) / (b / m))
    width = _Z * sqrt(1 / a - 1 / n + 1 / b - 1 / m)
    return RateRatio(
        ratio=group.rate / reference.rate,
        low=exp(centre - width) if group.selected else 0.0,
        high=exp(centre + width),
        p=fisher(group, reference),
    )


def _inside(count: Count) -> float:
    return min(max(count.selected, 0.5), count.decided - 0.5)


def fisher(one: Count, other: Count) -> float:
    """Returns the two-sided p: the probability, given the totals, of all tables at most as likely as the observed one.

    Fisher 1935, "The logic of inductive inference", Journal of the Royal Statistical Society 98, 39-82.
    """
    selected, everybody = one.selected + other.selected, one.decided + other.decided
    least, most = max(0, selected - other.decided), min(selected, one.decided)
    every = _log_ways(everybody, selected)
    logs = [
        _log_ways(one.decided, k) + _log_ways(other.decided, selected - k) - every
        for k in range(least, most + 1)
    ]
    limit = logs[one.selected - least] + _SAME
    return min(1.0, fsum(exp(value) for value in logs if value <= limit))


def _log_ways(n: int, k: int) -> float:
    """The logarithm of the number of ways to choose `k` of `n`."""
    return lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1)
