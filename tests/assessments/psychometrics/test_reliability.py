"""Alpha and omega, compared with manual calculations and simulated people with known true values."""

import math
import random
from dataclasses import astuple
from math import isclose
from statistics import fmean, pstdev

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from goodword.assessments.kinds.technical_sheet import reliability_figures
from goodword.assessments.psychometrics.reliability import (
    Reliability,
    alpha,
    assumed_error,
    halves,
    loadings,
    omega,
    reliability_of,
    split_half,
)

# Five people, three items.
#
#            item 1  2  3   sum
#   person A      1  2  1     4
#          B      2  1  2     5
#          C      3  4  2     9
#          D      4  3  5    12
#          E      5  5  5    15
#
# means              3  3  3     9
# squares apart     10 10 14    86     (3: 4+1+1+4+4 = 14; sum: 25+16+0+9+36 = 86)
# variances (/4)  2.5 2.5 3.5  21.5
FIVE = [[1, 2, 1], [2, 1, 2], [3, 4, 2], [4, 3, 5], [5, 5, 5]]


def test_the_assumed_error_of_a_mean_is_that_of_simulated_answers() -> None:
    chance = random.Random(14)
    shared, own = math.sqrt(0.3), math.sqrt(0.7)
    errors = []
    for _ in range(4000):
        level = shared * chance.gauss(0, 1)
        answers = [3 + level + own * chance.gauss(0, 1) for _ in range(4)]
        errors.append(fmean(answers) - 3 - level)
    assert assumed_error(4, width=4) == pytest.approx(0.418, abs=0.001)
    assert assumed_error(4, width=4) == pytest.approx(pstdev(errors), abs=0.015)


def test_alpha_matches_a_manual_calculation() -> None:
    # 3/2 * (1 - 8.5 / 21.5) = 3/2 * 13/21.5 = 39/43
    assert alpha(FIVE) == pytest.approx(39 / 43, abs=1e-12)


def test_omega_of_three_items_matches_a_manual_calculation() -> None:
    # products apart: 1 with 2: (-2)(-1) + (-1)(-2) + 0 + 0 + 2*2 = 8
    #                 1 with 3: (-2)(-2) + (-1)(-1) + 0 + 1*2 + 2*2 = 11
    #                 2 with 3: (-1)(-2) + (-2)(-1) + 1*(-1) + 0 + 2*2 = 7
    # covariances (/4): c12 = 2, c13 = 2.75, c23 = 1.75
    # a1^2 = c12 c13 / c23 = 22/7 is more than var 1 = 2.5: improper, so there is no omega
    assert omega(FIVE) is None
    # With C answering 4 to item 3 in place of 2, the third column is 1, 2, 4, 5, 5, mean 3.4, squares apart 13.2:
    #   1 with 3: (-2)(-2.4) + (-1)(-1.4) + 0 + 1.6 + 2*1.6 = 11    2 with 3: 2.4 + 2.8 + 0.6 + 0 + 3.2 = 9
    #   c12 = 8/4 = 2, c13 = 11/4, c23 = 9/4; variances 2.5, 2.5, 3.3
    #   a1^2 = 2 * 11/9 = 22/9, a2^2 = 2 * 9/11 = 18/11, a3^2 = 11/4 * 9/4 / 2 = 99/32
    #   sum of a = 1.563472 + 1.279204 + 1.758906 = 4.601582, squared 21.174557
    #   sum of u = (2.5 + 2.5 + 3.3) - (2.444444 + 1.636364 + 3.093750) = 1.125442
    #   omega = 21.174557 / 22.299999 = 0.949532
    changed = [[1, 2, 1], [2, 1, 2], [3, 4, 4], [4, 3, 5], [5, 5, 5]]
    assert omega(changed) == pytest.approx(0.949532, abs=1e-6)


