"""The rules of number series: each draws its terms, the next one last, and the values of its typical errors."""

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from goodword.questionnaires.reading import Json


@dataclass(frozen=True, slots=True)
class Draw:
    """A series with the term that is asked for as its last; `errors` are pairs of a name and the value it leads to."""

    terms: tuple[int, ...]
    rule: Mapping[str, Json]
    errors: tuple[tuple[str, int], ...]


def constant_difference(source: random.Random) -> Draw:
    """Five terms and the next, 3 to 14 apart."""
    step = source.randrange(3, 15)
    start = source.randrange(2, 81)
    terms = [start + step * place for place in range(6)]
    if source.randrange(2):
        terms.reverse()
        step = -step
    last, right = terms[-2:]
    errors = (
        ("one_step_too_far", right + step),
        ("two_steps_too_far", right + 2 * step),
        ("turns_back", last - step),
        ("lets_the_step_grow", right + 1 if step > 0 else right - 1),
        ("lets_the_step_shrink", right - 1 if step > 0 else right + 1),
        ("takes_half_the_step", last + step // 2),
    )
    return Draw(tuple(terms), {"kind": "constant_difference", "step": step}, errors)


def one_change(source: random.Random) -> Draw:
    """Growing differences; one in eight has a factor, of which there are fewer series to draw."""
    return _factor(source) if source.randrange(8) == 0 else _growing_difference(source)


def _growing_difference(source: random.Random) -> Draw:
    step, growth = source.randrange(1, 10), source.randrange(1, 6)
    terms = [source.randrange(1, 41)]
    steps = [step + growth * place for place in range(5)]
    for one in steps:
        terms.append(terms[-1] + one)
    last, right = terms[-2:]
    errors = (
        ("repeats_last_difference", last + steps[-2]),
        ("lets_the_growth_count_twice", right + growth),
        ("uses_first_difference", last + step),
        ("adds_the_growth_alone", last + growth),
        ("one_step_too_far", right + steps[-1] + growth),
        ("adds_two_differences", last + steps[-2] + steps[-3]),
    )
    return Draw(tuple(terms), {"kind": "growing_difference", "step": step, "growth": growth}, errors)


def _factor(source: random.Random) -> Draw:
    times = source.choice((2, 2, 2, 3))
    start = source.randrange(3, 26) if times == 2 else source.randrange(2, 5)
    terms = [start * times**place for place in range(6)]
    before, last, right = terms[-3:]
    errors = (
        ("repeats_last_difference", last + (last - before)),
        ("adds_the_two_before", last + before),
        ("raises_the_factor", last * (times + 1)),
        ("adds_the_first_term", last + start),
        ("adds_growing_difference", last + 2 * (last - before) - (before - before // times)),
        ("adds_to_the_next", right + before),
    )
    return Draw(tuple(terms), {"kind": "factor", "times": times}, errors)


def two_in_turn(source: random.Random) -> Draw:
    """Seven terms and the next, by "plus a, minus b", "plus a, times 2" or "times 2, minus b" in turn."""
    kinds = source.choice((("plus", "minus"), ("plus", "times"), ("times", "minus")))
    by = [2 if kind == "times" else source.randrange(2, 13) for kind in kinds]
    if "times" in kinds and source.randrange(2):
        kinds, by = (kinds[1], kinds[0]), by[::-1]
    operations = list(zip(kinds, by, strict=True))
    terms = [source.randrange(3, 13) if "times" in kinds else source.randrange(10, 60)]
    for place in range(7):
        terms.append(_apply(operations[place % 2], terms[-1]))
    before, last, right = terms[-3:]
    errors = (
        ("applies_the_other_operation", _apply(operations[1], last)),
        ("applies_both_operations", _apply(operations[1], right)),
        ("repeats_last_difference", last + (last - before)),
        ("starts_from_the_term_before", _apply(operations[0], before)),
        ("turns_back", last - (right - last)),
        ("applies_it_twice", _apply(operations[0], right)),
    )
    rule: dict[str, Json] = {
        "kind": "two_in_turn",
        "first": list(operations[0]),
        "second": list(operations[1]),
    }
    if by[0] == by[1] and set(kinds) == {"plus", "minus"}:
        return two_in_turn(source)
    return Draw(tuple(terms), rule, errors)


def two_series(source: random.Random) -> Draw:
    """Eight terms of two series that take turns, and the next of the first one."""
    first, second = source.sample([step for step in range(-9, 13) if abs(step) > 1], 2)
    start, other = source.randrange(2, 70), source.randrange(2, 70)
    terms = []
    for turn in range(5):
        terms += [start + first * turn, other + second * turn]
    terms.pop()
    right, last, own_last = terms[-1], terms[-2], terms[-3]
    errors = (
        ("continues_the_other_series", last + second),
        ("uses_the_step_of_the_other_series", own_last + second),
        ("adds_the_step_to_the_last_term", last + first),
        ("repeats_last_difference", last + (last - own_last)),
        ("one_step_too_far", right + first),
        ("turns_back", own_last - first),
    )
    return Draw(tuple(terms), {"kind": "two_series", "first": first, "second": second}, errors)


def two_layers(source: random.Random) -> Draw:
    """The sum of the two before and a number, or differences whose growth grows."""
    return source.choice((_sum_and_number, _growing_growth))(source)


def _sum_and_number(source: random.Random) -> Draw:
    more = source.choice((-3, -2, -1, 1, 2, 3, 4, 5))
    terms = [source.randrange(2, 12), source.randrange(2, 12)]
    while len(terms) < 8:
        terms.append(terms[-1] + terms[-2] + more)
    third, before, last, right = terms[-4:]
    errors = (
        ("forgets_the_number", last + before),
        ("repeats_last_difference", last + (last - before)),
        ("adds_the_number_twice", right + more),
        ("adds_the_wrong_two", last + third + more),
        ("subtracts_the_number", last + before - more),
        ("doubles_the_last", 2 * last + more),
    )
    return Draw(tuple(terms), {"kind": "sum_and_number", "more": more}, errors)


def _growing_growth(source: random.Random) -> Draw:
    step, growth, more = source.randrange(1, 8), source.randrange(1, 6), source.randrange(1, 5)
    terms, steps = [source.randrange(1, 31)], [step]
    for place in range(7):
        terms.append(terms[-1] + steps[-1])
        steps.append(steps[-1] + growth + more * place)
    last, right = terms[-2:]
    last_step, next_step = steps[5], steps[6]
    last_growth = last_step - steps[4]
    errors = (
        ("repeats_last_difference", last + last_step),
        ("repeats_last_growth", last + last_step + last_growth),
        ("lets_the_growth_count_twice", right + more),
        ("adds_two_differences", last + last_step + steps[4]),
        ("adds_the_growth_alone", last + last_growth + more),
        ("one_step_too_far", right + next_step),
    )
    rule: dict[str, Json] = {"kind": "growing_growth", "step": step, "growth": growth, "more": more}
    return Draw(tuple(terms), rule, errors)


def _apply(operation: tuple[str, int], term: int) -> int:
    kind, by = operation
    return term * by if kind == "times" else term + by if kind == "plus" else term - by


RULES: Mapping[int, Callable[[random.Random], Draw]] = {
    1: constant_difference,
    2: one_change,
    3: two_in_turn,
    4: two_series,
    5: two_layers,
}
