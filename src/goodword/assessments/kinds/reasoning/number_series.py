"""Number series: find the next number.

Items of a level share the features that determine their difficulty; numbers vary.

1  one difference, the same throughout, up or down
2  one change on the way: differences that grow evenly, or one factor
3  two operations in turn
4  two series that take turns, each with its own difference
5  a rule on two terms or two layers: the sum of the two before and a number, or a growth that itself grows

Options lie on a grid of errors (`options.py`). Numbers are positive. A draw with a second plausible continuation is
rejected, and another is drawn from the same source.
"""

import itertools
import random
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from goodword.assessments.kinds.reasoning.generated import Family, GeneratedItem, Series, random_for
from goodword.assessments.kinds.reasoning.options import (
    Line,
    Shape,
    draw_steps,
    in_order,
    one_way,
    slips,
    wrong_answers,
)
from goodword.core.json_reading import Json


@dataclass(frozen=True, slots=True)
class Draw:
    """A series; its last term is asked for. `lines`: the first two of its options; None is a slip of the pen."""

    terms: tuple[int, ...]
    rule: Mapping[str, Json]
    lines: tuple[Line | None, Line | None]


def constant_difference(source: random.Random) -> Draw:
    """Five terms and the next, 3 to 14 apart."""
    step = source.randrange(3, 15)
    # The next term is drawn, not the first, so that its size does not reveal the direction.
    right = 5 * step + source.randrange(2, 81)
    if source.randrange(2):
        step = -step
    terms = [right + step * place for place in range(-5, 1)]
    grows = Line(
        1,
        {
            -2: "takes_a_step_two_too_small",
            -1: "takes_a_step_one_too_small",
            1: "takes_a_step_one_too_large",
            2: "takes_a_step_two_too_large",
        },
    )
    lines = (grows, one_way(step, "one_step_too_far"))
    return Draw(tuple(terms), {"kind": "constant_difference", "step": step}, lines)


def one_change(source: random.Random) -> Draw:
    """Growing differences; one in eight has a factor, since there are fewer such series."""
    return _factor(source) if source.randrange(8) == 0 else _growing_difference(source)


def _growing_difference(source: random.Random) -> Draw:
    step, growth = source.randrange(1, 10), source.randrange(1, 6)
    terms = [source.randrange(1, 41)]
    for place in range(5):
        terms.append(terms[-1] + step + growth * place)
    grows = Line(
        growth,
        {
            -2: "repeats_the_difference_before",
            -1: "repeats_last_difference",
            1: "lets_the_growth_count_twice",
            2: "lets_the_growth_count_three_times",
        },
    )
    return Draw(tuple(terms), {"kind": "growing_difference", "step": step, "growth": growth}, (grows, None))


def _factor(source: random.Random) -> Draw:
    times = source.choice((2, 2, 2, 3))
    start = source.randrange(3, 26) if times == 2 else source.randrange(2, 5)
    terms = [start * times**place for place in range(6)]
    before, last, _ = terms[-3:]
    # Even slips: the right answer is mostly even, so the others must be too.
    other = (
        Line(before, {-1: "repeats_last_difference", 1: "adds_the_term_before_too"})
        if times == 2
        else Line(last, {-1: "lowers_the_factor", 1: "raises_the_factor"})
    )
    return Draw(tuple(terms), {"kind": "factor", "times": times}, (slips(source.choice((2, 10))), other))


def two_in_turn(source: random.Random) -> Draw:
    """Seven terms and the next, by "plus a, minus b", "plus a, times 2" or "times 2, minus b" in turn."""
    plus_minus = ("plus", "minus")
    kinds = source.choice((plus_minus, plus_minus, ("plus", "times"), ("times", "minus")))
    # If one operation doubles, the other must preserve evenness; otherwise an odd option would be the right one.
    even = "times" in kinds
    by = [
        2 if kind == "times" else source.randrange(2, 13, 2) if even else source.randrange(2, 13)
        for kind in kinds
    ]
    if source.randrange(2):
        kinds, by = (kinds[1], kinds[0]), by[::-1]
    if by[0] == by[1] and not even:
        return two_in_turn(source)
    operations = list(zip(kinds, by, strict=True))
    terms = [source.randrange(3, 25)]
    if kinds in {("times", "plus"), ("minus", "times")}:
        # Start as if the other operation had come first, so that their order does not affect the size of numbers.
        terms = [terms[0] + sum(by) - 2]
    for place in range(7):
        terms.append(_apply(operations[place % 2], terms[-1]))
    if not even:
        # The last term is drawn, not the first, so that the size of numbers does not reveal the direction.
        away = source.randrange(50, 110) - terms[-2]
        terms = [term + away for term in terms]
    last, right = terms[-2:]
    lines = (one_way(_apply(operations[1], last) - right, "applies_the_other_operation"), None)
    rule: dict[str, Json] = {
        "kind": "two_in_turn",
        "first": list(operations[0]),
        "second": list(operations[1]),
    }
    return Draw(tuple(terms), rule, lines)


