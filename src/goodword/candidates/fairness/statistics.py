"""Compares selection rates: all groups together, and each group with the one that has the highest rate. Pure."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import erfc, exp, fsum, lgamma, pi, sqrt
from statistics import NormalDist
from typing import Final

from goodword.core.text import rounded, rounded_beside

_LEVEL: Final = 0.05
#: tolerance of logarithms, so that rounding excludes no table that is as likely as the observed one
_SAME: Final = 1e-7
FOUR_FIFTHS: Final = 0.8
_HALVINGS: Final = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    selected: int
    decided: int

    @property
    def rate(self) -> float:
        return self.selected / self.decided

    @property
    def percent(self) -> float:
        return 100 * self.selected / self.decided


@dataclass(frozen=True, slots=True, kw_only=True)
class RateRatio:
    """`low` and `high`: the interval of the ratio. `p`: two-sided, by Fisher's exact test. Both are adjusted for all
    pairs of groups."""

    ratio: float
    low: float
    high: float
    p: float

    @property
    def below_four_fifths(self) -> bool:
        return self.ratio < FOUR_FIFTHS

    @property
    def text(self) -> str:
        return rounded_beside(self.ratio, FOUR_FIFTHS)

    @property
    def low_text(self) -> str:
        return rounded(self.low, 2)

    @property
    def high_text(self) -> str:
        return rounded_beside(self.high, 1)

    @property
    def p_text(self) -> str:
        return written_p(self.p)


@dataclass(frozen=True, slots=True, kw_only=True)
class Together:
    """Tests whether all groups could have the same rate. `exact`: whether Fisher's test of pairs was used instead of
    chi-squared."""

    p: float
    exact: bool

    @property
    def p_text(self) -> str:
        return written_p(self.p)


def written_p(p: float) -> str:
    """For example "p = 0.339", or "p < 0.001", since no p is zero."""
    text = rounded_beside(p, _LEVEL, places=3)
    return f"p = {text}" if float(text) else "p < 0.001"


def compare_all(counts: Mapping[str, Count]) -> tuple[dict[str, RateRatio], Together | None]:
    """Return the ratio of each other group to the one with the highest rate (empty if nobody was selected), and the
    test of all groups (None for fewer than two).

    The highest rate is partly due to chance, and any pair could have been compared. So p is adjusted for all pairs
    (Holm 1979, "A simple sequentially rejective multiple test procedure", Scandinavian Journal of Statistics 6, 65-70),
    and 19 times out of 20 the intervals contain all the true ratios (Bonferroni), approximately
    (docs/decisions/0061-*).
    """
    if len(counts) < 2:
        return {}, None
    pairs = list(combinations(counts, 2))
    plain = [fisher(counts[one], counts[other]) for one, other in pairs]
    adjusted = dict(zip(pairs, holm(plain), strict=True))
    together = _together(list(counts.values()), adjusted.values())
    best = max(counts, key=lambda name: counts[name].rate)
    if not counts[best].selected:
        return {}, together
    ratios = {
        name: _ratio(
            count,
            counts[best],
            p=adjusted[(name, best) if (name, best) in adjusted else (best, name)],
            level=_LEVEL / len(pairs),
        )
        for name, count in counts.items()
        if name != best
    }
    return ratios, together


def _ratio(group: Count, reference: Count, *, p: float, level: float) -> RateRatio:
    """The group's rate divided by the reference's, which is above zero."""
    # one division of whole numbers, since 20/30 divided by 25/30 is a float just below 0.8
    ratio = (group.selected * reference.decided) / (reference.selected * group.decided)
    z = NormalDist().inv_cdf(1 - level / 2)
    return RateRatio(
        ratio=ratio,
        low=_end(group, reference, z=z, start=ratio, factor=0.5) if group.selected else 0.0,
        high=_end(group, reference, z=z, start=ratio or 1 / group.decided, factor=2),
        p=p,
    )


def _end(group: Count, reference: Count, *, z: float, start: float, factor: float) -> float:
    """An end of the score interval, in the direction of `factor`: Koopman 1984, "Confidence intervals for the ratio of
    two binomial proportions", Biometrics 40, 513-517. It contains the ratios t that the score test doesn't reject:

        |p - t q| <= z sqrt(p' (1 - p') / n + t^2 q' (1 - q') / m)

    with the rates p of n and q of m, and p' = t q' the most likely rates if t is the true ratio."""
    inside, outside = start, start * factor
    while not _rejected(group, reference, outside, z):
        inside, outside = outside, outside * factor
    for _ in range(_HALVINGS):
        middle = sqrt(inside * outside)
        if _rejected(group, reference, middle, z):
            outside = middle
        else:
            inside = middle
    return inside


def _rejected(group: Count, reference: Count, t: float, z: float) -> bool:
    n, m = group.decided, reference.decided
    selected = group.selected + reference.selected
    half = (t * (n + reference.selected) + m + group.selected) / 2
    q = min(1.0, selected / (half + sqrt(max(0.0, half * half - t * (n + m) * selected))))
    p = min(1.0, t * q)
    variance = p * (1 - p) / n + t * t * q * (1 - q) / m
    return abs(group.rate - t * reference.rate) > z * sqrt(variance)


def fisher(one: Count, other: Count) -> float:
    """Two-sided p: given the totals, the probability of all tables that are at most as likely as the observed one.
    Fisher 1935, "The logic of inductive inference", Journal of the Royal Statistical Society 98, 39-82."""
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
    return lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1)


def holm(ps: Sequence[float]) -> list[float]:
    adjusted, highest = [0.0] * len(ps), 0.0
    for done, place in enumerate(sorted(range(len(ps)), key=ps.__getitem__)):
        highest = max(highest, min(1.0, (len(ps) - done) * ps[place]))
        adjusted[place] = highest
    return adjusted


def _together(counts: Sequence[Count], adjusted: Collection[float]) -> Together:
    """Pearson's chi-squared test. For two groups, or if an expected number is too small for it (below 1, or below 5 in
    a fifth of the cells: Cochran 1954, "Some methods for strengthening the common chi-squared tests", Biometrics 10,
    417-451), the smallest adjusted p of Fisher's test, which is exact."""
    rate = sum(count.selected for count in counts) / sum(count.decided for count in counts)
    expected = [each for count in counts for each in (count.decided * rate, count.decided * (1 - rate))]
    few = sum(each < 5 for each in expected)
    if len(counts) == 2 or min(expected) < 1 or few > len(expected) / 5:
        return Together(p=min(adjusted), exact=True)
    spread = fsum((count.selected - count.decided * rate) ** 2 / count.decided for count in counts)
    return Together(p=chi_squared(spread / (rate * (1 - rate)), len(counts) - 1), exact=False)


def chi_squared(value: float, degrees: int) -> float:
    """Probability that a chi-squared variable exceeds `value`. `degrees` of freedom: a whole number."""
    half = value / 2
    if degrees % 2:
        term, tail = sqrt(half / pi) * 2 * exp(-half), erfc(sqrt(half))
        start = 1.5
    else:
        term, tail = exp(-half), 0.0
        start = 1.0
    for place in range(degrees // 2):
        tail += term
        term *= half / (start + place)
    return min(1.0, tail)
