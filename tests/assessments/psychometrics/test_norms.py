"""Percentiles, errors and bands, compared with manual calculations."""

import json
import math
import random
from dataclasses import astuple, replace
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from goodword.assessments.psychometrics.norms import (
    BAND_WIDTH,
    NormTable,
    TooFew,
    band,
    from_json,
    norm_table,
    percentile,
    standard_error,
    to_json,
)

# 100 people: 10 have 1 point, 20 have 2, 40 have 3, 20 have 4, 10 have 5.
SCORES = [1] * 10 + [2] * 20 + [3] * 40 + [4] * 20 + [5] * 10
# mean 3; squares apart: 10 * 4 + 20 * 1 + 0 + 20 * 1 + 10 * 4 = 120; sd = sqrt(120 / 99)
TABLE = NormTable(
    n=100,
    mean=3.0,
    sd=math.sqrt(120 / 99),
    cumulative=((1.0, 10), (2.0, 30), (3.0, 70), (4.0, 90), (5.0, 100)),
    reliability=0.84,
)


def test_a_norm_table_has_the_observed_scores() -> None:
    made = norm_table(SCORES, 0.84)
    assert replace(made, sd=TABLE.sd) == TABLE
    assert made.sd == pytest.approx(TABLE.sd, abs=1e-12)


@pytest.mark.parametrize(
    ("score", "expected"),
    [
        (1, 5),  # none below, half of 10 at it
        (2, 20),  # 10 below, half of 20
        (2.5, 30),  # 30 below, none at it
        (3, 50),  # 30 + 20
        (4, 80),  # 70 + 10
        (5, 95),  # 90 + 5
        (0, 1),  # 0, and never less than 1
        (6, 99),  # 100, and never more than 99
    ],
)
def test_a_percentile_counts_those_below_and_half_of_those_equal(score: float, expected: int) -> None:
    assert percentile(TABLE, score) == expected


def test_a_half_is_rounded_up() -> None:
    # 200 people, 1 with score 0 and 4 with score 1: (1 + 4/2) / 200 = 1.5%
    table = norm_table([0] + [1] * 4 + [2] * 195, None)
    assert percentile(table, 1) == 2


def test_a_band_comes_from_the_reliability() -> None:
    # SE = sd * sqrt(1 - 0.84) = 1.10096... * 0.4 = 0.440386; 1.645 * SE = 0.724434
    # 3 - 0.724434 = 2.275566: 30 below, so 30; 3 + 0.724434 = 3.724434: 70 below, so 70
    assert standard_error(TABLE) == pytest.approx(0.440386, abs=1e-6)
    found = band(TABLE, 3)
    assert found is not None
    assert astuple(found) == (
        pytest.approx(2.275566, abs=1e-6),
        pytest.approx(3.724434, abs=1e-6),
        30,
        50,
        70,
    )


def test_shares_can_be_scores() -> None:
    # 50 solved a third, 50 two thirds: 0 + 25 at the first, 50 + 25 at the second
    table = norm_table([Fraction(1, 3)] * 50 + [Fraction(2, 3)] * 50, None)
    assert [percentile(table, score) for score in (Fraction(1, 3), 1 / 3, Fraction(2, 3))] == [25, 25, 75]


@pytest.mark.parametrize("reliability", [None, 0.0, -0.2])
def test_there_is_no_band_if_the_reliability_is_unknown_or_zero(reliability: float | None) -> None:
    table = norm_table(SCORES, reliability)
    assert standard_error(table) is None
    assert band(table, 3) is None


def test_there_is_no_band_if_all_scores_are_equal() -> None:
    assert band(norm_table([3] * 100, 0.8), 3) is None


def test_a_group_of_99_is_not_a_norm_group() -> None:
    with pytest.raises(TooFew) as refused:
        norm_table(SCORES[:99], 0.84)
    assert refused.value.n == 99
    assert str(refused.value) == "A norm group needs 100 first attempts; there are 99."


def test_two_hundred_are_advised() -> None:
    assert [norm_table(SCORES, None).advised, norm_table(SCORES * 2, None).advised] == [False, True]


@pytest.mark.parametrize("reliability", [1.01, math.nan])
def test_a_reliability_is_at_most_one(reliability: float) -> None:
    with pytest.raises(ValueError, match="A reliability must be at most 1"):
        norm_table(SCORES, reliability)


def test_a_score_is_a_finite_number() -> None:
    with pytest.raises(ValueError, match="A score must be a finite number"):
        norm_table([*SCORES, math.nan], None)


@pytest.mark.parametrize("table", [TABLE, norm_table([0.1 * n / 7 for n in range(150)], None)])
def test_a_table_survives_json(table: NormTable) -> None:
    assert from_json(json.loads(json.dumps(to_json(table)))) == table


@pytest.mark.parametrize(
    "change",
    [
        {"rule": "0"},
        {"n": 101},
        {"cumulative": [[2, 30], [1, 100]]},
        {"cumulative": [[1, 30], [2, 30], [3, 100]]},
        {"cumulative": []},
    ],
)
def test_an_inconsistent_table_is_refused(change: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="norm table"):
        from_json(to_json(TABLE) | change)


def test_nine_bands_in_ten_contain_the_true_score() -> None:
    # true scores with variance 0.8 and errors with variance 0.2: a reliability of 0.8
    people = random.Random(11)
    true = [people.gauss(3, math.sqrt(0.8)) for _ in range(4000)]
    observed = [score + people.gauss(0, math.sqrt(0.2)) for score in true]
    table = norm_table(observed, 0.8)
    bands = [band(table, score) for score in observed]
    held = [
        found is not None and found.low <= score <= found.high
        for found, score in zip(bands, true, strict=True)
    ]
    # the standard error of this share is 0.005
    assert sum(held) / len(held) == pytest.approx(0.9, abs=0.02)


#: score -> how many have it
GROUPS = st.dictionaries(st.integers(-20, 20), st.integers(100, 150), min_size=1, max_size=20)


@pytest.mark.slow
@settings(deadline=None)
@given(GROUPS, st.floats(0.05, 1), st.floats(-25, 25), st.floats(-25, 25))
def test_percentiles_rise_with_scores_and_lie_in_their_bands(
    group: dict[int, int], reliability: float, one: float, other: float
) -> None:
    table = norm_table([score for score, count in group.items() for _ in range(count)], reliability)
    low, high = sorted((one, other))
    assert 1 <= percentile(table, low) <= percentile(table, high) <= 99
    found = band(table, low)
    if found is None:
        assert table.sd == 0
    else:
        assert found.percentile_low <= found.percentile <= found.percentile_high
        assert found.high - found.low == pytest.approx(
            2 * BAND_WIDTH * table.sd * math.sqrt(1 - reliability), abs=1e-9
        )


@pytest.mark.slow
@settings(deadline=None)
@given(GROUPS)
def test_reversing_a_groups_scores_reverses_its_percentiles(group: dict[int, int]) -> None:
    scores = [score for score, count in group.items() for _ in range(count)]
    table, turned = norm_table(scores, None), norm_table([-score for score in scores], None)
    for score in group:
        # rounding halves up can make it one more; the ends are kept to 1 and 99
        assert percentile(table, score) + percentile(turned, -score) in {100, 101}
