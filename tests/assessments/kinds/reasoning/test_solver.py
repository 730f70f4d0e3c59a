"""The independent solver, compared with items solved by hand."""

import ast
from pathlib import Path

import pytest
import reasoning_solver
from reasoning_solver import solve

from goodword.assessments.kinds.generated import Deduction, GeneratedOption, Series


def _options(*values: str | tuple[str | int, ...]) -> list[GeneratedOption]:
    return [
        GeneratedOption(id=letter, value=value) for letter, value in zip("abcdefgh", values, strict=False)
    ]


@pytest.mark.parametrize(
    ("terms", "following"),
    [
        ("5 8 11 14 17", "20"),
        ("3 6 12 24 48", "96"),
        ("1 3 6 10 15", "21"),
        ("1 2 6 24 120", "720"),
        ("2 3 5 8 13 21", "34"),
        ("2 3 6 10 17 28", "46"),
        ("1 2 4 9 19 36 62", "99"),
        ("4 8 6 12 10 20 18", "36"),
        ("10 50 13 46 16 42 19 38", "22"),
        ("3 7 15 31 63", "127"),
        ("A D G J", "M"),
        ("AZ CY EX GW", "IV"),
        ("A B D G K", "P"),
        ("C X E V G T I R", "K"),
    ],
)
def test_series_continue_by_their_simplest_rule(terms: str, following: str) -> None:
    assert solve(Series(tuple(terms.split())), _options("0", following, "YY")) == {"b"}


def test_two_rules_of_one_load_are_both_right() -> None:
    """Alternately 1 more and 1 less: if two letters each have two readings, both 9 and 3 are possible."""
    assert solve(Series(("1", "2", "4")), _options("7", "8")) == frozenset()
    assert solve(Series(("1", "2", "4", "8")), _options("15", "16")) == {"b"}


def test_a_series_without_a_rule_has_no_answer() -> None:
    assert solve(Series(("3", "17", "4", "90", "1", "55")), _options("0", "1", "2")) == frozenset()


def test_seats_are_found_by_trying_all_orders() -> None:
    task = Deduction(
        "seating", ("Kim", "Lou", "Sam"), (("directly_left", 0, 1), ("not_at_end", 0)), ("who_at", 1)
    )
    assert solve(task, _options(("is", 0), ("is", 1), ("is", 2), ("cannot_say",))) == {"c"}


def test_a_place_that_differs_between_orders_cannot_be_said() -> None:
    task = Deduction("boxes", ("red", "blue", "grey"), (("more", 0, 1),), ("most",))
    assert solve(task, _options(("is", 0), ("is", 2), ("cannot_say",))) == {"c"}


def test_statements_that_contradict_each_other_have_no_answer() -> None:
    task = Deduction("boxes", ("red", "blue"), (("more", 0, 1), ("more", 1, 0)), ("most",))
    assert solve(task, _options(("is", 0), ("is", 1), ("cannot_say",))) == frozenset()


@pytest.mark.parametrize(
    ("statements", "right"),
    [
        # Barbara, Celarent, and two fallacies: the undistributed middle, and two negative premises
        ([("all", 0, 1), ("all", 1, 2)], ("all", 0, 2)),
        ([("all", 0, 1), ("no", 1, 2)], ("no", 0, 2)),
        ([("all", 0, 1), ("all", 2, 1)], ("none_follows",)),
        ([("no", 0, 1), ("no", 1, 2)], ("none_follows",)),
    ],
)
def test_syllogisms_are_found_by_trying_all_diagrams(
    statements: list[tuple[str | int, ...]], right: tuple[str | int, ...]
) -> None:
    options = _options(("all", 0, 2), ("all", 2, 0), ("no", 0, 2), ("none_follows",))
    task = Deduction("sets", ("dremos", "tavoks", "plonts"), tuple(statements), ("follows",))
    assert solve(task, options) == {option.id for option in options if option.value == right}


def test_a_statement_that_it_does_not_know_is_refused() -> None:
    for topic in ("seating", "sets"):
        with pytest.raises(ValueError, match="There is no statement “nearly”"):
            solve(
                Deduction(topic, ("Kim", "Lou"), (("nearly", 0, 1),), ("who_at", 1)), _options(("all", 0, 1))
            )


def test_the_solver_shares_only_the_item_types_with_the_families() -> None:
    shared = {
        node.module
        for path in Path(reasoning_solver.__file__).parent.glob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("goodword")
    }
    assert shared == {"goodword.assessments.kinds.generated"}
