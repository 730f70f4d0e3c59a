"""Compares selection rates: all groups together, and each group with the one that has the highest rate. Pure."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import erfc, exp, fsum, lgamma, log, pi, sqrt
from statistics import NormalDist
from typing import Final

from goodword.core.text import rounded

_LEVEL: Final = 0.05
#: tolerance of logarithms, so that rounding excludes no table that is as likely as the observed one
_SAME: Final = 1e-7
FOUR_FIFTHS: Final = 0.8


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
        return _written(self.ratio, limit=FOUR_FIFTHS)

    @property
    def low_text(self) -> str:
        return rounded(self.low, 2)

    @property
    def high_text(self) -> str:
        return _written(self.high, limit=1)

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


def _written(value: float, *, limit: float) -> str:
    """Two decimals, or as many as it takes to show that the value is below the limit."""
    places = 2
    while value < limit <= float(rounded(value, places)):
        places += 1
    return rounded(value, places)


def written_p(p: float) -> str:
    """ "p = 0.339", or "p < 0.001", since no p is zero."""
    text = rounded(p, 3)
    return f"p = {text}" if float(text) else "p < 0.001"


def compare_all(counts: Mapping[str, Count]) -> tuple[dict[str, RateRatio], Together | None]:
    """Return the ratio of each other group to the one with the highest rate (empty if nobody was selected), and the
    test of all groups (None for fewer than two).

    The highest rate is partly luck, and any pair could have been compared. So p is adjusted for all pairs (Holm 1979,
    "A simple sequentially rejective multiple test procedure", Scandinavian Journal of Statistics 6, 65-70), and 19
    times out of 20 the intervals contain all the true ratios (Bonferroni).
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
    """The group's rate divided by the reference's, which is above zero. Interval: Katz and others 1978, "Obtaining
    confidence intervals for the risk ratio in cohort studies", Biometrics 34, 469-474. If a group selected nobody or
    everybody, half a person is added or subtracted, to give the interval a width."""
    a, b = _inside(group), _inside(reference)
    n, m = group.decided, reference.decided
    centre = log((a / n) / (b / m))
    width = NormalDist().inv_cdf(1 - level / 2) * sqrt(1 / a - 1 / n + 1 / b - 1 / m)
    return RateRatio(
        # one division of whole numbers, since 20/30 divided by 25/30 is a float just below 0.8
        ratio=(group.selected * m) / (reference.selected * n),
        low=exp(centre - width) if group.selected else 0.0,
        high=exp(centre + width),
        p=p,
    )


def _inside(count: Count) -> float:
    return min(max(count.selected, 0.5), count.decided - 0.5)


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
    rate = sum(one.selected for one in counts) / sum(one.decided for one in counts)
    expected = [each for one in counts for each in (one.decided * rate, one.decided * (1 - rate))]
    few = sum(each < 5 for each in expected)
    if len(counts) == 2 or min(expected) < 1 or few > len(expected) / 5:
        return Together(p=min(adjusted), exact=True)
    spread = fsum((one.selected - one.decided * rate) ** 2 / one.decided for one in counts)
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
