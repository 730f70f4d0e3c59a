"""What statements on places leave open: the arithmetic of seating and ordering.

An arrangement says for each thing its place, from 0. A set of arrangements is a number with one bit for each of them,
so that statements are joined by `&`.
"""

from collections.abc import Iterable, Sequence
from functools import cache
from itertools import permutations

type Statement = tuple[str | int, ...]

_ON_ONE = {"at_end", "not_at_end", "not_most", "not_least"}


@cache
def arrangements(n: int) -> tuple[tuple[int, ...], ...]:
    """All arrangements of n things."""
    return tuple(permutations(range(n)))


@cache
def fitting(n: int, statement: Statement) -> int:
    """The arrangements of n things in which a statement is true. Raises `ValueError` for an unknown statement."""
    return sum(1 << number for number, places in enumerate(arrangements(n)) if is_true(statement, places))


def fitting_all(n: int, statements: Iterable[Statement]) -> int:
    """The arrangements of n things in which all statements are true."""
    left = (1 << len(arrangements(n))) - 1
    for statement in statements:
        left &= fitting(n, statement)
    return left


def at_place(n: int, left: int, place: int) -> tuple[int, ...]:
    """Which things have a place (from 0) in some of the arrangements `left`."""
    return tuple(thing for thing in range(n) if left & fitting(n, ("at", thing, place + 1)))


def listed(n: int, left: int) -> list[tuple[int, ...]]:
    """The arrangements in `left`, each as its things from the first place to the last."""
    return [
        tuple(sorted(range(n), key=places.__getitem__))
        for number, places in enumerate(arrangements(n))
        if left >> number & 1
    ]


@cache
def things_in(statement: Statement) -> tuple[int, ...]:
    """The things that a statement names."""
    name, *arguments = statement
    return tuple(int(one) for one in (arguments[:1] if name == "at" else arguments))


def is_true(statement: Statement, places: tuple[int, ...]) -> bool:
    """Whether a statement holds in an arrangement. Places of statements are counted from 1, and a lower place is
    further left, or more. Raises `ValueError` for an unknown statement."""
    match statement:
        case ("at", int(a), int(place)):
            return places[a] == place - 1
        case ("at_end", int(a)):
            return places[a] in {0, len(places) - 1}
        case ("not_at_end", int(a)):
            return 0 < places[a] < len(places) - 1
        case ("directly_left", int(a), int(b)):
            return places[b] - places[a] == 1
        case ("directly_right", int(a), int(b)):
            return places[a] - places[b] == 1
        case ("left" | "more", int(a), int(b)):
            return places[a] < places[b]
        case ("right" | "less", int(a), int(b)):
            return places[a] > places[b]
        case ("next_to", int(a), int(b)):
            return abs(places[a] - places[b]) == 1
        case ("not_next_to", int(a), int(b)):
            return abs(places[a] - places[b]) > 1
        case ("between", int(a), int(less), int(more)):
            return places[more] < places[a] < places[less]
        case ("not_most", int(a)):
            return places[a] > 0
        case ("not_least", int(a)):
            return places[a] < len(places) - 1
    raise ValueError(f"There is no statement {statement!r}.")


@cache
def true_statements(n: int, kind: str) -> tuple[Statement, ...]:
    """All statements of a kind that are true when n things stand in their order."""
    places = tuple(range(n))
    if kind == "at":
        return tuple((kind, thing, thing + 1) for thing in places)
    n_things = 3 if kind == "between" else 1 if kind in _ON_ONE else 2
    every: list[Statement] = [(kind, *things) for things in permutations(places, n_things)]
    return tuple(statement for statement in every if is_true(statement, places))


def renamed(statement: Statement, names: Sequence[int]) -> Statement:
    """The statement with each thing replaced by the one that `names` has at its number."""
    things = tuple(names[thing] for thing in things_in(statement))
    return (statement[0], *things, *statement[1 + len(things) :])


def mentions(statements: Sequence[Statement]) -> int:
    """In how many statements that thing stands which stands in most."""
    things = [thing for statement in statements for thing in things_in(statement)]
    return max(things.count(thing) for thing in things)


def says_twice(statements: Sequence[Statement]) -> bool:
    """Whether two statements hold the same comparison of two things."""
    said: list[Statement] = []
    for statement in statements:
        match statement:
            case ("between", a, less, more):
                said += [(more, a), (a, less)]
            case ("more" | "left", a, b):
                said.append((a, b))
            case ("less" | "right", a, b):
                said.append((b, a))
    return len(set(said)) < len(said)
