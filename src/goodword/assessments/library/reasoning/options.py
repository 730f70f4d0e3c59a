"""Chooses which wrong answers stand beside the right one, so that their form does not tell it.

Somebody who solves nothing can still look at the options: at the largest, the middle one, the one most like the
others. So the place of the right answer in the order of the options, and its rank by each such likeness, are drawn
first; then those wrong answers are taken that come nearest to them.
"""

import random
from collections.abc import Callable, Mapping, Sequence
from string import ascii_lowercase

from goodword.assessments.library.reasoning.item import Option

N_SERIES_OPTIONS = 5
#: how an error is named that is a slip of the pen rather than of thought
SLIP = "slip_"
_TRIES = 40
_MOST_LIKE = N_SERIES_OPTIONS - 1
_GIVEN_AWAY = 3
#: how much the rank by the first likeness counts, and by those that follow
_WEIGHTS = (2, 1, 1)
_LEAST_THOUGHT_ERRORS = 3

#: how like two options are in one respect; the same both ways
type Likeness[T] = Callable[[T, T], int]


def choose_wrong[T: (int, str)](
    source: random.Random,
    *,
    right: T,
    wrong: Mapping[T, str],
    place: int,
    likenesses: Sequence[Likeness[T]],
) -> list[T] | None:
    """Four of the wrong answers, `place` of them before the right one in order; None if there are too few.

    `wrong` maps each wrong answer to its error. At least three errors of thought are taken where there are as many.
    """
    before = [value for value in wrong if value < right]
    after = [value for value in wrong if value > right]
    n_after = N_SERIES_OPTIONS - 1 - place
    if len(before) < place or len(after) < n_after:
        return None
    wanted = [source.randrange(N_SERIES_OPTIONS) for _ in likenesses]
    known = [_Known(likeness) for likeness in likenesses]
    best: list[T] = []
    best_miss = float("inf")
    for _ in range(_TRIES):
        some = source.sample(before, place) + source.sample(after, n_after)
        n_slips = sum(wrong[value].startswith(SLIP) for value in some)
        miss = max(0.0, n_slips - (N_SERIES_OPTIONS - 1 - _LEAST_THOUGHT_ERRORS)) * 2
        for one, rank, weight in zip(known, wanted, _WEIGHTS, strict=False):
            found = one.rank(right, some)
            miss += weight * abs(found - rank)
            # To be most like the others is what gives an answer away.
            if rank < _MOST_LIKE <= found + 0.5:
                miss += _GIVEN_AWAY
        if miss < best_miss:
            best, best_miss = some, miss
    return best


def in_order[T: (int, str)](right: T, some: Sequence[T], wrong: Mapping[T, str]) -> tuple[list[Option], str]:
    """The options from the least to the greatest, and the id of the right one."""
    values = list(some)
    values.append(right)
    values.sort()
    options = [
        Option(id=letter, value=str(value), error="" if value == right else wrong[value])
        for letter, value in zip(ascii_lowercase, values, strict=False)
    ]
    return options, options[values.index(right)].id


class _Known[T: (int, str)]:
    """A likeness that is reckoned once for each pair."""

    def __init__(self, likeness: Likeness[T]) -> None:
        self._likeness: Likeness[T] = likeness
        self._pairs: dict[tuple[T, T], int] = {}

    def rank(self, right: T, some: Sequence[T]) -> float:
        """0 where the right answer is least like the others on the whole, up to their number; ties lie in between."""
        options = list(some)
        options.append(right)
        totals = [0] * len(options)
        for number, one in enumerate(options):
            for other_number in range(number):
                pair = (one, options[other_number])
                value = self._pairs.get(pair)
                if value is None:
                    value = self._pairs[pair] = self._likeness(*pair)
                totals[number] += value
                totals[other_number] += value
        own = totals.pop()
        return sum(1.0 if total < own else 0.5 if total == own else 0.0 for total in totals)
