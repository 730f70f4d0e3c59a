"""Measures how well a person's ratings follow a key, in several groups of rated objects (the actions of situations).

Two sets of ratings differ in level, in spread and in shape (Cronbach & Gleser 1953, Psychological Bulletin 50,
456-473). Only the shape shows judgement; level and spread are habits of using an answer scale. With a' and k' the
deviations of ratings and keys from their means in the same group,

    A = sum of a'^2    K = sum of k'^2    P = sum of a' k'        of each group
    r = P / sqrt(A K)                                             of their sums over all groups

is the correlation within groups. It is computed over all groups, since a single one has too few objects. It is
undefined if either side never deviates.

Its 90% interval is the jackknife's over groups. Leaving out each of the G groups in turn gives z_i = atanh r_i, and

    SE       = sqrt((G - 1) / G * sum of (z_i - mean of all z_i)^2)
    interval = tanh(atanh r ± t SE)        t: the 95% point with G - 1 degrees of freedom

(Tukey 1958, Annals of Mathematical Statistics 29, 614; Miller 1974, Biometrika 61, 1-15, who advises transforming a
correlation first). Groups count as a sample of all such groups. There is no interval with fewer than LEAST_GROUPS
groups, or if r or one r_i is undefined or perfect. tests/assessments/psychometrics/test_profiles.py has its coverage.

Reliability: r in one half of the groups and in the other are correlated over people, for each way to halve the groups
(from 10 groups on, for SPLITS of them), and the mean m of these is stepped up: 2 m / (1 + m) (Spearman 1910, Brown
1910). For an odd number of groups it is slightly too low.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import atanh, comb, fsum, sqrt, tanh
from random import Random
from statistics import StatisticsError, correlation, fmean
from typing import Final

from goodword.assessments.psychometrics.agreement import Interval, f_quantile

#: minimum groups for an interval; with fewer, coverage and availability depend on response style (docs/scoring.md)
LEAST_GROUPS: Final = 5
SPLITS: Final = 64
#: minimum people with both halves for a meaningful reliability
_LEAST_PEOPLE: Final = 3
#: sums of squares and distances from a perfect correlation below this are rounding errors
_TINY: Final = 1e-9


@dataclass(frozen=True, slots=True)
class GroupSums:
    """Sums over the objects of a group: of squared deviations of ratings and of keys, and of their products."""

    ratings: float
    keys: float
    products: float


def group(ratings: Sequence[float], keys: Sequence[float]) -> GroupSums:
    """The group of the rated objects. A single object has no deviations."""
    if not ratings:
        return GroupSums(0, 0, 0)
    mean, other = fmean(ratings), fmean(keys)
    pairs = [(one - mean, two - other) for one, two in zip(ratings, keys, strict=True)]
    return GroupSums(
        ratings=fsum(one * one for one, _ in pairs),
        keys=fsum(two * two for _, two in pairs),
        products=fsum(one * two for one, two in pairs),
    )


def correlation_within(groups: Sequence[GroupSums]) -> float | None:
    size = sqrt(fsum(sums.ratings for sums in groups) * fsum(sums.keys for sums in groups))
    if size < _TINY:
        return None
    return max(-1.0, min(1.0, fsum(sums.products for sums in groups) / size))


def interval(groups: Sequence[GroupSums]) -> Interval | None:
    """The 90% interval. Groups in which neither side deviates don't count."""
    counting = [sums for sums in groups if max(sums.ratings, sums.keys) > _TINY]
    n = len(counting)
    if n < LEAST_GROUPS:
        return None
    found = [correlation_within(counting)]
    found += [correlation_within([*counting[:place], *counting[place + 1 :]]) for place in range(n)]
    known = [atanh(r) for r in found if r is not None and abs(r) < 1 - _TINY]
    if len(known) < len(found):
        return None
    centre, *without = known
    mean = fmean(without)
    error = sqrt((n - 1) / n * fsum((value - mean) ** 2 for value in without))
    width = sqrt(f_quantile(1, n - 1, at=0.9)) * error  # the square of t has the distribution F(1, n - 1)
    return tanh(centre - width), tanh(centre + width)


def split_half(people: Sequence[Sequence[GroupSums]]) -> float | None:
    """`people`: each person's groups, the same for all and in the same order. At most 1, possibly negative; None for
    fewer than two groups or three people, or without variance."""
    if len({len(groups) for groups in people}) > 1:
        raise ValueError("Everyone's groups must be the same.")
    n = len(people[0]) if people else 0
    found = [r for half in _halves(n) if (r := _between_halves(people, half)) is not None]
    if not found or (mean := fmean(found)) <= _TINY - 1:
        return None
    return min(1.0, 2 * mean / (1 + mean))


def _halves(n: int) -> Iterator[frozenset[int]]:
    if n < 2:
        return
    size = n // 2
    if comb(n, size) <= 2 * SPLITS:
        # for an even number each split occurs twice, once from either side
        yield from (
            frozenset(combination)
            for combination in combinations(range(n), size)
            if n % 2 or 0 in combination
        )
        return
    draw = Random(n)  # noqa: S311 - the same splits each time
    yield from (frozenset(draw.sample(range(n), size)) for _ in range(SPLITS))


def _between_halves(people: Sequence[Sequence[GroupSums]], half: frozenset[int]) -> float | None:
    pairs = []
    for groups in people:
        one = correlation_within([groups[place] for place in half])
        other = correlation_within([found for place, found in enumerate(groups) if place not in half])
        if one is not None and other is not None:
            pairs.append((one, other))
    if len(pairs) < _LEAST_PEOPLE:
        return None
    try:
        # sorted, so the order of people doesn't change the last digit
        return correlation(*zip(*sorted(pairs), strict=True))
    except StatisticsError:
        return None  # one half is equal for everybody
