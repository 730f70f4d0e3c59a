"""Correlations with a key, their intervals and reliability, compared with scipy and simulated truth."""

from collections.abc import Sequence
from random import Random
from statistics import fmean
from typing import Any

import pytest

from goodword.assessments.psychometrics.profiles import (
    GroupSums,
    correlation_within,
    group,
    interval,
    split_half,
)

type Pairs = Sequence[tuple[Sequence[float], Sequence[float]]]


def groups_of(pairs: Pairs) -> list[GroupSums]:
    return [group(ratings, keys) for ratings, keys in pairs]


def answers(source: Random, *, groups: int, size: int, noise: float, spread: float = 1) -> Pairs:
    """Ratings from 1 to 5 by somebody with error SD `noise` about keys from 1.2 to 4.8 who stretches the scale by
    `spread` about its middle.
    """
    made = []
    for _ in range(groups):
        keys = [source.uniform(1.2, 4.8) for _ in range(size)]
        felt = [3 + spread * (key + source.gauss(0, noise) - 3) for key in keys]
        made.append(([max(1, min(5, round(one))) for one in felt], keys))
    return made


def by_scipy(pairs: Pairs) -> float:
    """The correlation after subtracting group means."""
    import numpy as np
    from scipy.stats import pearsonr  # type: ignore[import-untyped]  # scipy has no types

    left, right = (
        np.concatenate([np.array(pair[side], float) - np.mean(pair[side]) for pair in pairs])
        for side in (0, 1)
    )
    return float(pearsonr(left, right)[0])


@pytest.mark.parametrize(
    ("groups", "size", "noise", "spread"),
    [(8, 4, 1, 1), (12, 2, 2, 0.5), (5, 5, 0.5, 2.2), (20, 3, 4, 1)],
)
def test_correlation_and_interval_match_scipy(groups: int, size: int, noise: float, spread: float) -> None:
    import numpy as np
    from scipy.stats import t

    pairs = answers(Random(groups), groups=groups, size=size, noise=noise, spread=spread)
    found = groups_of(pairs)
    assert correlation_within(found) == pytest.approx(by_scipy(pairs))
    without = np.arctanh([by_scipy([*pairs[:n], *pairs[n + 1 :]]) for n in range(groups)])
    error = np.sqrt((groups - 1) * np.var(without))
    width, centre = t.ppf(0.95, groups - 1) * error, np.arctanh(by_scipy(pairs))
    assert interval(found) == pytest.approx((np.tanh(centre - width), np.tanh(centre + width)))


def test_the_correlation_ignores_level_and_spread() -> None:
    assert correlation_within(
        groups_of([([1, 2, 3], [2.0, 3.0, 4.0]), ([5, 4, 5], [2.5, 1.5, 2.5])])
    ) == pytest.approx(1)
    assert correlation_within(groups_of([([1, 2, 3], [4.0, 3.0, 2.0])])) == pytest.approx(-1)
    pairs = answers(Random(1), groups=6, size=4, noise=1)
    other = [([2 * rating + 7 for rating in ratings], keys) for ratings, keys in pairs]
    assert correlation_within(groups_of(other)) == pytest.approx(correlation_within(groups_of(pairs)))


def test_there_is_no_correlation_if_one_side_never_deviates() -> None:
    alike: list[Pairs] = [[], [([], [])], [([3], [4.0])], [([3, 3], [1.0, 5.0])], [([2, 4], [3.0, 3.0])]]
    assert [correlation_within(groups_of(pairs)) for pairs in alike] == [None] * len(alike)


def test_there_is_no_interval_where_a_group_decides_alone() -> None:
    keys = [1.0, 3.0, 5.0]
    tilted, flat, odd = ([1, 2, 5], keys), ([3, 3, 3], keys), ([2, 1, 5], keys)
    four = [tilted, odd, flat, tilted]
    assert interval(groups_of(four)) is None  # too few
    assert interval(groups_of([tilted, flat, flat, flat, flat])) is None  # undefined without the first
    assert interval(groups_of([(keys, keys)] * 5)) is None  # perfect
    assert interval(groups_of([*[(keys, keys)] * 4, odd])) is None  # perfect without the last
    assert interval(groups_of([*four, ([3], [4.0]), ([4, 4], [2.0, 2.0])])) is None  # four that count
    assert interval(groups_of([*four, odd])) is not None


@pytest.mark.slow
@pytest.mark.parametrize(
    ("groups", "size", "noise", "spread"),
    [(8, 4, 1, 1), (8, 2, 0.5, 2.2), (5, 3, 1, 2.2), (5, 4, 2, 0.45), (20, 4, 1, 1)],
)
def test_nine_in_ten_intervals_contain_the_correlation_over_very_many_groups(
    groups: int, size: int, noise: float, spread: float
) -> None:
    source = Random(f"{groups} {size} {noise} {spread}")
    truth = correlation_within(groups_of(answers(source, groups=3000, size=size, noise=noise, spread=spread)))
    assert truth is not None
    people = 800
    found = [
        interval(groups_of(answers(source, groups=groups, size=size, noise=noise, spread=spread)))
        for _ in range(people)
    ]
    known = [one for one in found if one is not None]
    assert len(known) > 0.98 * people
    assert 0.87 < fmean(low <= truth <= high for low, high in known) < 0.93


def people_of(
    source: Random, *, n: int, groups: int, size: int = 4
) -> tuple[list[list[GroupSums]], list[float]]:
    """People with different judgement and the same key, and their correlations over very many situations."""
    keys = [[source.uniform(1.2, 4.8) for _ in range(size)] for _ in range(groups)]
    people, results = [], []
    for _ in range(n):
        noise = source.uniform(0.4, 4)

        def rated(these: Sequence[float], noise: float = noise) -> list[int]:
            return [max(1, min(5, round(key + source.gauss(0, noise)))) for key in these]

        people.append([group(rated(key), key) for key in keys])
        parallel = correlation_within([group(rated(key), key) for key in keys])
        assert parallel is not None
        results.append(parallel)
    return people, results


@pytest.mark.slow
@pytest.mark.parametrize("groups", [4, 12])
def test_split_half_reliability_is_the_correlation_with_a_second_result(groups: int) -> None:
    from scipy.stats import pearsonr

    people, again = people_of(Random(groups), n=500, groups=groups)
    first: list[Any] = [correlation_within(person) for person in people]
    found = split_half(people)
    assert found == pytest.approx(float(pearsonr(first, again)[0]), abs=0.06)
    assert split_half(people[::-1]) == found


def test_there_is_no_reliability_without_halves_or_differences() -> None:
    keys = [1.0, 3.0, 5.0]
    one, other = groups_of([([1, 2, 5], keys), ([2, 1, 5], keys)])
    flat = group([3, 3, 3], keys)
    assert [split_half(people) for people in ([], [[one]] * 9, [[one, other]] * 2, [[one, other]] * 9)] == [
        None
    ] * 4
    assert split_half([[flat, flat]] * 9) is None
    with pytest.raises(ValueError, match="the same"):
        split_half([[one], [one, other]])
