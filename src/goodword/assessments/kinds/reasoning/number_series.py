"""Number series, positive and with one plausible continuation. Only the numbers differ within a level.

1  a constant difference, up or down
2  differences that change: they grow evenly or double each time, up or down
3  two alternating operations, each an addition or subtraction
4  two alternating series, each with its own difference
5  the sum of the previous two terms and a number, or a growth that itself grows
"""

import itertools
import random
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from goodword.assessments.kinds.generated import Family, GeneratedItem, Series, random_for
from goodword.assessments.kinds.reasoning.options import (
    Grid,
    Line,
    Shape,
    draw_points,
    fair_choice,
    in_order,
    one_way,
    slips,
    wrong_answers,
)
from goodword.core.validation import Json


@dataclass(frozen=True, slots=True)
class Draw:
    """A series whose last term is the right answer. `lines`: errors that lead from there to the other options."""

    terms: tuple[int, ...]
    rule: Mapping[str, Json]
    lines: tuple[Line, ...]


type Sizes = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class _Options:
    """The right number, the size of each error, and the direction of one-way errors."""

    right: int
    sizes: Sizes
    ways: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Rule:
    """`sizes` draws the sizes of three errors, `base` the approximate size of the options. `draw` makes a series that
    ends with a given option and has the others as errors, or returns None."""

    shape: Shape
    sizes: Callable[[random.Random], Sizes]
    base: Callable[[random.Random, Sizes], int]
    draw: Callable[[random.Random, _Options], Draw | None]


_SLIPS = (1, 2, 10)
_MOST_ADDED = 15


def _way(source: random.Random) -> int:
    return source.choice((-1, 1))


def _mirrored(errors: Mapping[int, str], way: int) -> Mapping[int, str]:
    return {way * times: error for times, error in errors.items()}


def _constant_difference(_: random.Random, given: _Options) -> Draw:
    step = given.ways[1] * given.sizes[1]
    terms = [given.right + step * place for place in range(-5, 1)]
    grows = Line(
        1,
        {
            -2: "takes_a_step_two_too_small",
            -1: "takes_a_step_one_too_small",
            1: "takes_a_step_one_too_large",
            2: "takes_a_step_two_too_large",
        },
    )
    lines = (grows, one_way(step, "one_step_too_far"), slips(given.sizes[2]))
    return Draw(tuple(terms), {"kind": "constant_difference", "step": step}, lines)


def _growing_difference(source: random.Random, given: _Options) -> Draw:
    way, step, growth = _way(source), source.randrange(1, 12), given.sizes[0]
    steps = [way * (step + growth * place) for place in range(5)]
    errors = {
        -2: "repeats_the_difference_before",
        -1: "repeats_last_difference",
        1: "lets_the_growth_count_twice",
        2: "lets_the_growth_count_three_times",
    }
    rule: dict[str, Json] = {
        "kind": "growing_difference" if way > 0 else "growing_fall",
        "step": step,
        "growth": growth,
    }
    return Draw(
        _ending(given.right, steps), rule, (Line(growth, _mirrored(errors, way)), slips(given.sizes[1]))
    )


def _doubling_difference(source: random.Random, given: _Options) -> Draw:
    """`sizes[1]` is half the last difference."""
    way, step = _way(source), given.sizes[1] // 8
    steps = [way * step * 2**place for place in range(5)]
    errors = {-1: "repeats_last_difference", 1: "adds_the_difference_before_too"}
    rule: dict[str, Json] = {"kind": "doubling_difference", "step": way * step}
    return Draw(
        _ending(given.right, steps),
        rule,
        (slips(given.sizes[0]), Line(given.sizes[1], _mirrored(errors, way))),
    )


def _ending(right: int, steps: Sequence[int]) -> tuple[int, ...]:
    return tuple(right - sum(steps[place:]) for place in range(len(steps) + 1))


def _two_in_turn(source: random.Random, given: _Options) -> Draw | None:
    """The first operation also gives the next term."""
    away = given.ways[0] * given.sizes[0]
    first = _way(source) * source.randrange(2, _MOST_ADDED + 1)
    second = first + away
    if not 1 < abs(second) <= _MOST_ADDED:
        return None
    rule: dict[str, Json] = {"kind": "two_in_turn", "first": _operation(first), "second": _operation(second)}
    lines = (
        one_way(away, "applies_the_other_operation"),
        slips(given.sizes[1]),
        slips(given.sizes[2]),
    )
    return Draw(_ending(given.right, [*[first, second] * 3, first]), rule, lines)


def _operation(step: int) -> list[Json]:
    return ["plus" if step > 0 else "minus", abs(step)]


def _two_series(source: random.Random, given: _Options) -> Draw | None:
    apart, steps_apart = (way * size for way, size in zip(given.ways, given.sizes, strict=False))
    first = source.choice([step for step in range(-9, 13) if abs(step) > 1])
    second = first + steps_apart
    if abs(second) < 2 or not -9 <= second <= 12:
        return None
    own_last = given.right - first
    last = own_last + apart
    terms = [term for turn in range(-3, 2) for term in (own_last + first * turn, last + second * turn)][:9]
    # both errors together continue the other series
    lines = (
        one_way(apart, "adds_the_step_to_the_last_term"),
        one_way(steps_apart, "uses_the_step_of_the_other_series"),
        slips(given.sizes[2]),
    )
    return Draw(tuple(terms), {"kind": "two_series", "first": first, "second": second}, lines)