def two_series(source: random.Random) -> Draw:
    """And the next of the first one. All four plausible answers are equally often right."""
    while True:
        first, second = source.sample([step for step in range(-9, 13) if abs(step) > 1], 2)
        own_last, last = source.randrange(2, 106), source.randrange(2, 106)
        if all(2 <= end - 3 * step < 70 for end in (own_last, last) for step in (first, second)):
            break
    terms = [term for turn in range(-3, 2) for term in (own_last + first * turn, last + second * turn)][:9]
    # Both errors together continue the other series.
    lines = (
        one_way(last - own_last, "adds_the_step_to_the_last_term"),
        one_way(second - first, "uses_the_step_of_the_other_series"),
    )
    return Draw(tuple(terms), {"kind": "two_series", "first": first, "second": second}, lines)


def two_layers(source: random.Random) -> Draw:
    """The sum of the two before and a number, or differences whose growth grows."""
    return source.choice((_sum_and_number, _growing_growth))(source)


def _sum_and_number(source: random.Random) -> Draw:
    more = source.choice((-3, -2, -1, 1, 2, 3, 4, 5))
    terms = [source.randrange(2, 12), source.randrange(2, 12)]
    while len(terms) < 8:
        terms.append(terms[-1] + terms[-2] + more)
    before, last, _ = terms[-3:]
    way = 1 if more > 0 else -1
    number = Line(
        abs(more),
        {
            -2 * way: "subtracts_the_number",
            -way: "forgets_the_number",
            way: "adds_the_number_twice",
            2 * way: "adds_the_number_three_times",
        },
    )
    doubles = Line(last - before, {-1: "doubles_the_term_before", 1: "doubles_the_last"})
    return Draw(tuple(terms), {"kind": "sum_and_number", "more": more}, (number, doubles))


def _growing_growth(source: random.Random) -> Draw:
    step, growth, more = source.randrange(1, 8), source.randrange(1, 6), source.randrange(1, 5)
    terms, steps = [source.randrange(1, 31)], [step]
    for place in range(7):
        terms.append(terms[-1] + steps[-1])
        steps.append(steps[-1] + growth + more * place)
    growths = Line(
        more,
        {
            -2: "repeats_the_growth_before",
            -1: "repeats_last_growth",
            1: "lets_the_growth_count_twice",
            2: "lets_the_growth_count_three_times",
        },
    )
    differences = Line(steps[6] - steps[5], {-1: "repeats_last_difference", 1: "adds_the_growth_twice"})
    rule: dict[str, Json] = {"kind": "growing_growth", "step": step, "growth": growth, "more": more}
    return Draw(tuple(terms), rule, (growths, differences))


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


def other_continuations(terms: Sequence[int]) -> set[int]:
    """The next terms by simple rules that fit all terms shown.

    One difference; one growth of the differences; one factor; times a number plus a number; the sum of the two before;
    two differences in turn; two series in turn with a difference each; a factor that grows by one.
    """
    found: set[int] = set()
    steps = _differences(terms)
    growth = _differences(steps)
    if len(set(steps)) == 1:
        found.add(terms[-1] + steps[0])
    if len(growth) > 1 and len(set(growth)) == 1:
        found.add(terms[-1] + steps[-1] + growth[0])
    found |= _by_factor(terms)
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


def _by_factor(terms: Sequence[int]) -> set[int]:
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

#: slips by level, if not all apply: at level 1 a slip of one equals a reasoning error, and at level 3 odd options
#: could be ruled out because doubled numbers are even
_SLIPS: Mapping[int, tuple[int, ...]] = {1: (2, 10), 3: (2, 10)}


def generate(seed: int, level: int) -> GeneratedItem:
    """The item for a seed and a level from 1 to 5; five options in rising order."""
    source = random_for(_ID, _VERSION, level, seed)
    # Draw the layout of the options first; redrawing it per series would bias it towards easy layouts.
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
            return GeneratedItem(
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
    """Whether the series is displayable and has one plausible continuation."""
    *shown, right = draw.terms
    return (
        all(0 < term <= _LARGEST for term in draw.terms)
        and all(0 < value <= 2 * _LARGEST for value in wrong)
        and len(set(shown[-4:])) == len(shown[-4:])
        # Options already shown could be ruled out.
        and not {right, *wrong} & set(shown)
        and other_continuations(shown) <= {right}
    )
