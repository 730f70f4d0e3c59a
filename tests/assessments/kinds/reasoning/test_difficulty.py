"""Assumed difficulties; forms hardly differ in them."""

import random
from collections.abc import Iterable
from statistics import stdev

import pytest

from goodword.assessments.kinds.reasoning.content import FIGURELESS_20, STANDARD_20, Blueprint, BlueprintEntry
from goodword.assessments.kinds.reasoning.families import FAMILIES
from goodword.assessments.kinds.reasoning.items import ASSUMED_SPREAD, START, curves_of_form, start_value
from goodword.assessments.psychometrics.abilities import ItemCurve, point


def _expected_score(items: Iterable[ItemCurve], ability: float) -> float:
    return sum(point(curve, ability).p for curve in items)


def _spread_of_forms(blueprint: Blueprint, *, abilities: tuple[float, ...]) -> dict[float, float]:
    """The standard deviation of the expected score across 10,000 simulated forms, by ability in logits.

    To first order the variance is the sum over items of (P' * spread)^2, where P' is the slope of the item's curve. It
    is at most n * (spread / 4)^2: 0.28 items for 20 items and a spread of 0.25, and less with guessing.
    """
    source = random.Random("spread:1")
    items, _ = curves_of_form(blueprint)
    forms = [[(source.gauss(b, ASSUMED_SPREAD), c) for b, c in items] for _ in range(10_000)]
    return {ability: stdev(_expected_score(form, ability) for form in forms) for ability in abilities}


def test_every_family_and_level_has_a_start_value_that_rises_with_the_level() -> None:
    assert set(START) == {(family.id, level) for family in FAMILIES.values() for level in family.levels}
    for family in FAMILIES.values():
        values = [start_value(family.id, level) for level in family.levels]
        assert values == sorted(set(values))


def test_families_without_start_value_are_refused() -> None:
    with pytest.raises(LookupError, match="“sets” of level 9 has no start value"):
        start_value("sets", 9)


def test_the_expected_score_is_the_sum_of_the_chances() -> None:
    # By hand: 1/2 for an item whose difficulty equals the ability, 1/(1+e) = 0.268941 for one that is a logit harder.
    # Guessing adds a fifth of the remaining half.
    assert _expected_score([(0.0, 0.0), (1.0, 0.0)], 0.0) == pytest.approx(0.5 + 0.268941, abs=1e-6)
    assert _expected_score([(0.0, 0.2)], 0.0) == pytest.approx(0.6)
    assert _expected_score([], 0.0) == 0


@pytest.mark.slow
@pytest.mark.parametrize("blueprint", [STANDARD_20, FIGURELESS_20], ids=["standard", "figureless"])
def test_ten_thousand_forms_differ_by_no_more_than_three_tenths_of_an_item(blueprint: Blueprint) -> None:
    found = _spread_of_forms(blueprint, abilities=(-1.0, 0.0, 1.0))
    assert set(found) == {-1.0, 0.0, 1.0}
    assert all(0.15 < deviation <= 0.3 for deviation in found.values())


@pytest.mark.slow
def test_the_spread_nears_its_bound_if_difficulties_equal_the_ability() -> None:
    """sqrt(20) * 0.25 / 4 = 0.28 for 20 items, reduced by an eighth for guessing."""
    even = Blueprint((BlueprintEntry("matrices_two_rules", 3, 20),), 20)
    assert _spread_of_forms(even, abilities=(0.0,))[0.0] == pytest.approx(0.245, abs=0.02)