def test_items_that_measure_the_same_equally_strongly_have_one_value_for_both() -> None:
    # With every correlation 1/2 and the same variance each loading is sqrt(1/2):
    # omega = (3 sqrt(1/2))^2 / (9/2 + 3/2) = 3/4, and alpha = 3 * 1/2 / (1 + 2 * 1/2) = 3/4 (Spearman-Brown).
    # Four people and three items made of orthogonal contrasts: x + e_i.
    x, e1, e2, e3 = _contrasts(4)
    rows = [list(row) for row in zip(*([_plus(x, e) for e in (e1, e2, e3)]), strict=True)]
    assert alpha(rows) == pytest.approx(3 / 4, abs=1e-12)
    assert omega(rows) == pytest.approx(3 / 4, abs=1e-9)


@pytest.mark.parametrize(
    "rows",
    [
        [],
        [[1, 2, 3]],  # one person
        [[1], [2], [3]],  # one item
        [[1, 5], [2, 4], [3, 3]],  # all sums the same
        [[3, 3, 3], [3, 3, 3]],
    ],
)
def test_too_little_data_or_no_variance_gives_neither(rows: list[list[float]]) -> None:
    assert (alpha(rows), omega(rows)) == (None, None)


def test_two_items_have_an_alpha_and_no_omega() -> None:
    # variances 1 and 1, of the sums 3; 2 * (1 - 2/3) = 2/3
    found = reliability_of([[1, 1], [2, 3], [3, 2]])
    assert astuple(found) == (pytest.approx(2 / 3), None, 3)


def test_an_item_that_all_answer_the_same_leaves_no_omega() -> None:
    assert omega([[1, 2, 3, 3], [2, 1, 2, 3], [4, 4, 5, 3], [5, 3, 4, 3]]) is None


def test_rows_that_are_not_complete_are_refused() -> None:
    with pytest.raises(ValueError, match="an answer to every item"):
        alpha([[1, 2, 3], [1, 2]])


def test_below_fifty_people_are_few_and_the_figures_say_so() -> None:
    assert [Reliability(alpha=0.8, omega=0.8, n=n).few for n in (49, 50)] == [True, False]
    assert [reliability_figures(0.8, way="splits", n=n) for n in (49, 50)] == [
        "0.80, split-half, from 49 people (few people, so uncertain)",
        "0.80, split-half, from 50 people",
    ]


def test_the_value_for_a_band_is_omega_and_alpha_where_there_is_none() -> None:
    assert Reliability(alpha=0.7, omega=0.75, n=60).value == 0.75
    assert Reliability(alpha=0.7, omega=None, n=60).value == 0.7
    assert Reliability(alpha=None, omega=None, n=1).value is None


@pytest.mark.slow
def test_simulated_people_get_their_true_values() -> None:
    true = [0.8, 0.7, 0.6, 0.5, 0.7, 0.4, 0.65, 0.75]
    sds = [1.0, 0.8, 1.2, 1.0, 0.9, 1.1, 1.0, 0.7]
    # a_i = sd_i l_i: 0.8 + 0.56 + 0.72 + 0.5 + 0.63 + 0.44 + 0.65 + 0.525 = 4.825, squared 23.280625
    # u_i: 0.36 + 0.3264 + 0.9216 + 0.75 + 0.4131 + 1.0164 + 0.5775 + 0.214375 = 4.579375; in all 27.86
    # omega = 23.280625 / 27.86 = 0.8356; variances sum to 7.59; alpha = 8/7 * (1 - 7.59 / 27.86) = 0.8315
    common = sum(sd * loading for sd, loading in zip(sds, true, strict=True)) ** 2
    own = sum(sd**2 * (1 - loading**2) for sd, loading in zip(sds, true, strict=True))
    true_omega = common / (common + own)
    true_alpha = 8 / 7 * (1 - sum(sd**2 for sd in sds) / (common + own))
    assert (round(true_omega, 4), round(true_alpha, 4)) == (0.8356, 0.8315)

    people = random.Random(20)
    rows = []
    for _ in range(6000):
        factor = people.gauss()
        rows.append(
            [
                3 + sd * (loading * factor + math.sqrt(1 - loading**2) * people.gauss())
                for sd, loading in zip(sds, true, strict=True)
            ]
        )
    found = reliability_of(rows)
    # the standard error of both is about 0.003 at this n
    assert astuple(found) == (pytest.approx(true_alpha, abs=0.01), pytest.approx(true_omega, abs=0.01), 6000)


