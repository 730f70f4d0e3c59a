"""Items of all families have one correct answer, which the options don't reveal."""

import hashlib
import json
from collections import Counter
from dataclasses import replace
from math import sqrt

import pytest
from reasoning_solver import solve, solve_by_any_reading
from reasoning_solver.guessers import GUESSERS, chance, success

from goodword.assessments.kinds.generated import Deduction, Series, from_json, to_json
from goodword.assessments.kinds.reasoning.families import FAMILIES, generate, practice_item
from goodword.assessments.kinds.reasoning.options import SLIP
from tests.assessments.kinds.reasoning.drawn import EACH, N_SEEDS, drawn

#: four standard errors of a share of 200 items with five options: the largest of some 400 shares expected by chance
_FOUR_ERRORS = 4 * sqrt(0.25 * 0.75 / N_SEEDS)
#: digest of the first twenty items of each family, version and level
MARKS = {
    "number_series 3 1": "ac4b84d5dc3c",
    "number_series 3 2": "67c697477805",
    "number_series 3 3": "75d40ca7d898",
    "number_series 3 4": "ae74866d1d35",
    "number_series 3 5": "b4c8d684712a",
    "letter_series 3 1": "458c1da09ced",
    "letter_series 3 2": "3b7287ed7664",
    "letter_series 3 3": "8c9e08a2c1a4",
    "letter_series 3 4": "d6a3fe861611",
    "seating 2 1": "e0d4fb88eddf",
    "seating 2 2": "971475e777c0",
    "seating 2 3": "84b60aa151f2",
    "seating 2 4": "bccf797dda9f",
    "ordering 2 1": "dd0054c6839a",
    "ordering 2 2": "863c155a330b",
    "ordering 2 3": "882bcaa8274c",
    "ordering 2 4": "a7b1001125d0",
    "sets 2 1": "74b3c3c2e0e8",
    "sets 2 2": "978ae68ebfc2",
    "sets 2 3": "7aaa79ae97b9",
    "sets 2 4": "e24a371a722c",
}
each_level = pytest.mark.parametrize(("family", "level"), EACH)
each_level_of_series = pytest.mark.parametrize(
    ("family", "level"), [each for each in EACH if FAMILIES[each[0]].category in {"numerical", "letters"}]
)


@pytest.mark.matrix
@each_level
def test_the_solver_finds_exactly_the_key(family: str, level: int) -> None:
    items = drawn(family, level)
    assert [(item.seed, solve(item.task, item.options)) for item in items] == [
        (item.seed, frozenset({item.key})) for item in items
    ]


@pytest.mark.matrix
@each_level
def test_the_solver_needs_neither_errors_nor_the_order_of_the_options(family: str, level: int) -> None:
    for item in drawn(family, level)[:50]:
        bare = [replace(option, error="") for option in reversed(item.options)]
        assert solve(item.task, bare) == {item.key}


@pytest.mark.matrix
@each_level
def test_options_differ_and_wrong_ones_have_an_error(family: str, level: int) -> None:
    for item in drawn(family, level):
        assert len({option.value for option in item.options}) == len(item.options)
        assert [option.id for option in item.options] == list("abcde"[: len(item.options)])
        assert [option.id for option in item.options if not option.error] == [item.key]


@pytest.mark.matrix
@each_level
def test_a_seed_gives_the_same_item_which_survives_json(family: str, level: int) -> None:
    for item in drawn(family, level)[:50]:
        assert generate(family, seed=item.seed, level=level) == item
        assert from_json(json.loads(json.dumps(to_json(item)))) == item


@pytest.mark.matrix
@each_level
def test_seeds_rarely_give_the_same_task(family: str, level: int) -> None:
    assert len({item.task for item in drawn(family, level)}) >= N_SEEDS * 0.85


@pytest.mark.matrix
@each_level
def test_key_positions_are_about_equally_frequent(family: str, level: int) -> None:
    items = drawn(family, level)
    places = [option.id for option in items[0].options]
    expected = N_SEEDS / len(places)
    counts = Counter(item.key for item in items)
    # Chi-square with 3 or 4 degrees of freedom: one in 100,000 is above 29.
    assert sum((counts[place] - expected) ** 2 / expected for place in places) < 29


