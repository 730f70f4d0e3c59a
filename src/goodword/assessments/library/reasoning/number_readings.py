"""How else a number series could be read: what its makers hold their own draws against."""

import itertools
from collections.abc import Sequence


def other_continuations(terms: Sequence[int]) -> set[int]:
    """The next terms that plain readings give, each if it holds for all the terms there are.

    Readings: one difference; one growth of the differences; one factor; times a number plus a number; the sum of
    the two before; two differences in turn; two series in turn with a difference each; a factor that grows by one.
    """
    found: set[int] = set()
    steps = _differences(terms)
    growth = _differences(steps)
    if len(set(steps)) == 1:
        found.add(terms[-1] + steps[0])
    if len(growth) > 1 and len(set(growth)) == 1:
        found.add(terms[-1] + steps[-1] + growth[0])
    found |= _factor(terms)
    if all(
        third == first + second for first, second, third in zip(terms, terms[1:], terms[2:], strict=False)
    ):
        found.add(terms[-1] + terms[-2])
    if len(steps) > 3 and all(one == other for one, other in zip(steps, steps[2:], strict=False)):
        found.add(terms[-1] + steps[-2])
    odd, even = terms[-1::-2], terms[-2::-2]
    if min(len(odd), len(even)) > 2 and len(set(_differences(odd))) == len(set(_differences(even))) == 1:
        found.add(even[0] - _differences(even)[0])
    return found


def _factor(terms: Sequence[int]) -> set[int]:
    """Next terms by x -> a * x + b with whole a and b, and by factors that grow by one."""
    found = set()
    for times in range(2, 6):
        rests = {after - times * before for before, after in itertools.pairwise(terms)}
        if len(rests) == 1:
            found.add(times * terms[-1] + rests.pop())
    if all(before and after % before == 0 for before, after in itertools.pairwise(terms)):
        factors = [after // before for before, after in itertools.pairwise(terms)]
        if set(_differences(factors)) == {1}:
            found.add(terms[-1] * (factors[-1] + 1))
    return found


def _differences(terms: Sequence[int]) -> list[int]:
    return [after - before for before, after in itertools.pairwise(terms)]