def test_the_order_of_people_changes_nothing() -> None:
    people = random.Random(22)
    rows = []
    for _ in range(200):
        factor = people.gauss()
        rows.append([factor + people.gauss() for _ in range(5)])
    assert reliability_of(rows[::-1]) == reliability_of(rows)


def test_items_with_nothing_in_common_are_not_called_reliable() -> None:
    people = random.Random(21)
    found = reliability_of([[people.gauss() for _ in range(8)] for _ in range(2000)])
    assert found.alpha == pytest.approx(0, abs=0.1)
    assert found.omega is None or found.omega < 0.2


@pytest.mark.slow
@settings(deadline=None)
@given(st.lists(st.floats(0.25, 0.95), min_size=3, max_size=12))
def test_loadings_are_recovered_from_the_correlations_that_they_imply(true: list[float]) -> None:
    correlations = [
        [1.0 if i == j else one * other for j, other in enumerate(true)] for i, one in enumerate(true)
    ]
    assert loadings(correlations) == pytest.approx(true, abs=1e-6)


@pytest.mark.slow
@settings(deadline=None)
@given(st.lists(st.lists(st.integers(1, 5), min_size=4, max_size=4), min_size=3, max_size=30))
def test_neither_exceeds_one_and_omega_is_never_negative(rows: list[list[int]]) -> None:
    found = reliability_of(rows)
    assert found.alpha is None or found.alpha <= 1 + 1e-12
    assert found.omega is None or 0 <= found.omega <= 1


def _contrasts(n: int) -> list[list[float]]:
    """Orthogonal columns of 1 and -1 for 2^n people."""
    return [[1.0 if row >> column & 1 else -1.0 for row in range(2**n)] for column in range(n)]


def _plus(one: list[float], other: list[float]) -> list[float]:
    return [x + y for x, y in zip(one, other, strict=True)]


A, B = ("number_series", 1), ("letter_series", 2)


def test_halves_share_each_cell_in_any_order() -> None:
    assert halves([(A, True), (B, True), (A, False), (B, False)]) == (2, 0)
    assert halves([(A, False), (B, True), (A, True), (B, False)]) == (1, 1)


def test_cells_with_one_item_each_are_shared_between_the_halves() -> None:
    # in the order of cells: B, A, so that each half has one of them
    assert halves([(A, True), (B, False)]) == (0, 1)


def test_an_odd_number_of_items_leaves_one_half_the_longer() -> None:
    assert halves([(A, True), (A, True), (A, True)]) == (2, 1)


def test_it_is_the_correlation_of_the_halves_stepped_up_to_the_whole() -> None:
    # deviations (-1, 0, 1, 0) and (-1, 1, 0, 0): r = 1 / 2, so 2 * 0.5 / 1.5
    found = split_half([(1, 1), (2, 3), (3, 2), (2, 2)])
    assert found is not None and isclose(found, 2 / 3)


def test_halves_that_agree_are_fully_reliable_and_halves_that_differ_have_a_negative_reliability() -> None:
    assert split_half([(1, 2), (2, 3), (3, 4)]) == 1
    found = split_half([(1, 2), (2, 3), (3, 1)])  # r = -1/2
    assert found is not None and isclose(found, -2)


def test_there_is_none_from_two_people_from_equal_halves_and_from_opposite_ones() -> None:
    assert split_half([(1, 2), (2, 3)]) is None
    assert split_half([(2, 1), (2, 2), (2, 3)]) is None
    assert split_half([(1, 3), (2, 2), (3, 1)]) is None


def test_the_order_of_people_does_not_change_a_single_digit() -> None:
    people = [(1.0, 2.0), (5.0, 3.0), (2.0, 2.0), (7.0, 6.0)]
    assert split_half(people) == split_half(people[::-1])
