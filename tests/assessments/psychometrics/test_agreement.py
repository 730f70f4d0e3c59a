"""Agreement of raters, compared with published figures and another program (`agreement/make.py`)."""

import json
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from goodword.assessments.psychometrics.agreement import agreement, f_quantile, one_way, spread

#: Shrout & Fleiss 1979, table 2: six targets, four judges
TARGETS = [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]]
PINGOUIN: dict[str, Any] = json.loads(
    (Path(__file__).parent / "agreement" / "intraclass.json").read_text("utf-8")
)


def test_the_published_figures_are_found() -> None:
    found = agreement(TARGETS)
    assert found is not None
    assert (round(found.single, 2), round(found.average, 2)) == (0.29, 0.62)
    # McGraw & Wong's intervals for these data, from R's psych
    assert found.single_interval == pytest.approx((0.019, 0.761), abs=5e-4)
    assert found.average_interval == pytest.approx((0.071, 0.927), abs=5e-4)


def test_different_raters_for_each_target_agree_less() -> None:
    """ICC(1,1) is from Shrout & Fleiss; the interval is from the R package psych, which rounds it."""
    found = one_way(TARGETS)
    assert found is not None
    assert (round(found.single, 2), found.raters, found.targets) == (0.17, 4, 6)
    assert found.interval == pytest.approx((-0.13, 0.72), abs=0.005)
    assert [one_way(rows) for rows in ([], [[1, 2]], [[1], [2]], [[3, 3], [3, 3]])] == [None] * 4
    same = one_way([[1, 1], [4, 4], [2, 2]])
    assert same is not None
    assert (same.single, same.interval) == (1, (1, 1))


@pytest.mark.parametrize("name", PINGOUIN)
def test_figures_and_intervals_match_pingouin(name: str) -> None:
    case = PINGOUIN[name]
    found = agreement(case["rows"])
    assert found is not None
    assert (found.single, found.average) == pytest.approx((case["single"], case["average"]), abs=1e-9)
    for mine, theirs in (
        (found.single_interval, case["single_interval"]),
        (found.average_interval, case["average_interval"]),
    ):
        assert mine == pytest.approx(theirs, abs=0.0051)  # it rounds to two decimals


@pytest.mark.slow
def test_quantiles_match_scipy() -> None:
    from scipy.stats import f  # type: ignore[import-untyped]  # scipy has no types

    for degrees in ((1, 0.5), (3, 11.7), (31, 203.4), (4.2, 5), (60, 1.01)):
        assert f_quantile(*degrees) == pytest.approx(f.ppf(0.975, *degrees), rel=1e-6)


def test_there_is_no_figure_where_it_is_undefined() -> None:
    assert [agreement(rows) for rows in ([], [[1, 2]], [[1], [2]], [[3, 3], [3, 3]])] == [None] * 4
    same = agreement([[1, 1], [4, 4], [2, 2]])
    assert same is not None
    assert (same.single, same.single_interval, same.average) == (1, (1, 1), 1)


@pytest.mark.matrix
@pytest.mark.parametrize(
    ("targets", "raters", "steps"), [(2, 2, 5), (2, 3, 3), (3, 2, 3), (2, 4, 2), (4, 2, 2)]
)
def test_every_small_table_has_a_figure_in_range_or_none(targets: int, raters: int, steps: int) -> None:
    for values in product(range(steps), repeat=targets * raters):
        rows = [values[place : place + raters] for place in range(0, len(values), raters)]
        found = agreement(rows)
        if found is not None:
            low, high = found.average_interval
            assert -1 <= low <= found.average <= high <= 1
        one_way(rows)


def test_raters_who_differ_in_level_alone_do_not_agree_on_anything() -> None:
    levels = (4, 3, 5, 4, 2)
    assert agreement([levels, levels]) is None
    assert agreement([[level / 3 for level in levels]] * 7) is None


def test_a_strict_rater_lowers_absolute_agreement() -> None:
    even, strict = agreement([[1, 1, 2], [3, 3, 3], [5, 4, 5]]), agreement([[1, 1, 4], [3, 3, 5], [5, 4, 7]])
    assert even is not None
    assert strict is not None
    assert even.single > 0.9
    assert strict.single < 0.6


def test_spread_counts_each_step_and_finds_what_experts_disagree_on() -> None:
    close, wide = spread([4, 5, 4, 4, 5], steps=range(1, 6)), spread([1, 5, 2, 4, 5], steps=range(1, 6))
    assert (close.counts, close.mean, close.median, close.is_wide) == ((0, 0, 0, 3, 2), 4.4, 4, False)
    assert (wide.counts, round(wide.sd, 2), wide.is_wide) == ((1, 1, 0, 1, 2), 1.82, True)
    assert round(close.within, 2) == 0.85  # 1 - 0.3 / 2
