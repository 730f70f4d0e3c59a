"""Seating: people side by side, and who sits in a certain place.

What makes an item hard is the same for all items of a level; people, order and the statements drawn from the level's
kinds vary.

1  four people, three statements: one gives a place, one leaves the distance open, one the side
2  four people, three statements: one on neighbours with their side, one leaves the distance open, one the side
3  five people, four statements, one of them negative
4  five people, five statements, two of them negative and none that tells neighbours with their side;
   a place inside is asked for
"""

from collections.abc import Sequence

from goodword.assessments.kinds.reasoning.arrangements import Statement, draw
from goodword.assessments.kinds.reasoning.item import Deduction, Family, GeneratedItem, random_for

_ID = "seating"
_VERSION = "2"

#: names for any sex that begin with different consonants, so that "de" stays whole in French
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

_SIDES = "directly_left|directly_right"
_FAR = "left|right"
_PATTERNS: dict[int, tuple[int, tuple[str, ...], tuple[int, ...]]] = {
    1: (4, ("at", _FAR, "next_to"), (0, 1, 2, 3)),
    2: (4, (_SIDES, _FAR, "next_to"), (0, 1, 2, 3)),
    3: (5, (_SIDES, _FAR, "next_to", "not_at_end"), (0, 1, 2, 3, 4)),
    4: (5, (_FAR, _FAR, "next_to", "not_next_to", "not_at_end"), (1, 2, 3)),
}
_OPPOSITE = {
    "left": "right",
    "right": "left",
    "directly_left": "directly_right",
    "directly_right": "directly_left",
}


def generate(seed: int, level: int) -> GeneratedItem:
    """The item for a seed and a level from 1 to 4; four people and "cannot be said" as options."""
    source = random_for(_ID, _VERSION, level, seed)
    n, pattern, places = _PATTERNS[level]
    names = tuple(source.sample(NAMES, n))
    placed = draw(
        source,
        n=n,
        pattern=pattern,
        places=places,
        mistaken=lambda place: _mistaken(place, n),
        turned=_turned,
        most_mentions=3,
        first_named=True,
    )
    return GeneratedItem(
        family=_ID,
        version=_VERSION,
        level=level,
        seed=seed,
        task=Deduction("seating", names, placed.statements, ("who_at", placed.place + 1)),
        options=placed.options,
        key=placed.key,
        rule={
            "kind": "orders",
            "orders": [list(order) for order in placed.orders],
            "place": placed.place + 1,
        },
    )


FAMILY = Family(id=_ID, category="deductive", version=_VERSION, levels=(1, 2, 3, 4), generate=generate)


def _mistaken(place: int, n: int) -> Sequence[tuple[int, str]]:
    others = [(n - 1 - place, "counts_from_the_right")]
    others += [(other, "is_one_place_off") for other in (place - 1, place + 1) if 0 <= other < n]
    return [(other, error) for other, error in others if other != place]


def _turned(statement: Statement) -> Statement:
    """The statement with left and right mistaken for each other."""
    name, *arguments = statement
    return (_OPPOSITE.get(str(name), name), *arguments)
