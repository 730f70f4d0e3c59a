"""Two families of deductions. Items of a level share the features that determine their difficulty.

    seating 1   four people, three statements: one gives a seat, one leaves the distance open, one the side
    seating 2   four people, three statements: one gives neighbours and sides, one leaves distance open, one the side
    seating 3   five people, four statements, one of them negative
    seating 4   five people, five statements, two negative, none that gives neighbours and sides; an inner seat
    ordering 1  four things, three comparisons in one direction, worded alike; the first or the last is asked
    ordering 2  four things, three comparisons in both directions; any rank
    ordering 3  five things, four comparisons in both directions; any rank
    ordering 4  five things, three statements: two make two comparisons each, one only excludes an end; any rank

An arrangement gives the place of each thing, from 0. Sets of arrangements are bit masks, combined by `&`.
"""

import random
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import permutations
from string import ascii_lowercase

from goodword.assessments.kinds.generated import (
    Deduction,
    Family,
    GeneratedItem,
    GeneratedOption,
    random_for,
)

type Statement = tuple[str | int, ...]

_ON_ONE = {"at_end", "not_at_end", "not_most", "not_least"}


@cache
def arrangements(n: int) -> tuple[tuple[int, ...], ...]:
    return tuple(permutations(range(n)))


@cache
def fitting(n: int, statement: Statement) -> int:
    """The arrangements of n things in which a statement is true. Raises `ValueError` for an unknown statement."""
    return sum(1 << number for number, places in enumerate(arrangements(n)) if is_true(statement, places))


def fitting_all(n: int, statements: Iterable[Statement]) -> int:
    left = (1 << len(arrangements(n))) - 1
    for statement in statements:
        left &= fitting(n, statement)
    return left


def at_place(n: int, left: int, place: int) -> tuple[int, ...]:
    return tuple(thing for thing in range(n) if left & fitting(n, ("at", thing, place + 1)))


def listed(n: int, left: int) -> list[tuple[int, ...]]:
    return [
        tuple(sorted(range(n), key=places.__getitem__))
        for number, places in enumerate(arrangements(n))
        if left >> number & 1
    ]


@cache
def things_in(statement: Statement) -> tuple[int, ...]:
    name, *arguments = statement
    return tuple(int(argument) for argument in (arguments[:1] if name == "at" else arguments))


def is_true(statement: Statement, places: tuple[int, ...]) -> bool:
    """Whether a statement is true. Places count from 1; lower is further left, or more. Raises `ValueError` for an
    unknown statement."""
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
        case ("left" | "more" | "against_less", int(a), int(b)):
            return places[a] < places[b]
        case ("right" | "less" | "against_more", int(a), int(b)):
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
    places = tuple(range(n))
    if kind == "at":
        return tuple((kind, thing, thing + 1) for thing in places)
    n_things = 3 if kind == "between" else 1 if kind in _ON_ONE else 2
    every: list[Statement] = [(kind, *things) for things in permutations(places, n_things)]
    return tuple(statement for statement in every if is_true(statement, places))


def renamed(statement: Statement, names: Sequence[int]) -> Statement:
    things = tuple(names[thing] for thing in things_in(statement))
    return (statement[0], *things, *statement[1 + len(things) :])


def mentions(statements: Sequence[Statement]) -> int:
    things = [thing for statement in statements for thing in things_in(statement)]
    return max(things.count(thing) for thing in things)


def says_twice(statements: Sequence[Statement]) -> bool:
    comparisons: list[Statement] = []
    for statement in statements:
        match statement:
            case ("between", a, less, more):
                comparisons += [(more, a), (a, less)]
            case ("more" | "left" | "against_less", a, b):
                comparisons.append((a, b))
            case ("less" | "right" | "against_more", a, b):
                comparisons.append((b, a))
    return len(set(comparisons)) < len(comparisons)


N_OPTIONS = 5
CANNOT_SAY = ("cannot_say",)
_MOST_LEFT_OPEN = 3

#: from the requested place (from 0) to the places commonly mistaken for it, each with the name of the error
type Mistaken = Callable[[int], Sequence[tuple[int, str]]]


@dataclass(frozen=True, slots=True)
class _Placed:
    """Statements about n things, the requested place (from 0), options, key, and the orders still possible."""

    statements: tuple[Statement, ...]
    place: int
    options: tuple[GeneratedOption, ...]
    key: str
    orders: tuple[tuple[int, ...], ...]


