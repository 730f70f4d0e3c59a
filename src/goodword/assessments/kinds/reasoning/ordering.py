"""Ordering: things compared by weight, length, height, speed or thickness, and which has a certain rank.

What makes an item hard is the same for all items of a level; things, order and the direction of comparisons vary.

1  four things, three comparisons in one direction; the first or the last is asked for
2  four things, three comparisons in both directions; any rank
3  five things, four comparisons in both directions; any rank
4  five things, three statements: two with two comparisons each, one that only excludes an end; any rank
"""

from collections.abc import Sequence

from goodword.assessments.kinds.reasoning.arrangements import Statement, draw
from goodword.assessments.kinds.reasoning.item import Deduction, Family, GeneratedItem, random_for

_ID = "ordering"
_VERSION = "1"

TOPICS = ("boxes", "ropes", "towers", "trains", "folders")
COLOURS = ("red", "blue", "green", "yellow", "grey", "white", "black", "brown")

_EITHER = "more|less"
_PATTERNS: dict[int, tuple[int, tuple[str, ...], tuple[int, ...]]] = {
    1: (4, ("more", "more", "more"), (0, 3)),
    2: (4, ("more", "less", _EITHER), (0, 1, 2, 3)),
    3: (5, ("more", "less", _EITHER, _EITHER), (0, 1, 2, 3, 4)),
    4: (5, ("between", "between", "not_most|not_least"), (0, 1, 2, 3, 4)),
}
_OPPOSITE = {"more": "less", "less": "more", "not_most": "not_least", "not_least": "not_most"}


def generate(seed: int, level: int) -> GeneratedItem:
    """The item for a seed and a level from 1 to 4; four things and "cannot be said" as options."""
    source = random_for(_ID, _VERSION, level, seed)
    n, pattern, places = _PATTERNS[level]
    topic = source.choice(TOPICS)
    names = tuple(source.sample(COLOURS, n))
    placed = draw(
        source,
        n=n,
        pattern=pattern,
        places=places,
        mistaken=lambda place: _mistaken(place, n),
        turned=_turned,
        most_mentions=2,
        in_a_chain=level in {2, 3},
    )
    return GeneratedItem(
        family=_ID,
        version=_VERSION,
        level=level,
        seed=seed,
        task=Deduction(topic, names, placed.statements, _question(placed.place, n)),
        options=placed.options,
        key=placed.key,
        rule={
            "kind": "orders",
            "orders": [list(order) for order in placed.orders],
            "place": placed.place + 1,
        },
    )


FAMILY = Family(id=_ID, category="deductive", version=_VERSION, levels=(1, 2, 3, 4), generate=generate)


def _question(place: int, n: int) -> Statement:
    return ("most",) if place == 0 else ("least",) if place == n - 1 else ("rank", place + 1)


def _mistaken(place: int, n: int) -> Sequence[tuple[int, str]]:
    others = [(n - 1 - place, "counts_from_the_other_end")]
    others += [(other, "is_one_rank_off") for other in (place - 1, place + 1) if 0 <= other < n]
    return [(other, error) for other, error in others if other != place]


def _turned(statement: Statement) -> Statement:
    """The statement read the wrong way round."""
    name, *arguments = statement
    if name == "between":
        return (name, arguments[0], arguments[2], arguments[1])
    return (_OPPOSITE[str(name)], *arguments)
