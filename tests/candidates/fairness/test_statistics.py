"""Fisher's exact test and the interval of a ratio, compared with published and independently computed figures."""

import random
from fractions import Fraction
from itertools import combinations, combinations_with_replacement, product
from math import comb, exp, factorial, inf

import pytest

from goodword.candidates.fairness.statistics import (
    Count,
    RateRatio,
    chi_squared,
    compare_all,
    fisher,
    holm,
    written_p,
)


def compare(group: Count, reference: Count) -> RateRatio | None:
    return compare_all({"group": group, "reference": reference})[0].get("group")


def count(selected: int, rejected: int) -> Count:
    return Count(selected=selected, decided=selected + rejected)


@pytest.mark.parametrize(
    ("one", "other", "p"),
    [
        # Fisher's "lady tasting tea"
        ((3, 1), (1, 3), 34 / 70),
        # the example in the documentation of scipy.stats.fisher_exact
        ((8, 2), (1, 5), 0.0349650),
        # the example in R's fisher.test (job satisfaction of convicts' twins, Fisher 1962)
        ((2, 15), (10, 3), 0.0005367),
        ((5, 25), (5, 25), 1.0),
        ((0, 30), (30, 0), 1.69112e-17),
        # counts in the thousands, computed with exact integers
        ((300, 400), (340, 360), 0.0363696),
        ((200, 800), (250, 750), 0.0086492),
    ],
)
def test_fisher_agrees_with_published_figures(one: tuple[int, int], other: tuple[int, int], p: float) -> None:
    assert fisher(count(*one), count(*other)) == pytest.approx(p, rel=1e-4)


@pytest.mark.parametrize("table", [(3, 9, 7, 2), (12, 28, 12, 48), (0, 7, 4, 4), (1, 0, 0, 1)])
def test_fisher_agrees_with_the_sum_of_hypergeometric_probabilities(table: tuple[int, int, int, int]) -> None:
    def probability(a: int, b: int, c: int, d: int) -> Fraction:
        over = factorial(a + b) * factorial(c + d) * factorial(a + c) * factorial(b + d)
        under = factorial(a + b + c + d)
        for cell in (a, b, c, d):
            under *= factorial(cell)
        return Fraction(over, under)

    a, b, c, d = table
    observed = probability(*table)
    tables = [
        (a + shift, b - shift, c - shift, d + shift)
        for shift in range(-len(table) * 100, 400)
        if min(a + shift, b - shift, c - shift, d + shift) >= 0
    ]
    expected = sum((p for each in tables if (p := probability(*each)) <= observed), Fraction(0))
    assert fisher(count(a, b), count(c, d)) == pytest.approx(float(expected), rel=1e-9)


def test_fisher_copes_with_a_hundred_thousand_people() -> None:
    found = fisher(count(20_000, 30_000), count(20_100, 29_900))
    assert found == pytest.approx(0.52297, rel=1e-4)


def test_p_is_written_neither_as_zero_nor_as_the_level_if_below_it() -> None:
    assert [written_p(p) for p in (0.339, 0.0497, 0.05, 0.0005, 0.00049, 1e-12, 1.0)] == [
        "p = 0.339",
        "p = 0.0497",
        "p = 0.050",
        "p = 0.001",
        "p < 0.001",
        "p < 0.001",
        "p = 1.000",
    ]


@pytest.mark.parametrize(
    ("group", "reference", "low", "high"),
    [
        # the example of Koopman 1984
        ((16, 80), (36, 40), 0.13982, 0.34019),
        ((15, 100), (30, 100), 0.28707, 0.85851),
        ((12, 60), (12, 40), 0.33819, 1.32696),
        ((335, 400), (355, 400), 0.89116, 0.99733),
        ((0, 30), (6, 30), 0, 0.59162),
        ((0, 40), (10, 40), 0, 0.35792),
    ],
)
def test_a_ratio_has_the_score_interval(
    group: tuple[int, int], reference: tuple[int, int], low: float, high: float
) -> None:
    """Computed by statsmodels 0.15: `confint_proportions_2indep(compare="ratio", method="score", correction=False)`."""
    counts = (Count(selected=selected, decided=decided) for selected, decided in (group, reference))
    found = compare(*counts)
    assert found is not None
    assert [found.low, found.high] == pytest.approx([low, high], abs=1e-5)


def test_intervals_of_two_groups_contain_1_unless_pearsons_test_rejects_it() -> None:
    for selected, more in combinations(range(31), 2):
        found = compare(Count(selected=selected, decided=30), Count(selected=more, decided=30))
        assert found is not None
        rate = (selected + more) / 60
        statistic = ((more - selected) / 30) ** 2 / (rate * (1 - rate) * 2 / 30)
        assert (found.high < 1) == (chi_squared(statistic, 1) < 0.05)
        assert found.high < 1 or found.p >= 0.05


