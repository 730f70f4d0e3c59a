"""What statements on places leave open: the arithmetic of seating and ordering.

An arrangement says for each thing its place, from 0. A set of arrangements is a number with one bit for each of them,
so that statements are joined by `&`.
"""

import random
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import permutations
from string import ascii_lowercase

from goodword.assessments.kinds.reasoning.item import Option

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


N_OPTIONS = 5
CANNOT_SAY = ("cannot_say",)
_MOST_LEFT_OPEN = 3

#: from a place that is asked for, from 0: the places that people take it for, each with the name of the error
type Mistaken = Callable[[int], Sequence[tuple[int, str]]]


@dataclass(frozen=True, slots=True)
class Placed:
    """Statements about n things, the place that is asked for (from 0), the options, the key, and the orders that
    the statements leave, each from the first place to the last."""

    statements: tuple[Statement, ...]
    place: int
    options: tuple[Option, ...]
    key: str
    orders: tuple[tuple[int, ...], ...]


def draw(
    source: random.Random,
    *,
    n: int,
    pattern: Sequence[str],
    places: Sequence[int],
    mistaken: Mistaken,
    turned: Callable[[Statement], Statement],
    most_mentions: int,
    in_a_chain: bool = False,
    first_named: bool = False,
) -> Placed:
    """Statements of the kinds in `pattern` (names of statements; several, parted by "|", are alternatives) that are
    true of a random order, with a question on one of `places`. No thing stands in more than `most_mentions` of them:
    one that is named everywhere would be found without thought. `turned` is a statement as it is misread. Draws
    until all statements are needed and every wrong option is a typical error.

    The right one is among the things named most as often as any; in a chain, where the ends are named once and all
    others twice, that is so because every place is asked for equally often. With `first_named` the thing that is named
    first is always offered, and right as often as any other option."""
    wanted = source.randrange(N_OPTIONS)
    decided = wanted < N_OPTIONS - 1
    # Drawn beforehand as well: were only draws kept that fit, the question would tell whether it can be answered.
    place = source.choice(places)
    kinds_of_each = [kinds.split("|") for kinds in pattern]
    mentioned = float(place in {0, n - 1}) if in_a_chain else source.random()
    begins = first_named and source.randrange(N_OPTIONS - 1) == 0
    while True:
        statements = [source.choice(true_statements(n, source.choice(kinds))) for kinds in kinds_of_each]
        if (
            mentions(statements) > most_mentions
            or says_twice(statements)
            or not _is_fit(n, statements, place, decided=decided)
        ):
            continue
        # All this was drawn for things that stand in their order; now they are mixed.
        names = source.sample(range(n), n)
        statements = source.sample([renamed(statement, names) for statement in statements], len(statements))
        left = fitting_all(n, statements)
        found = at_place(n, left, place)
        errors = _errors(n, statements, place, found, mistaken=mistaken, turned=turned)
        chosen = _choose(source, n, found, errors, wanted)
        if chosen is not None and (
            not decided or _is_named_fairly(found[0], chosen, statements, mentioned=mentioned)
        ):
            if first_named:
                begin = found if begins and decided else [thing for thing in chosen if (thing,) != found]
                first = _first_to_say(statements, begin)
                if first is None:
                    continue
                statements.insert(0, statements.pop(first))
            options = [
                Option(id=letter, value=("is", thing), error="" if found == (thing,) else errors[thing])
                for letter, thing in zip(ascii_lowercase, chosen, strict=False)
            ]
            options.append(
                Option(
                    id=ascii_lowercase[len(chosen)],
                    value=CANNOT_SAY,
                    error="gives_up_early" if decided else "",
                )
            )
            return Placed(
                tuple(statements), place, tuple(options), options[wanted].id, tuple(listed(n, left))
            )


def _is_named_fairly(
    right: int, offered: Sequence[int], statements: Sequence[Statement], *, mentioned: float
) -> bool:
    """Whether the right one is among those named most, or not, as `mentioned` (0 to 1) has it: over many items it is
    so as often as for any of the things that are offered."""
    named = {thing: sum(thing in things_in(statement) for statement in statements) for thing in offered}
    most = [thing for thing in offered if named[thing] == max(named.values())]
    return (right in most) is (mentioned < len(most) / len(offered))


def _first_to_say(statements: Sequence[Statement], begin: Collection[int]) -> int | None:
    """The number of the first statement that begins with one of these things; None if there is none."""
    for number, statement in enumerate(statements):
        if things_in(statement)[0] in begin:
            return number
    return None


def _is_fit(n: int, statements: Sequence[Statement], place: int, *, decided: bool) -> bool:
    """Whether the place is decided as wanted, and no statement could be left out."""
    left = fitting_all(n, statements)
    found = at_place(n, left, place)
    if decided != (len(found) == 1) or len(found) > _MOST_LEFT_OPEN:
        return False
    for number in range(len(statements)):
        without = fitting_all(n, [*statements[:number], *statements[number + 1 :]])
        # Where nothing is decided, each statement must still rule something out.
        if without == left or (decided and len(at_place(n, without, place)) == 1):
            return False
    return True


def _errors(
    n: int,
    statements: Sequence[Statement],
    place: int,
    found: Sequence[int],
    *,
    mistaken: Mistaken,
    turned: Callable[[Statement], Statement],
) -> dict[int, str]:
    """For each thing that is not the answer, the typical error that leads to it, where there is one."""
    errors: dict[int, str] = {}
    left = fitting_all(n, statements)
    if len(found) > 1:
        errors |= dict.fromkeys(found, "takes_one_order_for_all")
    for other_place, error in mistaken(place):
        things = at_place(n, left, other_place)
        if len(things) == 1:
            errors.setdefault(things[0], error)
    for number, statement in enumerate(statements):
        misread = [*statements[:number], turned(statement), *statements[number + 1 :]]
        things = at_place(n, fitting_all(n, misread), place)
        if misread != list(statements) and len(things) == 1:
            errors.setdefault(things[0], "turns_a_statement_round")
    for number in range(len(statements)):
        without = fitting_all(n, [*statements[:number], *statements[number + 1 :]])
        for thing in at_place(n, without, place):
            errors.setdefault(thing, "overlooks_a_statement")
    if len(found) == 1:
        errors.pop(found[0], None)
    return errors


def _choose(
    source: random.Random, n: int, found: Sequence[int], errors: dict[int, str], wanted: int
) -> list[int] | None:
    """Four things, the answer at `wanted` if it is decided; None if too few of them are typical errors."""
    n_wrong = N_OPTIONS - 1 if len(found) > 1 else N_OPTIONS - 2
    wrong = [thing for thing in range(n) if thing in errors]
    if len(wrong) < n_wrong:
        return None
    chosen = source.sample(wrong, n_wrong)
    if len(found) > 1:
        return chosen if sum(thing in found for thing in chosen) > 1 else None
    chosen.insert(wanted, found[0])
    return chosen