def _sum_and_number(source: random.Random, given: _Options) -> Draw | None:
    way = _way(source)
    more = way * given.sizes[0]
    # the eighth term is 8 times the first plus 13 times the second plus 20 times the number
    starts = [
        (first, (given.right - 20 * more - 8 * first) // 13)
        for first in range(1, 16)
        if (given.right - 20 * more - 8 * first) % 13 == 0
        and 0 < given.right - 20 * more - 8 * first <= 13 * 15
    ]
    if not starts:
        return None
    terms = [*source.choice(starts)]
    while len(terms) < 8:
        terms.append(terms[-1] + terms[-2] + more)
    errors = {
        -2: "subtracts_the_number",
        -1: "forgets_the_number",
        1: "adds_the_number_twice",
        2: "adds_the_number_three_times",
    }
    lines = (Line(given.sizes[0], _mirrored(errors, way)), slips(given.sizes[1]), slips(given.sizes[2]))
    return Draw(tuple(terms), {"kind": "sum_and_number", "more": more}, lines)


def _growing_growth(source: random.Random, given: _Options) -> Draw:
    """`sizes[1]` is the last growth."""
    step, more, growth = source.randrange(1, 8), given.sizes[0], given.sizes[1] - 5 * given.sizes[0]
    steps = [step]
    for place in range(6):
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
    differences = Line(given.sizes[1], {-1: "repeats_last_difference", 1: "adds_the_growth_twice"})
    rule: dict[str, Json] = {"kind": "growing_growth", "step": step, "growth": growth, "more": more}
    return Draw(_ending(given.right, steps), rule, (growths, differences, slips(given.sizes[2])))


def _sizes(*each: Sequence[int]) -> Callable[[random.Random], Sizes]:
    def drawn(source: random.Random) -> Sizes:
        first, second, third = (source.choice(sizes) for sizes in each)
        return first, second, third

    return drawn


def _growth_sizes(source: random.Random) -> Sizes:
    more = source.randrange(1, 5)
    return more, 5 * more + source.randrange(1, 6), source.choice((1, 2, 10))


RULES: Mapping[int, Sequence[Rule]] = {
    1: [
        Rule(
            shape,
            _sizes((1,), range(3, 18), (2, 10)),
            lambda source, sizes: 5 * sizes[1] + source.randrange(5, 101),
            _constant_difference,
        )
        for shape in ("long", "square")
    ],
    2: [
        *3
        * (
            Rule(
                "long",
                _sizes(range(1, 7), _SLIPS, (1,)),
                lambda source, sizes: 10 * sizes[0] + source.randrange(20, 121),
                _growing_difference,
            ),
        ),
        Rule(
            "long",
            _sizes(_SLIPS, (8, 16, 24, 32), (1,)),
            lambda source, sizes: 4 * sizes[1] + source.randrange(30, 121),
            _doubling_difference,
        ),
    ],
    3: [
        Rule(
            "square",
            _sizes(range(4, 28), _SLIPS, _SLIPS),
            lambda source, _: source.randrange(40, 131),
            _two_in_turn,
        )
    ],
    4: [
        Rule(
            "square",
            _sizes(range(1, 81), range(1, 15), _SLIPS),
            lambda source, _: source.randrange(10, 121),
            _two_series,
        )
    ],
    5: [
        *(
            Rule(
                shape,
                _sizes(range(1, 6), _SLIPS, _SLIPS),
                lambda source, _: source.randrange(90, 301),
                _sum_and_number,
            )
            for shape in ("long", "square")
        ),
        *(
            Rule(
                shape,
                _growth_sizes,
                lambda source, sizes: 30 * sizes[0] + 15 * sizes[1] + source.randrange(10, 61),
                _growing_growth,
            )
            for shape in ("long", "square")
        ),
    ],
}


def other_continuations(terms: Sequence[int]) -> set[int]:
    """The next terms predicted by simple rules that fit all terms shown."""
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
    """Next terms by x -> a * x + b with integer a and b, and by factors that grow by one."""
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
_VERSION = "3"
_LARGEST = 999
_TRIES = 30


def generate(seed: int, level: int) -> GeneratedItem:
    source = random_for(_ID, _VERSION, level, seed)
    rule = source.choice(RULES[level])
    grid, right, draw = fair_choice(
        source,
        lambda source: _grid(source, rule),
        lambda source, grid, right: _task(source, rule, grid, right),
    )
    wrong = wrong_answers(grid, right, draw.lines) or {}
    options, key = in_order(draw.terms[-1], {value: error for (value,), error in wrong.items()})
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


def _grid(source: random.Random, rule: Rule) -> Grid:
    sizes = rule.sizes(source)
    base = rule.base(source, sizes)
    return Grid(draw_points(source, rule.shape), tuple((size, 0) for size in sizes), (base,))


def _task(source: random.Random, rule: Rule, grid: Grid, right: int) -> tuple[Grid, int, Draw] | None:
    answers = {value for (value,) in grid.answers}
    first, second, third = (by for by, _ in grid.by)
    given = _Options(grid.answers[right][0], (first, second, third), (grid.way(right, 0), grid.way(right, 1)))
    for _ in range(_TRIES):
        draw = rule.draw(source, given)
        if (
            draw is not None
            and wrong_answers(grid, right, draw.lines) is not None
            and _is_clear(draw, answers)
        ):
            return grid, right, draw
    return None


def _is_clear(draw: Draw, answers: Collection[int]) -> bool:
    *shown, right = draw.terms
    return (
        all(0 < term <= _LARGEST for term in (*draw.terms, *answers))
        and len(set(shown[-4:])) == len(shown[-4:])
        # options already shown could be ruled out
        and not set(answers) & set(shown)
        and other_continuations(shown) <= {right}
    )
