"""Solves seating and ordering by trying every order there is.

An order is written as the things from the left to the right, or from the most to the least; a statement is a test
of an order.
"""

from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise, permutations

from goodword.assessments.library.reasoning.item import Deduction, Option

type Order = tuple[int, ...]

_TESTS: Mapping[str, Callable[..., bool]] = {
    "at": lambda order, a, place: order[place - 1] == a,
    "at_end": lambda order, a: a in (order[0], order[-1]),
    "not_at_end": lambda order, a: a not in (order[0], order[-1]),
    "directly_left": lambda order, a, b: (a, b) in pairwise(order),
    "directly_right": lambda order, a, b: (b, a) in pairwise(order),
    "left": lambda order, a, b: order.index(a) < order.index(b),
    "right": lambda order, a, b: order.index(a) > order.index(b),
    "next_to": lambda order, a, b: abs(order.index(a) - order.index(b)) == 1,
    "not_next_to": lambda order, a, b: abs(order.index(a) - order.index(b)) != 1,
    "more": lambda order, a, b: order.index(a) < order.index(b),
    "less": lambda order, a, b: order.index(a) > order.index(b),
    "between": lambda order, a, less, more: order.index(more) < order.index(a) < order.index(less),
    "not_most": lambda order, a: order[0] != a,
    "not_least": lambda order, a: order[-1] != a,
}


def solve(task: Deduction, options: Sequence[Option]) -> frozenset[str]:
    """The ids of the options that hold: the one thing that has the place in every order, or that it cannot be
    said. Raises `ValueError` for an unknown statement or question."""
    place = _place(task)
    found = {order[place] for order in permutations(range(len(task.names))) if _holds(order, task.statements)}
    claim: tuple[str | int, ...] = ("is", *found) if len(found) == 1 else ("cannot_say",)
    if not found:
        return frozenset()
    return frozenset(option.id for option in options if option.value == claim)


def _place(task: Deduction) -> int:
    """Which place of an order is asked for, from 0."""
    match task.question:
        case ("who_at", int(place)) | ("rank", int(place)):
            return place - 1
        case ("most",):
            return 0
        case ("least",):
            return len(task.names) - 1
    raise ValueError(f"There is no question {task.question!r}.")


def _holds(order: Order, statements: Sequence[tuple[str | int, ...]]) -> bool:
    for name, *arguments in statements:
        test = _TESTS.get(str(name))
        if test is None:
            raise ValueError(f"There is no statement “{name}”.")
        if not test(order, *arguments):
            return False
    return True