@pytest.mark.slow
def test_at_least_nine_of_ten_intervals_contain_the_true_ratio_whatever_the_rates() -> None:
    """Exact: the sum over all tables of two groups of 30."""
    intervals = {}
    for selected, of_other in product(range(31), range(31)):
        counts = {"A": Count(selected=selected, decided=30), "B": Count(selected=of_other, decided=30)}
        ratio = compare_all(counts)[0].get("A")
        if ratio is not None:
            intervals[selected, of_other] = ratio.low, ratio.high
        elif of_other:
            ratio = compare_all(counts)[0]["B"]
            intervals[selected, of_other] = 1 / ratio.high, 1 / ratio.low if ratio.low else inf
        else:
            intervals[selected, of_other] = 0.0, inf
    for rate, other in combinations_with_replacement((0.02, 0.1, 0.3, 0.6, 0.9, 0.98), 2):
        contain = sum(
            binomial(30, selected, rate) * binomial(30, of_other, other)
            for (selected, of_other), (low, high) in intervals.items()
            if low <= rate / other <= high
        )
        assert contain > 0.92


def binomial(n: int, k: int, p: float) -> float:
    return comb(n, k) * p**k * (1 - p) ** (n - k)


def test_the_interval_starts_at_zero_if_nobody_was_selected() -> None:
    found = compare(Count(selected=0, decided=40), Count(selected=10, decided=40))
    assert found is not None
    assert (found.ratio, found.low) == (0.0, 0.0)
    assert 0 < found.high < 1


def test_the_interval_has_a_width_even_if_everybody_was_selected() -> None:
    found = compare_all(
        {"A": Count(selected=68, decided=68), "B": Count(selected=40, decided=40)},
    )[0].get("B")
    assert found is not None
    assert found.ratio == 1.0
    assert found.p == pytest.approx(1.0)
    assert found.low < 1 < found.high


def test_nothing_is_compared_with_a_group_without_selections() -> None:
    assert compare(Count(selected=0, decided=40), Count(selected=0, decided=40)) is None


def test_holm_multiplies_by_the_number_of_tests_left() -> None:
    assert holm([0.04, 0.01, 0.03, 0.005]) == pytest.approx([0.06, 0.03, 0.06, 0.02])
    assert holm([0.6, 0.7]) == [1.0, 1.0]


@pytest.mark.parametrize(
    ("value", "degrees", "p"),
    [
        (3.841459, 1, 0.05),
        (5.991465, 2, 0.05),
        (18.47531, 7, 0.01),
        (15.50731, 8, 0.05),
        (0, 3, 1),
        (0, 4, 1),
    ],
)
def test_chi_squared_agrees_with_published_tables(value: float, degrees: int, p: float) -> None:
    assert chi_squared(value, degrees) == pytest.approx(p, rel=1e-5)


def test_all_groups_are_tested_by_chi_squared_unless_expected_numbers_are_small() -> None:
    """By hand: squared differences of 10, divided by 30 and by 70, add up to 9.5238 with 2 degrees of freedom."""
    counts = {"A": count(20, 80), "B": count(30, 70), "C": count(40, 60)}
    ratios, together = compare_all(counts)
    assert together is not None and not together.exact
    assert together.p == pytest.approx(exp(-9.523810 / 2), rel=1e-5)
    assert set(ratios) == {"A", "B"}
    assert ratios["A"].p == pytest.approx(3 * fisher(counts["A"], counts["C"]))
    _ratios, few = compare_all({"A": count(1, 39), "B": count(2, 38), "C": count(6, 34)})
    assert few is not None and few.exact


@pytest.mark.slow
def test_chance_is_called_a_difference_in_one_of_twenty_tables_at_most_with_any_number_of_groups() -> None:
    """Without the adjustment, it would be four of ten with eight groups."""
    chance = random.Random(8)
    tables = [
        {
            f"{group}": count(n := sum(chance.random() < 0.3 for _ in range(100)), 100 - n)
            for group in range(8)
        }
        for _table in range(150)
    ]
    compared = [compare_all(each) for each in tables]
    low = sum(any(ratio.p < 0.05 for ratio in ratios.values()) for ratios, _all in compared)
    missed = sum(
        any(not ratio.low < 1 < ratio.high for ratio in ratios.values()) for ratios, _all in compared
    )
    together = sum(found is not None and found.p < 0.05 for _ratios, found in compared)
    assert max(low, missed, together) <= 150 * 0.08


@pytest.mark.parametrize(
    ("group", "reference"), [((20, 30), (25, 30)), ((18, 30), (24, 32)), ((9, 30), (12, 32))]
)
def test_exactly_four_fifths_is_not_below_four_fifths(
    group: tuple[int, int], reference: tuple[int, int]
) -> None:
    """The quotients of these rates are floats just below 0.8."""
    counts = zip((group, reference), ("A", "B"), strict=True)
    ratios, _together = compare_all({name: Count(selected=a, decided=n) for (a, n), name in counts})
    assert (ratios["A"].ratio, ratios["A"].below_four_fifths) == (0.8, False)


def test_a_ratio_just_below_four_fifths_is_not_written_as_four_fifths() -> None:
    written = []
    for selected in (159, 160, 799):
        decided = 1000 if selected == 799 else 200
        found = compare(Count(selected=selected, decided=decided), Count(selected=decided, decided=decided))
        assert found is not None
        written.append((found.text, found.below_four_fifths))
    assert written == [("0.795", True), ("0.80", False), ("0.799", True)]


def test_an_interval_that_excludes_1_is_not_written_as_if_it_included_it() -> None:
    found = compare(Count(selected=335, decided=400), Count(selected=355, decided=400))
    assert found is not None
    assert found.high < 1
    assert (found.low_text, found.high_text) == ("0.89", "0.997")