@pytest.mark.slow
@each_level
def test_heuristics_do_no_better_than_chance(family: str, level: int) -> None:
    items = drawn(family, level)
    gains = {
        name: sum(success(item, guesser) - chance(item) for item in items) / N_SEEDS
        for name, guesser in GUESSERS.items()
    }
    assert {name: gain for name, gain in gains.items() if gain >= _FOUR_ERRORS} == {}


@pytest.mark.matrix
@each_level_of_series
def test_no_other_reading_of_a_series_leads_to_another_option(family: str, level: int) -> None:
    for item in drawn(family, level):
        assert isinstance(item.task, Series)
        assert solve_by_any_reading(item.task, item.options) == {item.key}


@pytest.mark.matrix
@each_level_of_series
def test_any_point_of_the_error_grid_can_be_right(family: str, level: int) -> None:
    """If all other options were derived from the key, it could be found without the task, as it would differ least from
    them.
    """
    n_errors = Counter(
        sum(option.error.count("+") + 1 for option in item.options if option.error)
        for item in drawn(family, level)
    )
    assert max(n_errors.values()) < 0.75 * N_SEEDS


@pytest.mark.matrix
@each_level_of_series
def test_most_wrong_answers_of_series_are_reasoning_errors(family: str, level: int) -> None:
    wrong = [option.error for item in drawn(family, level) for option in item.options if option.error]
    assert sum(error.startswith(SLIP) for error in wrong) < len(wrong) / 2


@pytest.mark.slow
@pytest.mark.parametrize("family", ["seating", "ordering", "sets"])
def test_cannot_be_said_is_right_as_often_as_other_answers(family: str) -> None:
    items = [item for level in FAMILIES[family].levels for item in drawn(family, level)]
    share = sum(item.key == item.options[-1].id for item in items) / len(items)
    assert share == pytest.approx(1 / len(items[0].options), abs=0.06)


@pytest.mark.matrix
@pytest.mark.parametrize(("family", "level"), [each for each in EACH if each[0] in {"seating", "ordering"}])
def test_statements_and_question_do_not_reveal_cannot_be_said(family: str, level: int) -> None:
    open_ones: dict[object, list[bool]] = {}
    for item in drawn(family, level):
        assert isinstance(item.task, Deduction)
        kinds = {statement[0] for statement in item.task.statements}
        for seen in (*kinds, item.task.question):
            open_ones.setdefault(seen, []).append(item.key == "e")
    for found in open_ones.values():
        assert sum(found) / len(found) == pytest.approx(1 / 5, abs=4 * sqrt(0.2 * 0.8 / len(found)))


def test_numbers_of_the_easy_levels_are_positive() -> None:
    items = [*drawn("number_series", 1), *drawn("number_series", 2)]
    shown = [text for item in items for text in [*item.task.terms, *(o.value for o in item.options)]]  # type: ignore[union-attr]
    assert [text for text in shown if int(str(text)) <= 0] == []


@pytest.mark.slow
def test_items_of_a_version_do_not_change() -> None:
    """Forms store items by family, version, level and seed, so a changed item needs a new version."""
    marks = {}
    for family, level in EACH:
        text = json.dumps([to_json(item) for item in drawn(family, level)[:20]], sort_keys=True)
        marks[f"{family} {FAMILIES[family].version} {level}"] = hashlib.sha256(text.encode()).hexdigest()[:12]
    assert marks == MARKS


def test_practice_items_are_easy_and_the_same_for_everyone() -> None:
    assert {family: practice_item(family).level for family in FAMILIES} == {
        family.id: family.levels[0] for family in FAMILIES.values()
    }


def test_unknown_families_levels_and_seeds_are_refused() -> None:
    with pytest.raises(LookupError, match="There is no item family “riddles”"):
        generate("riddles", seed=1, level=1)
    with pytest.raises(ValueError, match="“sets” has the levels 1, 2, 3, 4, not 5"):
        generate("sets", seed=1, level=5)
    with pytest.raises(ValueError, match="A seed must be 0 or more, not -1"):
        generate("sets", seed=-1, level=1)
