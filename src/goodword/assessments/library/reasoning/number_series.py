"""Number series: which number comes next.

What makes an item hard is the same for all items of a level; which numbers stand in it varies.

1  one difference, the same throughout, up or down
2  one change on the way: differences that grow evenly, or one factor
3  two operations in turn
4  two series that take turns, each with its own difference
5  a rule on two terms or two layers: the sum of the two before and a number, or a growth that itself grows

Options lie on a grid of errors (`options.py`). Numbers are positive. A draw that another reading continues differently
is drawn anew, with the same source.
"""

from collections.abc import Collection, Mapping

from goodword.assessments.library.reasoning.family import Family, random_for
from goodword.assessments.library.reasoning.item import Item, Series
from goodword.assessments.library.reasoning.number_readings import other_continuations
from goodword.assessments.library.reasoning.number_rules import RULES, Draw
from goodword.assessments.library.reasoning.options import (
    Shape,
    draw_steps,
    in_order,
    slips,
    wrong_answers,
)

_ID = "number_series"
_VERSION = "2"
_LARGEST = 999
_SHAPES: Mapping[int, tuple[Shape, ...]] = {
    1: ("long", "square"),
    2: ("long",),
    3: ("square",),
    4: ("square",),
    5: ("long", "square"),
}

#: where they are not all: at level 1 an error of thought leads one away as well, and at level 3 what was doubled is
#: even, so that odd options would be crossed out
_SLIPS: Mapping[int, tuple[int, ...]] = {1: (2, 10), 3: (2, 10)}


def generate(seed: int, level: int) -> Item:
    """The item for a seed and a level from 1 to 5; five options in rising order."""
    source = random_for(_ID, _VERSION, level, seed)
    # How the options lie comes first: to draw it anew with each series would favour what is easy to fill.
    steps = draw_steps(source, source.choice(_SHAPES[level]))
    slip, other_slip = (slips(by) for by in source.sample(_SLIPS.get(level, (1, 2, 10)), 2))
    while True:
        draw = RULES[level](source)
        right = draw.terms[-1]
        first, second = draw.lines
        answers = wrong_answers((right,), (first or slip, second or slip, other_slip), steps)
        if answers is None:
            continue
        wrong = {value: error for (value,), error in answers.items()}
        if _is_clear(draw, wrong):
            options, key = in_order(right, wrong)
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


def _is_clear(draw: Draw, wrong: Collection[int]) -> bool:
    """Whether terms and options are fit to be shown, and nothing else than the rule's next one can be meant."""
    *shown, right = draw.terms
    return (
        all(0 < term <= _LARGEST for term in draw.terms)
        and all(0 < value <= 2 * _LARGEST for value in wrong)
        and len(set(shown[-4:])) == len(shown[-4:])
        # What has been there already would be crossed out, and what is left guessed among.
        and not {right, *wrong} & set(shown)
        and other_continuations(shown) <= {right}
    )
