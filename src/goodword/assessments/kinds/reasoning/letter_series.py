"""Letter series. The alphabet runs from A to Z and does not wrap around. Only the letters differ within a level.

1  pairs of letters; both letters move by the same step
2  pairs; each letter has its own step
3  single letters from two alternating series, each with its own step
4  pairs; one letter's step grows by one each time, the other's is constant
"""

import random
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from string import ascii_uppercase

from goodword.assessments.kinds.generated import Family, GeneratedItem, Series, random_for
from goodword.assessments.kinds.reasoning.options import (
    Grid,
    Line,
    draw_points,
    fair_choice,
    in_order,
    one_way,
    slips,
    wrong_answers,
)
from goodword.core.validation import Json

_ID = "letter_series"
_VERSION = "3"
_STEPS = (-4, -3, -2, -1, 1, 2, 3, 4)
_IN_THE = ("in_the_first", "in_the_second")
_TRIES = 16
#: how many of its options a series of single letters may show
_MOST_SHOWN = 1

type Term = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class _Draw:
    """A series as positions in the alphabet from 0, ending with the missing term, and the lines of its options."""

    terms: tuple[Term, ...]
    rule: Mapping[str, Json]
    lines: tuple[Line, ...]


def generate(seed: int, level: int) -> GeneratedItem:
    source = random_for(_ID, _VERSION, level, seed)
    #: 0 to 3, equally likely: which letter has the longer line of options, and the other letter's error
    kind = source.randrange(4)
    grid, right, draw = fair_choice(
        source,
        lambda source: _grid(source, level, kind),
        lambda source, grid, right: _task(source, level, kind, grid, right),
    )
    wrong = wrong_answers(grid, right, draw.lines) or {}
    options, key = in_order(_text(draw.terms[-1]), {_text(places): error for places, error in wrong.items()})
    return GeneratedItem(
        family=_ID,
        version=_VERSION,
        level=level,
        seed=seed,
        task=Series(tuple(_text(term) for term in draw.terms[:-1])),
        options=tuple(options),
        key=key,
        rule=draw.rule,
    )


FAMILY = Family(id=_ID, category="letters", version=_VERSION, levels=(1, 2, 3, 4), generate=generate)