def _draw(
    source: random.Random,
    *,
    n: int,
    pattern: Sequence[str],
    places: Sequence[int],
    mistaken: Mistaken,
    most_mentions: int,
    in_a_chain: bool = False,
    first_named: bool = False,
) -> _Placed:
    """Draw a random order, statements of the kinds in `pattern` ("|" separates alternatives) that are true of it, and a
    question. No thing occurs in more than `most_mentions` statements, since one that occurs in all of them could be
    picked without thinking. Draws until all statements are needed and every wrong option is a typical error. The right
    answer is as likely as others to be among the things mentioned most (in a chain, because every place is asked for
    equally often). With `first_named`, the first thing mentioned is always offered, and right as often as any other."""
    wanted = source.randrange(N_OPTIONS)
    decided = wanted < N_OPTIONS - 1
    # drawn first, or the question would reveal whether it can be answered
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
        # the things were in order until here
        names = source.sample(range(n), n)
        statements = source.sample([renamed(statement, names) for statement in statements], len(statements))
        left = fitting_all(n, statements)
        found = at_place(n, left, place)
        errors = _errors(n, statements, place, found, mistaken=mistaken)
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
                GeneratedOption(
                    id=letter, value=("is", thing), error="" if found == (thing,) else errors[thing]
                )
                for letter, thing in zip(ascii_lowercase, chosen, strict=False)
            ]
            options.append(
                GeneratedOption(
                    id=ascii_lowercase[len(chosen)],
                    value=CANNOT_SAY,
                    error="gives_up_early" if decided else "",
                )
            )
            return _Placed(
                tuple(statements), place, tuple(options), options[wanted].id, tuple(listed(n, left))
            )


def _is_named_fairly(
    right: int, offered: Sequence[int], statements: Sequence[Statement], *, mentioned: float
) -> bool:
    """Whether the right answer is among the things mentioned most if and only if `mentioned` (0 to 1) requires it."""
    named = {thing: sum(thing in things_in(statement) for statement in statements) for thing in offered}
    most = [thing for thing in offered if named[thing] == max(named.values())]
    return (right in most) is (mentioned < len(most) / len(offered))


def _first_to_say(statements: Sequence[Statement], begin: Collection[int]) -> int | None:
    for number, statement in enumerate(statements):
        if things_in(statement)[0] in begin:
            return number
    return None


def _is_fit(n: int, statements: Sequence[Statement], place: int, *, decided: bool) -> bool:
    """Whether the place is determined if and only if `decided`, and no statement is redundant."""
    left = fitting_all(n, statements)
    found = at_place(n, left, place)
    if decided != (len(found) == 1) or len(found) > _MOST_LEFT_OPEN:
        return False
    for number in range(len(statements)):
        without = fitting_all(n, [*statements[:number], *statements[number + 1 :]])
        # every statement must rule something out, even if the place isn't determined
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
) -> dict[int, str]:
    errors: dict[int, str] = {}
    left = fitting_all(n, statements)
    if len(found) > 1:
        errors |= dict.fromkeys(found, "takes_one_order_for_all")
    for other_place, error in mistaken(place):
        things = at_place(n, left, other_place)
        if len(things) == 1:
            errors.setdefault(things[0], error)
    for number, statement in enumerate(statements):
        misread = [*statements[:number], _turned(statement), *statements[number + 1 :]]
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
    n_wrong = N_OPTIONS - 1 if len(found) > 1 else N_OPTIONS - 2
    wrong = [thing for thing in range(n) if thing in errors]
    if len(wrong) < n_wrong:
        return None
    chosen = source.sample(wrong, n_wrong)
    if len(found) > 1:
        return chosen if sum(thing in found for thing in chosen) > 1 else None
    chosen.insert(wanted, found[0])
    return chosen


#: neutral names starting with different consonants: French "de" is not elided
NAMES = (
    "Bente",
    "Charlie",
    "Dominique",
    "Jo",
    "Kim",
    "Lou",
    "Mika",
    "Noa",
    "Pat",
    "Robin",
    "Sam",
    "Toni",
    "Vic",
)
TOPICS = ("boxes", "ropes", "towers", "trains", "folders")
COLOURS = ("red", "blue", "green", "yellow", "grey", "white", "black", "brown")

