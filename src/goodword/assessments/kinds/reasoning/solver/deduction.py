"""Solves seating and ordering by trying all orders (from left, or from most), and syllogisms by all diagrams."""

from collections.abc import Callable, Mapping, Sequence
from itertools import chain, combinations, pairwise, permutations

from goodword.assessments.kinds.reasoning.generated import Deduction, Option

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


def solve_orders(task: Deduction, options: Sequence[Option]) -> frozenset[str]:
    place = _place(task)
    found = {order[place] for order in permutations(range(len(task.names))) if _holds(order, task.statements)}
    claim: tuple[str | int, ...] = ("is", *found) if len(found) == 1 else ("cannot_say",)
    if not found:
        return frozenset()
    return frozenset(option.id for option in options if option.value == claim)


def _place(task: Deduction) -> int:
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


type Claim = tuple[str | int, ...]


def solve_sets(task: Deduction, options: Sequence[Option]) -> frozenset[str]:
    n_groups = len(task.names)
    # Exclude regions that a statement empties; try all combinations of the others.
    regions = [
        region
        for region in range(1, 2**n_groups)
        if all(_true(statement, (region,)) for statement in task.statements if statement[0] in {"all", "no"})
    ]
    diagrams = [
        diagram
        for diagram in chain.from_iterable(combinations(regions, n) for n in range(1, len(regions) + 1))
        if all(any(region >> group & 1 for region in diagram) for group in range(n_groups))
        and all(_true(statement, diagram) for statement in task.statements)
    ]
    if not diagrams:
        return frozenset()
    right = [
        option.id
        for option in options
        if isinstance(option.value, tuple)
        and option.value[0] != "none_follows"
        and all(_true(option.value, diagram) for diagram in diagrams)
    ]
    return frozenset(right or [option.id for option in options if option.value == ("none_follows",)])


def _true(claim: Claim, diagram: Sequence[int]) -> bool:
    name, a, b = claim[0], int(claim[1]), int(claim[2])
    inside = [region >> b & 1 for region in diagram if region >> a & 1]
    match name:
        case "all":
            return all(inside)
        case "no":
            return not any(inside)
        case "some":
            return any(inside)
        case "some_not":
            return not all(inside)
    raise ValueError(f"There is no statement “{name}”.")
