"""Number series: which number comes next.

What makes an item hard is the same for all items of a level; which numbers stand in it varies.

1  one difference, the same throughout, up or down
2  one change on the way: differences that grow evenly, or one factor
3  two operations in turn
4  two series that take turns, each with its own difference
5  a rule on two terms or two layers: the sum of the two before and a number, or a growth that itself grows

Numbers are positive. A draw that another reading continues differently is drawn anew, with the same source.
"""

import random

from goodword.assessments.library.reasoning.family import Family, random_for
from goodword.assessments.library.reasoning.item import Item, Series
from goodword.assessments.library.reasoning.number_readings import other_continuations
from goodword.assessments.library.reasoning.number_rules import RULES, Draw
from goodword.assessments.library.reasoning.options import N_SERIES_OPTIONS, SLIP, choose_wrong, in_order

_ID = "number_series"
_VERSION = "1"
_LARGEST = 999
#: swapped digits that lead further away than this look wrong at once
_FAR_SWAP = 40


def generate(seed: int, level: int) -> Item:
    """The item for a seed and a level from 1 to 5; five options in rising order."""
    source = random_for(_ID, _VERSION, level, seed)
    # The place comes first: to draw it anew with each series would favour places that are easy to fill.
    place = source.randrange(N_SERIES_OPTIONS)
    while True:
        draw = RULES[level](source)
        if not _is_clear(draw):
            continue
        right = draw.terms[-1]
        wrong = _with_slips(source, draw)
        some = choose_wrong(
            source,
            right=right,
            wrong=wrong,
            place=place,
            likenesses=(_shared_digits, _closeness, _shared_parity),
        )
        if some is None:
            continue
        options, key = in_order(right, some, wrong)
        return Item(
            family=_ID,
            version=_VERSION,
            level=level,
            seed=seed,
            task=Series(tuple(str(term) for term in draw.terms[:-1])),
            options=tuple(options),
            key=key,
            rule=draw.rule,
        )


FAMILY = Family(id=_ID, category="numerical", version=_VERSION, levels=(1, 2, 3, 4, 5), generate=generate)


def _is_clear(draw: Draw) -> bool:
    """Whether the terms are fit to be shown, and nothing else than the rule's next one can be meant."""
    shown = draw.terms[:-1]
    return (
        all(0 < term <= _LARGEST for term in draw.terms)
        and len(set(shown[-4:])) == len(shown[-4:])
        and other_continuations(shown) <= {draw.terms[-1]}
    )


def _with_slips(source: random.Random, draw: Draw) -> dict[int, str]:
    """The wrong answers of thought, and those of reckoning."""
    right = draw.terms[-1]
    wrong = {value: error for error, value in draw.errors if value != right}
    for by, name in ((1, "one"), (2, "two"), (10, "ten")):
        for value in (right - by, right + by):
            wrong.setdefault(value, f"{SLIP}of_{name}")
    swapped = int(str(right)[::-1])
    if right > 9 and 0 < abs(swapped - right) < _FAR_SWAP:
        wrong.setdefault(swapped, f"{SLIP}swaps_digits")
    # A wrong rule and a slip together, so that it is not the right answer alone that has close neighbours.
    for error, value in draw.errors:
        by = source.choice((-2, -1, 1, 2, 10, -10))
        if value + by != right:
            wrong.setdefault(value + by, f"{error}_and_a_slip")
    return {value: error for value, error in wrong.items() if 0 < value <= 2 * _LARGEST}


def _closeness(one: int, other: int) -> int:
    return -abs(one - other)


def _shared_parity(one: int, other: int) -> int:
    return one % 2 == other % 2


def _shared_digits(one: int, other: int) -> int:
    pairs = zip(reversed(str(one)), reversed(str(other)), strict=False)
    return sum(digit == other_digit for digit, other_digit in pairs)
