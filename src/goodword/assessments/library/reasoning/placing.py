"""Draws an item on places, for seating and ordering: statements that are all needed, a question, its options.

One item in five cannot be decided, as "cannot be said" is one option in five; it stands last, and the right one is
drawn first, so that each place is right equally often.
"""

import random
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from string import ascii_lowercase

from goodword.assessments.library.reasoning.arrangements import (
    Statement,
    at_place,
    fitting_all,
    listed,
    mentions,
    renamed,
    says_twice,
    things_in,
    true_statements,
)
from goodword.assessments.library.reasoning.item import Option

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