def _grid(source: random.Random, level: int, kind: int) -> Grid:
    long, other, step = kind % 2, 1 - kind % 2, source.randrange(1, 5)
    base = tuple(source.sample(range(26), 1 if level == 3 else 2))
    if level == 3:
        apart, steps_apart = source.randrange(1, 16), source.randrange(2, 6)
        return Grid(draw_points(source, "square"), ((apart, 0), (steps_apart, 0), (1 + kind % 2, 0)), base)
    if level == 4:
        lines = (1, long), (step, other)
        return Grid(draw_points(source, "long"), lines if kind // 2 else lines[::-1], base)
    return Grid(draw_points(source, "long"), ((step, long), (1 + kind // 2, other)), base)


def _task(
    source: random.Random, level: int, kind: int, grid: Grid, right: int
) -> tuple[Grid, int, _Draw] | None:
    if not all(_in_alphabet(places) for places in grid.answers):
        return None
    # letters that move by the same step must differ
    if level == 1 and any(first == second for first, second in grid.answers):
        return None
    for _ in range(_TRIES):
        draw = _draw(source, level, kind, grid, right)
        if (
            draw is not None
            and wrong_answers(grid, right, draw.lines) is not None
            and _is_clear(draw.terms, grid.answers)
        ):
            return grid, right, draw
    return None


def _is_clear(terms: Sequence[Term], answers: Collection[Term]) -> bool:
    shown = len(set(answers) & set(terms[:-1]))
    return all(map(_in_alphabet, terms)) and shown <= (_MOST_SHOWN if len(terms[0]) == 1 else 0)


def _in_alphabet(places: Term) -> bool:
    return all(0 <= place < len(ascii_uppercase) for place in places)


def _draw(source: random.Random, level: int, kind: int, grid: Grid, right: int) -> _Draw | None:
    if level == 3:
        return _two_series(source, grid, right)
    if level == 4:
        return _growing_step(source, kind, grid, grid.answers[right])
    return _pairs_of_steps(source, kind, grid, grid.answers[right], alike=level == 1)


def _pairs_of_steps(source: random.Random, kind: int, grid: Grid, right: Term, *, alike: bool) -> _Draw:
    long, other = kind % 2, 1 - kind % 2
    step = source.choice((-1, 1)) * grid.by[0][0]
    steps = [step, step]
    if not alike:
        steps[other] = source.choice([other_step for other_step in _STEPS if other_step != step])
    terms = tuple((right[0] - steps[0] * turn, right[1] - steps[1] * turn) for turn in range(4, -1, -1))
    slip = slips(grid.by[1][0], other)
    errors = {times: f"{error}_{_IN_THE[other]}" for times, error in slip.errors.items()}
    for times in (-1, 1):
        if steps[long] - steps[other] == times * slip.by:
            errors[times] = f"takes_the_other_step_{_IN_THE[other]}"
    rule: dict[str, Json] = (
        {"kind": "one_step", "step": steps[0]}
        if alike
        else {"kind": "two_steps", "first": steps[0], "second": steps[1]}
    )
    return _Draw(terms, rule, (_step_line(steps[long], long), Line(slip.by, errors, other)))


def _two_series(source: random.Random, grid: Grid, number: int) -> _Draw | None:
    right = grid.answers[number][0]
    apart, steps_apart = (grid.way(number, error) * grid.by[error][0] for error in (0, 1))
    one = source.choice(_STEPS)
    # steps differ by at least two, so that the alternation can be seen
    other = one + steps_apart
    if other not in _STEPS:
        return None
    own_last = right - one
    last = own_last + apart
    places = [place for turn in range(-3, 2) for place in (own_last + one * turn, last + other * turn)][:9]
    # both errors together continue the other series
    lines = (
        one_way(apart, "adds_the_step_to_the_last_letter"),
        one_way(steps_apart, "takes_the_other_step"),
        slips(grid.by[2][0]),
    )
    return _Draw(
        tuple((place,) for place in places), {"kind": "two_series", "first": one, "second": other}, lines
    )


def _growing_step(source: random.Random, kind: int, grid: Grid, right: Term) -> _Draw:
    at, long_grows = kind % 2, kind // 2
    way, start = source.choice((-1, 1)), source.choice((1, 2))
    other = source.choice((-1, 1)) * next(by for by, letter in grid.by if letter != at)
    grown = [right[at] - way * sum(range(start + turn, start + 5)) for turn in range(6)]
    plain = [right[1 - at] - other * turn for turn in range(5, -1, -1)]
    errors = {
        -2: "repeats_the_step_before",
        -1: "repeats_last_step",
        1: "lets_the_step_grow_twice",
        2: "lets_the_step_grow_three_times",
    }
    grows = Line(1, {way * times: f"{error}_{_IN_THE[at]}" for times, error in errors.items()}, at)
    steps = _step_line(other, 1 - at)
    rule: dict[str, Json] = {"kind": "growing_step", "start": way * start, "other": other, "growing": at}
    pairs = zip(grown, plain, strict=True) if at == 0 else zip(plain, grown, strict=True)
    return _Draw(tuple(pairs), rule, (grows, steps) if long_grows else (steps, grows))


def _step_line(step: int, at: int) -> Line:
    way = 1 if step > 0 else -1
    return Line(
        abs(step),
        {
            -2 * way: f"turns_back_{_IN_THE[at]}",
            -way: f"stays_{_IN_THE[at]}",
            way: f"step_too_far_{_IN_THE[at]}",
            2 * way: f"two_steps_too_far_{_IN_THE[at]}",
        },
        at,
    )


def _text(places: Iterable[int]) -> str:
    return "".join(ascii_uppercase[place] for place in places)