_SIDES = "directly_left|directly_right"
_FAR = "left|right"
_EITHER = "more|less"
#: "a is more than b", and "compared with a, b is more": the things are named in the other order
_ONE_DIRECTION = ("more", "less", "against_more", "against_less")
_THAN_ALL: dict[Statement, Statement] = {("most",): ("more_than_all",), ("least",): ("less_than_all",)}
#: by level: number of things, kinds of statement, places that can be asked for
type _Levels = dict[int, tuple[int, tuple[str, ...], tuple[int, ...]]]
_SEATING: _Levels = {
    1: (4, ("at", _FAR, "next_to"), (0, 1, 2, 3)),
    2: (4, (_SIDES, _FAR, "next_to"), (0, 1, 2, 3)),
    3: (5, (_SIDES, _FAR, "next_to", "not_at_end"), (0, 1, 2, 3, 4)),
    4: (5, (_FAR, _FAR, "next_to", "not_next_to", "not_at_end"), (1, 2, 3)),
}
_ORDERING: _Levels = {
    1: (4, ("more",) * 3, (0, 3)),  # or another of _ONE_DIRECTION
    2: (4, ("more", "less", _EITHER), (0, 1, 2, 3)),
    3: (5, ("more", "less", _EITHER, _EITHER), (0, 1, 2, 3, 4)),
    4: (5, ("between", "between", "not_most|not_least"), (0, 1, 2, 3, 4)),
}
_OPPOSITE = {
    "left": "right",
    "right": "left",
    "directly_left": "directly_right",
    "directly_right": "directly_left",
    "more": "less",
    "less": "more",
    "against_more": "against_less",
    "against_less": "against_more",
    "not_most": "not_least",
    "not_least": "not_most",
}


def _seating(seed: int, level: int) -> GeneratedItem:
    source = random_for("seating", SEATING.version, level, seed)
    n, pattern, places = _SEATING[level]
    names = tuple(source.sample(NAMES, n))
    placed = _draw(
        source,
        n=n,
        pattern=pattern,
        places=places,
        mistaken=lambda place: _mistaken(place, n, "counts_from_the_right", "is_one_place_off"),
        most_mentions=3,
        first_named=True,
    )
    task = Deduction("seating", names, placed.statements, ("who_at", placed.place + 1))
    return _item(SEATING, seed, level, task, placed)


def _ordering(seed: int, level: int) -> GeneratedItem:
    source = random_for("ordering", ORDERING.version, level, seed)
    n, pattern, places = _ORDERING[level]
    topic = source.choice(TOPICS)
    names = tuple(source.sample(COLOURS, n))
    if level == 1:
        pattern = (source.choice(_ONE_DIRECTION),) * len(pattern)
    placed = _draw(
        source,
        n=n,
        pattern=pattern,
        places=places,
        mistaken=lambda place: _mistaken(place, n, "counts_from_the_other_end", "is_one_rank_off"),
        most_mentions=2,
        in_a_chain=level in {2, 3},
    )
    question: Statement = ("rank", placed.place + 1)
    if placed.place in {0, n - 1}:
        question = ("most",) if placed.place == 0 else ("least",)
        if level == 1 and source.randrange(2):
            question = _THAN_ALL[question]
    return _item(ORDERING, seed, level, Deduction(topic, names, placed.statements, question), placed)


SEATING = Family(id="seating", category="deductive", version="2", levels=(1, 2, 3, 4), generate=_seating)
ORDERING = Family(id="ordering", category="deductive", version="2", levels=(1, 2, 3, 4), generate=_ordering)


def _item(family: Family, seed: int, level: int, task: Deduction, placed: _Placed) -> GeneratedItem:
    return GeneratedItem(
        family=family.id,
        version=family.version,
        level=level,
        seed=seed,
        task=task,
        options=placed.options,
        key=placed.key,
        rule={
            "kind": "orders",
            "orders": [list(order) for order in placed.orders],
            "place": placed.place + 1,
        },
    )


def _mistaken(place: int, n: int, from_other_end: str, one_off: str) -> Sequence[tuple[int, str]]:
    others = [(n - 1 - place, from_other_end)]
    others += [(other, one_off) for other in (place - 1, place + 1) if 0 <= other < n]
    return [(other, error) for other, error in others if other != place]


def _turned(statement: Statement) -> Statement:
    name, *arguments = statement
    if name == "between":
        return (name, arguments[0], arguments[2], arguments[1])
    return (_OPPOSITE.get(str(name), name), *arguments)
