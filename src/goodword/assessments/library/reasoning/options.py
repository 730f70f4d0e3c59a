"""Chooses which wrong answers stand beside the right one, so that their form does not tell it.

Somebody who solves nothing can still look at the options: at the largest, the middle one, the one most like the
others. So the place of the right answer in the order of the options, and its ranks by such traits, are drawn first;
then those wrong answers are taken that come nearest to them.
"""

import random
from collections.abc import Callable, Mapping, Sequence
from string import ascii_lowercase

from goodword.assessments.library.reasoning.item import Option

N_SERIES_OPTIONS = 5
#: how an error is named that is a slip of the pen rather than of thought
SLIP = "slip_"
_TRIES = 40
_LEAST_THOUGHT_ERRORS = 2

#: how much of something an option has beside the others ("closeness")
type Trait[T] = Callable[[T, Sequence[T]], float]


def choose_wrong[T: (int, str)](
    source: random.Random,
    *,
    right: T,
    wrong: Mapping[T, str],
    place: int,
    traits: Sequence[Trait[T]],
) -> list[T] | None:
    """Four of the wrong answers, `place` of them before the right one in order; None if there are too few.

    `wrong` maps each wrong answer to its error. At least two errors of thought are taken where there are as many.
    """
    before = [value for value in wrong if value < right]
    after = [value for value in wrong if value > right]
    n_after = N_SERIES_OPTIONS - 1 - place
    if len(before) < place or len(after) < n_after:
        return None
    wanted = [source.randrange(N_SERIES_OPTIONS) for _ in traits]
    best: list[T] = []
    best_miss = float("inf")
    for _ in range(_TRIES):
        some = source.sample(before, place) + source.sample(after, n_after)
        n_slips = sum(wrong[value].startswith(SLIP) for value in some)
        miss = max(0.0, n_slips - (N_SERIES_OPTIONS - 1 - _LEAST_THOUGHT_ERRORS)) * 2
        miss += sum(abs(_rank(right, some, trait) - rank) for trait, rank in zip(traits, wanted, strict=True))
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


def _rank[T: (int, str)](right: T, some: Sequence[T], trait: Trait[T]) -> float:
    """0 where the right answer has least of the trait, up to the number of the others; ties lie in between."""
    own = trait(right, some)
    rank = 0.0
    for number, value in enumerate(some):
        others = list(some)
        others[number] = right
        other = trait(value, others)
        rank += 1.0 if other < own else 0.5 if other == own else 0.0
    return rank
