"""Figural matrices: each item has one correct answer, which the options don't reveal."""

import itertools
import json
from collections import Counter
from collections.abc import Callable
from functools import cache
from hashlib import sha256
from random import Random

import pytest
from reasoning_solver.matrices import solve, solve_by_any_reading

from goodword.assessments.kinds.generated import (
    Family,
    Figure,
    GeneratedItem,
    GeneratedOption,
    Mark,
    Matrix,
    from_json,
    to_json,
)
from goodword.assessments.kinds.reasoning.matrices import FAMILIES

SEEDS = range(200)
#: four standard errors of a share of 2,000 items with eight options
BY_CHANCE = 1 / 8 + 4 * (1 / 8 * 7 / 8 / 2000) ** 0.5
#: digest of the first twenty items of each family and level; if it changes, raise the version
VERSION_2 = "aa2c5a2a8338b4d14c9690e147e6e6e90fc7e198143ce5c42cedc9e8537fb6e0"
EACH = [(family, level) for family in FAMILIES for level in family.levels]
each_level = pytest.mark.parametrize(
    ("family", "level"), EACH, ids=[f"{family.id}-{level}" for family, level in EACH]
)


@cache
def _drawn(family: Family, level: int, seed: int) -> GeneratedItem:
    return family.generate(seed, level)


def _matrix(item: GeneratedItem) -> Matrix:
    assert isinstance(item.task, Matrix)
    return item.task


def _figures(item: GeneratedItem) -> list[Figure]:
    return [option.value for option in item.options if isinstance(option.value, Figure)]


@pytest.mark.slow
@each_level
def test_a_solver_that_sees_cells_and_options_alone_finds_the_key_and_no_second_answer(
    family: Family, level: int
) -> None:
    items = [_drawn(family, level, seed) for seed in SEEDS]
    assert [solve(_matrix(item), item.options) for item in items] == [frozenset({item.key}) for item in items]


@pytest.mark.matrix
@each_level
def test_no_other_reading_of_any_complexity_leads_to_another_option(family: Family, level: int) -> None:
    items = [_drawn(family, level, seed) for seed in SEEDS]
    found = [solve_by_any_reading(_matrix(item), item.options) for item in items]
    assert found == [frozenset({item.key}) for item in items]


@pytest.mark.slow
@each_level
def test_an_item_is_the_same_each_time_and_survives_json(family: Family, level: int) -> None:
    for seed in SEEDS:
        item = _drawn(family, level, seed)
        assert family.generate(seed, level) == item
        kept = json.loads(json.dumps(to_json(item)))
        assert from_json(kept) == item
        assert (item.family, item.version, item.level, item.seed) == (family.id, family.version, level, seed)


@pytest.mark.slow
def test_version_2_still_makes_the_same_items() -> None:
    items = [to_json(_drawn(family, level, seed)) for family, level in EACH for seed in range(20)]
    assert {item["version"] for item in items} == {"2"}
    assert sha256(json.dumps(items).encode()).hexdigest() == VERSION_2


@pytest.mark.matrix
@each_level
def test_nearly_every_seed_makes_another_item(family: Family, level: int) -> None:
    tasks = Counter(_matrix(_drawn(family, level, seed)) for seed in SEEDS)
    assert len(tasks) >= 0.95 * len(SEEDS)


@pytest.mark.slow
@each_level
def test_there_are_eight_different_options_and_each_wrong_one_names_its_error(
    family: Family, level: int
) -> None:
    for seed in SEEDS:
        item = _drawn(family, level, seed)
        assert "".join(option.id for option in item.options) == "abcdefgh"
        assert len(set(_figures(item))) == 8
        assert [option.id for option in item.options if not option.error] == [item.key]


@pytest.mark.matrix
@each_level
def test_every_value_occurs_in_equally_many_options(family: Family, level: int) -> None:
    for seed in SEEDS:
        figures = _figures(_drawn(family, level, seed))
        for counted in (
            Counter(figure.marks[0].shape for figure in figures),
            Counter(figure.marks[0].shading for figure in figures),
            Counter(figure.marks[0].turn for figure in figures),
            Counter(figure.marks[0].size for figure in figures),
            Counter(_places(figure) for figure in figures),
        ):
            assert len(set(counted.values())) == 1


def _places(figure: Figure) -> frozenset[int]:
    return frozenset(mark.place for mark in figure.marks)


