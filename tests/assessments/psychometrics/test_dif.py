import math
import random

import pytest

from goodword.assessments.psychometrics.abilities import point
from goodword.assessments.psychometrics.rasch import Answers, CellAnswer
from goodword.assessments.psychometrics.strata import Effect, differences, has_large

TRUE = [-1.5, -1.0, -0.5, 0.0, 0.5, 1.0, -1.2, -0.3, 0.3, 1.2]


def people(seed: int, n: int, *, mean: float = 0.0, harder: float = 0.0) -> list[Answers]:
    """`harder`: the first item's extra difficulty for the second group in logits."""
    chance = random.Random(seed)
    found: list[Answers] = []
    for _ in range(n):
        able = chance.gauss(mean, 1)
        chances = [point((b + (harder if place == 0 else 0), 0.2), able).p for place, b in enumerate(TRUE)]
        found.append(
            [
                CellAnswer(("item", place), 5, 1 if chance.random() < p else 0)
                for place, p in enumerate(chances)
            ]
        )
    return found


def test_the_odds_ratio_of_a_single_matched_class_is_that_of_its_table() -> None:
    cell, other = ("item", 0), ("item", 1)

    def solved(one: int, two: int, n: int) -> list[Answers]:
        return [[CellAnswer(cell, 5, 1 if one else 0), CellAnswer(other, 5, 1 if two else 0)]] * n

    # Everybody solved one of two items: 60 of the reference group and 40 of the focal group the first.
    found = differences([*solved(1, 0, 60), *solved(0, 1, 40)], [*solved(1, 0, 40), *solved(0, 1, 60)])
    odds = (60 * 60) / (40 * 40)
    assert found[cell].delta == pytest.approx(-2.35 * math.log(odds))
    # Woolf's standard error for the log odds ratio of a single table
    assert found[cell].se == pytest.approx(2.35 * math.sqrt(1 / 60 + 1 / 40 + 1 / 40 + 1 / 60))
    assert found[other].delta == pytest.approx(2.35 * math.log(odds))


@pytest.mark.parametrize(
    ("delta", "se", "size"),
    [
        (0.9, 0.1, "A"),
        (1.2, 0.9, "A"),
        (-1.2, 0.3, "B"),
        (1.6, 0.6, "B"),
        (-1.8, 0.3, "C"),
        (1.49, 0.01, "B"),
    ],
)
def test_effects_have_the_ets_classes(delta: float, se: float, size: str) -> None:
    assert Effect(delta, se).size == size


def test_only_the_cell_that_is_much_harder_for_one_group_is_found() -> None:
    found = differences(people(1, 500), people(2, 300, mean=-0.3, harder=1.2))
    assert (found["item", 0].size, found["item", 0].delta < 0) == ("C", True)
    assert [effect.size for cell, effect in found.items() if cell != ("item", 0)].count("C") == 0
    assert has_large(found)


@pytest.mark.slow
def test_groups_that_differ_only_in_ability_show_no_large_difference() -> None:
    assert not any(
        has_large(differences(people(10 + seed, 300), people(40 + seed, 200, mean=-0.5))) for seed in range(6)
    )


def test_cells_with_too_few_or_identical_answers_are_not_compared() -> None:
    rare = CellAnswer(("rare", 1), 5, 1)
    reference = [[*person, rare] for person in people(1, 100)]
    focal = [[*person, *([rare] if place < 29 else [])] for place, person in enumerate(people(2, 100))]
    found = differences(reference, focal)
    assert set(found) == {("item", place) for place in range(10)}
    assert ("easy", 1) not in differences(
        [[*person, CellAnswer(("easy", 1), 5, 1)] for person in people(1, 100)],
        [[*person, CellAnswer(("easy", 1), 5, 1)] for person in people(2, 100)],
    )
