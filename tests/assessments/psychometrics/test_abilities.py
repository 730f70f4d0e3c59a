"""Abilities, compared with other formulas and with the true abilities of simulated people."""

import math
import random
from collections.abc import Sequence
from typing import Literal

import pytest

from goodword.assessments.psychometrics.abilities import UnknownCell, ability, point, quantile
from goodword.assessments.psychometrics.rasch import Answers, CalibrationResult, CellAnswer, Difficulty

#: difficulty and number of options of each item, in a form like the built-in one of 20
FORM = (
    *((b, 5) for b in (-1.6, -0.9, -0.2, 0.5, 1.2, -1.2, -0.5, 0.2, -1.0, 0.4, -1.4, 0.0)),
    *((b, 8) for b in (-1.6, -0.9, -0.7, 0.0, 0.7, 0.9)),
    *((b, 4) for b in (-0.6, 0.6)),
)


def known(form: Sequence[tuple[float, int]] = FORM) -> CalibrationResult:
    return CalibrationResult(
        cells={("item", place): Difficulty(b, 0.1, 400) for place, (b, _) in enumerate(form)},
        sd=1.0,
        n=400,
        iterations=1,
        reliability=0.7,
    )


def answers_of(form: Sequence[tuple[float, int]], right: Sequence[int]) -> Answers:
    given: list[Literal[0, 1]] = [1 if one else 0 for one in right]
    return [CellAnswer(("item", place), form[place][1], one) for place, one in enumerate(given)]


def simulated(chance: random.Random, able: float) -> Answers:
    return answers_of(FORM, [chance.random() < point((b, 1 / options), able).p for b, options in FORM])


def test_the_estimate_solves_warms_equation() -> None:
    form = ((-1.0, 5), (0.3, 8), (1.1, 4), (0.0, 5))
    right = (1, 0, 1, 1)
    found = ability(known(form), answers_of(form, right))
    assert found is not None

    def chance(place: int, t: float) -> float:
        b, options = form[place]
        return 1 / options + (1 - 1 / options) / (1 + math.exp(b - t))

    # with numerical derivatives
    h, t = 1e-4, found.theta
    slope = information = third = 0.0
    for place, one in enumerate(right):
        p = chance(place, t)
        first = (chance(place, t + h) - chance(place, t - h)) / (2 * h)
        second = (chance(place, t + h) - 2 * p + chance(place, t - h)) / h**2
        slope += (one - p) * first / (p * (1 - p))
        information += first**2 / (p * (1 - p))
        third += first * second / (p * (1 - p))
    assert slope + third / (2 * information) == pytest.approx(0, abs=1e-5)
    assert found.se == pytest.approx(1 / math.sqrt(information), rel=1e-5)


def test_the_interval_is_the_middle_of_the_posterior_under_jeffreys_prior() -> None:
    form = ((-1.0, 5), (0.3, 8), (1.1, 4), (0.0, 5))
    right = (1, 0, 1, 1)
    found = ability(known(form), answers_of(form, right))
    assert found is not None
    grid = [-12 + 0.01 * place for place in range(2801)]
    masses = []
    for t in grid:
        likelihood, information = 1.0, 0.0
        for one, (b, options) in zip(right, form, strict=True):
            p = 1 / options + (1 - 1 / options) / (1 + math.exp(b - t))
            first = (1 - 1 / options) * math.exp(b - t) / (1 + math.exp(b - t)) ** 2
            likelihood *= p if one else 1 - p
            information += first**2 / (p * (1 - p))
        masses.append(likelihood * math.sqrt(information))
    whole = sum(masses)
    shares = [mass / whole for mass in masses]
    assert found.low == pytest.approx(quantile(grid, shares, 0.05), abs=0.02)
    assert found.high == pytest.approx(quantile(grid, shares, 0.95), abs=0.02)


@pytest.mark.parametrize("right", [0, 1])
def test_identical_answers_give_a_finite_ability_with_a_wide_interval(right: int) -> None:
    found = ability(known(), answers_of(FORM, [right] * len(FORM)))
    assert found is not None
    assert (found.theta > 2) == bool(right)
    assert found.low < found.theta < found.high
    assert found.high - found.low > 3


def test_without_answers_there_is_no_ability() -> None:
    assert ability(known(), []) is None


def test_a_right_answer_to_a_hard_item_counts_less_for_people_who_solve_little_else() -> None:
    # guessing makes it nearly as likely at any low ability
    form = ((-1.5, 4), (-1.5, 4), (-1.4, 4), (2.5, 4))
    easy = ability(known(form), answers_of(form, (1, 0, 0, 0)))
    hard = ability(known(form), answers_of(form, (0, 0, 0, 1)))
    assert easy is not None
    assert hard is not None
    assert hard.theta < easy.theta


def test_the_order_of_answers_changes_nothing() -> None:
    answers = simulated(random.Random(3), 0.4)
    assert ability(known(), answers) == ability(known(), list(reversed(answers)))


def test_an_answer_to_an_uncalibrated_cell_is_refused() -> None:
    with pytest.raises(UnknownCell) as refused:
        ability(known(), [CellAnswer(("series", 9), 5, 1)])
    assert refused.value.cell == ("series", 9)
    assert str(refused.value) == "The family “series”, level 9, is not calibrated."


@pytest.mark.parametrize("answer", [2, -1, 0.5, None])
def test_an_answer_must_be_zero_or_one(answer: object) -> None:
    with pytest.raises(ValueError, match="An answer must be 0 or 1"):
        ability(known(), [CellAnswer(("item", 0), 5, answer)])  # type: ignore[arg-type]  # an invalid answer on purpose


@pytest.mark.slow
@pytest.mark.matrix
@pytest.mark.parametrize("able", [-1.5, 0.0, 1.5])
def test_the_estimate_is_unbiased_and_the_interval_covers_at_each_ability(able: float) -> None:
    # with 400 people, the standard error is 0.03 to 0.04 for the mean and 1.5% for the coverage
    chance = random.Random(17)
    found = [one for _ in range(400) if (one := ability(known(), simulated(chance, able))) is not None]
    assert sum(one.theta for one in found) / len(found) == pytest.approx(able, abs=0.12)
    assert 0.86 <= sum(one.low <= able <= one.high for one in found) / len(found) <= 0.94