def _features(figure: Figure) -> tuple[object, ...]:
    first = figure.marks[0]
    filled = [place in _places(figure) for place in range(9)]
    return first.shape, first.shading, first.turn, first.size, len(figure.marks), *filled


def _by_most_common_values(figures: list[Figure]) -> list[float]:
    """How often each option's values occur among all options."""
    counted = [Counter(values) for values in zip(*map(_features, figures), strict=True)]
    return [
        sum(count[value] for count, value in zip(counted, _features(figure), strict=True))
        for figure in figures
    ]


def _by_likeness(figures: list[Figure]) -> list[float]:
    """The number of values that each option shares with the others; the most similar option counts double."""
    shared = {
        (one, other): sum(map(_equal, _features(figures[one]), _features(figures[other])))
        for one, other in itertools.permutations(range(len(figures)), 2)
    }
    return [
        sum(shared[one, other] for other in range(len(figures)) if other != one)
        + max(shared[one, other] for other in range(len(figures)) if other != one)
        for one in range(len(figures))
    ]


def _equal(one: object, other: object) -> bool:
    return one == other


def _by_number(figures: list[Figure]) -> list[float]:
    return [len(figure.marks) for figure in figures]


def _by_fewness(figures: list[Figure]) -> list[float]:
    return [-len(figure.marks) for figure in figures]


def _by_middle_number(figures: list[Figure]) -> list[float]:
    middle = sum(len(figure.marks) for figure in figures) / len(figures)
    return [-abs(len(figure.marks) - middle) for figure in figures]


@pytest.mark.slow
@pytest.mark.parametrize(
    "worth", [_by_most_common_values, _by_likeness, _by_number, _by_fewness, _by_middle_number]
)
def test_options_alone_give_the_key_only_by_chance(
    worth: Callable[[list[Figure]], list[float]],
) -> None:
    random, right = Random(7), 0
    for seed in range(2000):
        family, level = EACH[seed % len(EACH)]
        item = _drawn(family, level, seed)
        worths = worth(_figures(item))
        best = [option.id for option, value in zip(item.options, worths, strict=True) if value == max(worths)]
        right += random.choice(best) == item.key
    assert right / 2000 <= BY_CHANCE


@pytest.mark.slow
def test_each_position_has_the_key_equally_often() -> None:
    keys = Counter(
        _drawn(family, level, seed).key
        for (family, level), seed in itertools.islice(itertools.product(EACH, range(2000)), 0, None, 7)
    )
    # 2,000 items: 250 a place, within four standard errors
    assert set(keys) == set("abcdefgh")
    assert max(abs(count - 250) for count in keys.values()) <= 4 * (2000 * 1 / 8 * 7 / 8) ** 0.5


@each_level
def test_no_level_is_without_a_rule_and_two_of_one_kind_do_not_move_together(
    family: Family, level: int
) -> None:
    for seed in SEEDS:
        cells = _matrix(_drawn(family, level, seed)).cells
        looks = [
            tuple(getattr(cell.marks[0], aspect) for cell in cells) for aspect in ("shape", "turn", "shading")
        ]
        told = [tuple(map(values.index, values)) for values in looks if len(set(values)) > 1]
        assert len(told) == len(set(told))


def _circles(*places: int) -> Figure:
    return Figure(tuple(Mark(shape="circle", place=place, size=1) for place in places))


def _options(*figures: Figure) -> tuple[GeneratedOption, ...]:
    return tuple(
        GeneratedOption(id=letter, value=figure) for letter, figure in zip("abcdefgh", figures, strict=False)
    )


def test_the_solver_names_both_answers_of_a_matrix_with_two_readings() -> None:
    # the first two are overlaid along rows; the second is subtracted from the first along columns
    first_row = _circles(0, 1), _circles(3), _circles(0, 1, 3)
    second_row = _circles(2), _circles(1), _circles(1, 2)
    task = Matrix((*first_row, *second_row, _circles(0, 1), _circles(3)))
    assert solve(task, _options(_circles(0, 1, 3), _circles(0, 3), _circles(1, 3), _circles(0))) == {"a", "b"}


def test_the_solver_finds_nothing_where_no_rule_holds() -> None:
    numbers = (1, 5, 2, 4, 4, 1, 3, 1)
    task = Matrix(tuple(_circles(*range(number)) for number in numbers))
    assert solve(task, _options(*(_circles(*range(number)) for number in range(1, 9)))) == frozenset()
