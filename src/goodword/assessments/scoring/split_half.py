"""The reliability of a right-or-wrong test whose items differ from person to person, from two halves of each form.

    r           = correlation of the two halves' numbers solved, over people
    reliability = 2 r / (1 + r)

The items of a form stand in the order of their cells, and within a cell in the order in which they were given; those
in odd places are one half, those in even places the other. So each cell is shared between both as evenly as it can be,
and the halves have similar content, whichever items a person got. The step from half to whole: Spearman 1910 and
Brown 1910, British Journal of Psychology 3, 271-295 and 296-322.

Rows of items do not line up where each person has other ones, so that alpha would compare what is not the same.
A form with an odd number of items has halves that differ by one: the figure is then a little too low. Another way of
halving gives another figure; with fewer than 50 people it says little.
"""

from collections.abc import Sequence
from math import fsum, sqrt, sumprod

from goodword.assessments.scoring.rasch import Cell

#: as near to a correlation of -1 as rounding may bring one that is -1
_OPPOSITE = 1e-9


def halves(items: Sequence[tuple[Cell, bool]]) -> tuple[int, int]:
    """How many were solved in each half of one person's form: `items` are (cell, right) in the order given."""
    order = sorted(range(len(items)), key=lambda place: (items[place][0], place))
    solved = [items[place][1] for place in order]
    return sum(solved[::2]), sum(solved[1::2])


def split_half(people: Sequence[tuple[float, float]]) -> float | None:
    """The reliability from the halves of each person, at most 1; below 0 where halves run against each other.

    None for fewer than three people, where all have the same in a half, and where the halves are opposites.
    """
    if len(people) < 3:
        return None
    # sorted, so that the order of people does not change the last digit
    one, other = (_apart(side) for side in zip(*sorted(people), strict=True))
    together, lengths = sumprod(one, other), sqrt(sumprod(one, one) * sumprod(other, other))
    if lengths + together <= _OPPOSITE * lengths:
        return None
    return min(1.0, 2 * together / (lengths + together))  # the formula above with r = together / lengths


def _apart(values: Sequence[float]) -> list[float]:
    middle = fsum(values) / len(values)
    return [value - middle for value in values]
