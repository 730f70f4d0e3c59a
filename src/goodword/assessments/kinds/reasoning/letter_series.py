"""Letter series: find the next letters. The alphabet is A to Z and never starts again after Z.

Items of a level share the features that determine their difficulty; letters vary.

1  pairs of letters; both letters move by the same step
2  pairs; each letter has its own step
3  single letters of two series that take turns, each with its own step
4  pairs; one letter has a step that grows by one each time, the other its own step
"""

import random
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import permutations, product
from string import ascii_uppercase

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

_ID = "letter_series"
_VERSION = "2"
_STEPS = (-4, -3, -2, -1, 1, 2, 3, 4)
_IN_THE = ("in_the_first", "in_the_second")

type Term = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class _Draw:
    """Places in the alphabet from 0, the term asked for last, and the lines of its options."""

    terms: tuple[Term, ...]
    rule: Mapping[str, Json]
    lines: tuple[Line, ...]


def generate(seed: int, level: int) -> GeneratedItem:
    """Levels 1 to 4; five options in the order of the alphabet."""
    source = random_for(_ID, _VERSION, level, seed)
    # Draw the layout of the options first; redrawing it per series would bias it towards easy layouts.
    shape: Shape = "square" if level == 3 else "long"
    steps = draw_steps(source, shape)
    kind = source.randrange(4)
    while True:
        draw = _draw(source, level, kind)
        *shown, right = draw.terms
        if not all(_in_alphabet(places) for places in draw.terms):
            continue
        wrong = wrong_answers(right, draw.lines, steps)
        if wrong is None or not _is_clear(draw.terms, wrong):
            continue
        # Two letters that move by the same step are never equal.
        if level == 1 and any(places[0] == places[1] for places in wrong):
            continue
        options, key = in_order(_text(right), {_text(places): error for places, error in wrong.items()})
        return GeneratedItem(
            family=_ID,
            version=_VERSION,
            level=level,
            seed=seed,
            task=Series(tuple(_text(term) for term in shown)),
            options=tuple(options),
            key=key,
            rule=draw.rule,
        )


FAMILY = Family(id=_ID, category="letters", version=_VERSION, levels=(1, 2, 3, 4), generate=generate)


def _is_clear(terms: Sequence[Term], wrong: Collection[Term]) -> bool:
    """No option pair may occur in the series, and any option must fit the alphabet, or it could be ruled out."""
    right = terms[-1]
    if len(right) == 1:
        return all(_in_alphabet(places) for places in wrong)
    if {right, *wrong} & set(terms[:-1]):
        return False
    for at in range(len(right)):
        least, most = min(term[at] for term in terms), max(term[at] for term in terms)
        for answer in (right, *wrong):
            away = answer[at] - right[at]
            if least + away < 0 or most + away >= len(ascii_uppercase):
                return False
    return True


def _in_alphabet(places: Term) -> bool:
    return all(0 <= place < len(ascii_uppercase) for place in places)


def _draw(source: random.Random, level: int, kind: int) -> _Draw:
    """`kind` (0 to 3): the letter with the longer line of options, and the error of the other; equally often."""
    if level == 3:
        return _two_series(source, kind)
    if level == 4:
        return _growing_step(source, kind)
    return _pairs_of_steps(source, kind, alike=level == 1)


def _pairs_of_steps(source: random.Random, kind: int, *, alike: bool) -> _Draw:
    long, other = kind % 2, 1 - kind % 2
    steps = [source.choice(_STEPS)] * 2 if alike else source.sample(_STEPS, 2)
    starts = source.sample(range(26), 2)
    terms = tuple((starts[0] + steps[0] * turn, starts[1] + steps[1] * turn) for turn in range(5))
    slip = slips(1 + kind // 2, other)
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


def _two_series(source: random.Random, kind: int) -> _Draw:
    one, other, own_last, last = source.choice(_all_two_series())
    places = [place for turn in range(-3, 2) for place in (own_last + one * turn, last + other * turn)][:9]
    # Both errors together continue the other series.
    lines = (
        one_way(last - own_last, "adds_the_step_to_the_last_letter"),
        one_way(other - one, "takes_the_other_step"),
        slips(1 + kind % 2),
    )
    return _Draw(
        tuple((place,) for place in places), {"kind": "two_series", "first": one, "second": other}, lines
    )


@cache
def _all_two_series() -> tuple[tuple[int, int, int, int], ...]:
    """Both steps, and the last letters. The steps differ by at least two, so that the alternation is noticeable.

    Either series fits the alphabet with either step, so that all four plausible answers are equally often right.
    """
    return tuple(
        (one, other, own_last, last)
        for one, other in product(_STEPS, repeat=2)
        if abs(one - other) > 1
        for own_last, last in permutations(range(len(ascii_uppercase)), 2)
        if all(
            _in_alphabet((end + step, end - 3 * step)) for end in (own_last, last) for step in (one, other)
        )
    )


def _growing_step(source: random.Random, kind: int) -> _Draw:
    at, long_grows = kind % 2, kind // 2
    way, start = source.choice((-1, 1)), source.choice((1, 2))
    other = source.choice(_STEPS)
    growing, even = source.sample(range(26), 2)
    grown = [growing + way * sum(range(start, start + turn)) for turn in range(6)]
    plain = [even + other * turn for turn in range(6)]
    grows = Line(
        1,
        {
            -2 * way: f"repeats_the_step_before_{_IN_THE[at]}",
            -way: f"repeats_last_step_{_IN_THE[at]}",
            way: f"lets_the_step_grow_twice_{_IN_THE[at]}",
            2 * way: f"lets_the_step_grow_three_times_{_IN_THE[at]}",
        },
        at,
    )
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
