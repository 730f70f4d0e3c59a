"""Whether a second result is lower than expected, compared with enumeration and simulated people."""

import random
from collections.abc import Mapping
from itertools import product

import pytest

from goodword.assessments.kinds.reasoning.content import BUILT_IN
from goodword.assessments.kinds.reasoning.items import curves_of_form
from goodword.assessments.kinds.reasoning.verification import FORMS, VERIFICATION_12
from goodword.assessments.psychometrics.abilities import ItemCurve, point
from goodword.assessments.psychometrics.second_result import (
    FALSE_ALARMS,
    best_lower,
    predictions,
    share_lower,
)

SECOND, _ = curves_of_form(VERIFICATION_12)
STANDARD, _ = curves_of_form(BUILT_IN["standard_20"])
LONG, _ = curves_of_form(BUILT_IN["long_40"])
ABILITIES = (-2.0, -1.0, 0.0, 1.0, 2.0)


def pairs() -> Mapping[str, tuple[tuple[ItemCurve, ...], tuple[ItemCurve, ...]]]:
    return {
        form: (
            curves_of_form(blueprint)[0],
            curves_of_form(FORMS[f"verification_{'figureless_' if 'figureless' in form else ''}12"])[0],
        )
        for form, blueprint in BUILT_IN.items()
    }


def solved(chance: random.Random, items: tuple[ItemCurve, ...], ability: float) -> int:
    return sum(chance.random() < point(item, ability).p for item in items)


@pytest.mark.matrix
@pytest.mark.parametrize("form", BUILT_IN)
def test_honest_people_of_any_ability_show_as_lower_at_most_nominally(form: str) -> None:
    first, second = pairs()[form]
    assert 0.02 < predictions(first, second).highest_rate <= FALSE_ALARMS


@pytest.mark.slow
@pytest.mark.matrix
@pytest.mark.parametrize("mean", [0, -1])
@pytest.mark.parametrize("form", BUILT_IN)
def test_honest_people_with_one_first_result_seldom_score_lower_on_average(form: str, mean: int) -> None:
    """Candidates are drawn from a normal distribution; only those with this first result are verified."""
    first, second = pairs()[form]
    found = predictions(first, second).by_first
    abilities = [step / 5 for step in range(-35, 31)]
    for n in range(len(first) + 1):
        masses = [(2.718281828 ** (-((t - mean) ** 2) / 2)) * exactly(first, t, n) for t in abilities]
        lower = sum(
            mass * sum(exactly(second, t, m) for m in range(found[n].least))
            for mass, t in zip(masses, abilities, strict=True)
        )
        assert lower / sum(masses) <= FALSE_ALARMS + 1e-6


def exactly(items: tuple[ItemCurve, ...], ability: float, number: int) -> float:
    """The probability of a number right, by an independent recursion."""
    chances = [1.0] + [0.0] * len(items)
    for curve in items:
        p = point(curve, ability).p
        chances = [chances[k] * (1 - p) + (chances[k - 1] * p if k else 0.0) for k in range(len(items) + 1)]
    return chances[number]


@pytest.mark.slow
def test_simulated_honest_people_are_seldom_lower_and_helped_ones_more_often() -> None:
    chance, found = random.Random(20), predictions(STANDARD, SECOND).by_first
    n, rates = 4000, {}
    for helped, ability in product((0, 6), ABILITIES):
        rates[helped, ability] = (
            sum(
                solved(chance, SECOND, ability)
                < found[min(20, solved(chance, STANDARD, ability) + helped)].least
                for _ in range(n)
            )
            / n
        )
        exact = share_lower(STANDARD, SECOND, ability=ability, helped=helped)
        # four standard errors of a share
        assert rates[helped, ability] == pytest.approx(exact, abs=4 * (exact * (1 - exact) / n) ** 0.5 + 1e-3)
    assert max(rates[0, ability] for ability in ABILITIES) <= FALSE_ALARMS
    assert rates[6, -1.0] > 0.25
    assert rates[6, 0.0] > 0.2


@pytest.mark.slow
@pytest.mark.matrix
@pytest.mark.parametrize("mean", [0.0, -0.5, -1.0])
def test_honest_finalists_of_a_lower_group_are_seldom_lower(mean: float) -> None:
    """Members of a group with this mean ability who solved 17 or more tasks are verified."""
    chance, found = random.Random(44), predictions(STANDARD, SECOND).by_first
    results: list[bool] = []
    while len(results) < 1000:
        ability = chance.gauss(mean, 1)
        if (first := solved(chance, STANDARD, ability)) >= 17:
            results.append(solved(chance, SECOND, ability) < found[first].least)
    exact = best_lower(STANDARD, SECOND, solved=17, mean=mean)
    assert exact < 0.03
    assert sum(results) / 1000 == pytest.approx(exact, abs=4 * (exact * (1 - exact) / 1000) ** 0.5)


def test_the_rate_depends_on_ability_among_those_with_a_high_first_result() -> None:
    rates = [best_lower(STANDARD, SECOND, solved=17, ability=one) for one in (0.0, 0.5, 1.0)]
    assert rates == pytest.approx([0.100, 0.027, 0.006], abs=0.001)


def test_the_prediction_is_below_a_high_first_result_and_rises_with_it() -> None:
    found = predictions(STANDARD, SECOND).by_first
    assert found[20].expected / 12 < 0.95
    assert [prediction.expected for prediction in found] == sorted(
        prediction.expected for prediction in found
    )
    assert [prediction.least for prediction in found] == sorted(prediction.least for prediction in found)
    assert found[17].least == 6
    assert found[17].expected == pytest.approx(9.4, abs=0.1)
    assert found[17].error == pytest.approx(1.6, abs=0.1)


@pytest.mark.slow
def test_a_longer_first_form_predicts_more_exactly() -> None:
    short, long = predictions(STANDARD, SECOND).by_first, predictions(LONG, SECOND).by_first
    assert long[34].error < short[17].error
    helped = {"ability": 0.0}
    assert share_lower(LONG, SECOND, **helped, helped=12) > share_lower(STANDARD, SECOND, **helped, helped=6)
