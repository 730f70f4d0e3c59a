"""Totals as fractions, compared with manual calculations."""

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from goodword.assessments.psychometrics.totals import (
    RIGHT_OR_WRONG,
    Marked,
    NoTotal,
    Solved,
    Total,
    TotalPart,
    WeightedShare,
    in_all,
    solved,
    total,
)


def part(test: str, *categories: Solved, kind: str = RIGHT_OR_WRONG) -> TotalPart:
    return TotalPart(test=test, kind=kind, solved=categories)


REASONING = part("reasoning", Solved("series", 6, 10), Solved("deductions", 1, 4))
TECHNICAL = part("technical", Solved("series", 1, 5), Solved("figures", 3, 6))


def test_a_total_is_the_mean_of_category_means() -> None:
    # series:     (6/10 + 1/5) / 2 = 2/5      in both tests
    # deductions:  1/4
    # figures:     3/6 = 1/2
    # total: (2/5 + 1/4 + 1/2) / 3 = (8 + 5 + 10)/20 / 3 = 23/60
    third = Fraction(1, 3)
    assert total([REASONING, TECHNICAL]) == Total(
        Fraction(23, 60),
        (
            WeightedShare("series", Fraction(2, 5), third),
            WeightedShare("deductions", Fraction(1, 4), third),
            WeightedShare("figures", Fraction(1, 2), third),
        ),
    )


def test_with_weights_a_total_is_the_weighted_mean_of_the_tests_shares() -> None:
    # reasoning: (6 + 1)/(10 + 4) = 1/2, technical: (1 + 3)/(5 + 6) = 4/11
    # total: (3 * 1/2 + 1 * 4/11) / 4 = (33 + 8)/22 / 4 = 41/88
    assert total([REASONING, TECHNICAL], {"reasoning": 3, "technical": 1}) == Total(
        Fraction(41, 88),
        (
            WeightedShare("reasoning", Fraction(1, 2), Fraction(3, 4)),
            WeightedShare("technical", Fraction(4, 11), Fraction(1, 4)),
        ),
    )


def test_empty_categories_are_left_out() -> None:
    parts = [part("reasoning", Solved("series", 1, 2), Solved("deductions", 0, 0))]
    assert total(parts) == Total(Fraction(1, 2), (WeightedShare("series", Fraction(1, 2), Fraction(1)),))


@pytest.mark.parametrize(
    ("parts", "sentence"),
    [
        ([], "A total needs at least one test."),
        (
            [REASONING, part("work style", kind="scales")],
            "“work style” has no right and wrong answers, so it cannot enter a total.",
        ),
        ([REASONING, REASONING], "“reasoning” occurs twice."),
        (
            [REASONING, part("technical", Solved("series", 0, 0))],
            "No item of “technical” counts.",
        ),
    ],
)
def test_parts_without_a_total_are_refused(parts: list[TotalPart], sentence: str) -> None:
    with pytest.raises(NoTotal) as refused:
        total(parts)
    assert str(refused.value) == sentence


@pytest.mark.parametrize(
    ("weights", "sentence"),
    [
        ({"reasoning": 1}, "There is no weight for “technical”."),
        (
            {"reasoning": 1, "technical": 1, "essay": 1},
            "There is a weight for “essay”, which is not one of the tests.",
        ),
        (
            {"reasoning": 0, "technical": 1},
            "The weight of “reasoning” must be a whole number of at least 1, not 0.",
        ),
        (
            {"reasoning": 1.5, "technical": 1},
            "The weight of “reasoning” must be a whole number of at least 1, not 1.5.",
        ),
        (
            {"reasoning": True, "technical": 1},
            "The weight of “reasoning” must be a whole number of at least 1, not True.",
        ),
    ],
)
def test_weights_that_do_not_fit_are_refused(weights: dict[str, Any], sentence: str) -> None:
    with pytest.raises(NoTotal) as refused:
        total([REASONING, TECHNICAL], weights)
    assert str(refused.value) == sentence


@st.composite
def _parts(draw: st.DrawFn) -> list[TotalPart]:
    parts = []
    for number in range(draw(st.integers(1, 4))):
        categories = draw(st.lists(st.sampled_from("abcd"), min_size=1, unique=True))
        given_each = [draw(st.integers(1, 20)) for _ in categories]
        solved = [
            Solved(name, draw(st.integers(0, m)), m) for name, m in zip(categories, given_each, strict=True)
        ]
        parts.append(part(f"test {number}", *solved))
    return parts


@pytest.mark.slow
@settings(deadline=None)
@given(_parts(), st.booleans())
def test_a_total_is_the_sum_of_its_portions(parts: list[TotalPart], weighted: bool) -> None:
    weights = {each.test: number for number, each in enumerate(parts, start=1)} if weighted else None
    found = total(parts, weights)
    assert sum(portion.weight for portion in found.made_of) == 1
    assert sum(portion.share * portion.weight for portion in found.made_of) == found.value
    shares = [portion.share for portion in found.made_of]
    assert 0 <= min(shares) <= found.value <= max(shares) <= 1


def test_each_category_and_all_are_counted() -> None:
    items = [
        Marked(category="series", right=True),
        Marked(category="matrices", right=False),
        Marked(category="series", right=True),
        Marked(category="series", right=False),
    ]
    parts = solved(items)
    assert parts == (Solved("series", 2, 3), Solved("matrices", 0, 1))
    assert in_all(parts) == Solved("", 2, 4)
    assert [part.share for part in parts] == [Fraction(2, 3), Fraction(0)]


def test_an_item_without_an_answer_was_not_solved() -> None:
    assert solved([Marked(category="series", right=None), Marked(category="series", right=True)]) == (
        Solved("series", 1, 2),
    )


def test_a_void_item_does_not_count_but_its_replacement_does() -> None:
    items = [
        Marked(category="series", right=True),
        Marked(category="series", right=True, void=True),
        Marked(category="series", right=False),
    ]
    assert solved(items) == (Solved("series", 1, 2),)


def test_without_counted_items_there_is_no_share() -> None:
    assert solved([]) == ()
    assert in_all(()) == Solved("", 0, 0)
    assert solved([Marked(category="series", right=None, void=True)])[0].share is None


@pytest.mark.slow
@settings(deadline=None)
@given(
    st.lists(
        st.builds(
            Marked, category=st.sampled_from("abc"), right=st.none() | st.booleans(), void=st.booleans()
        )
    )
)
def test_all_categories_together_count_every_item(items: list[Marked]) -> None:
    counted = [item for item in items if not item.void]
    assert in_all(solved(items)) == Solved("", sum(bool(item.right) for item in counted), len(counted))
