"""Letter series: which letters come next. The alphabet is A to Z and never starts again after Z.

What makes an item hard is the same for all items of a level; which letters stand in it varies.

1  pairs of letters; both letters move by the same step
2  pairs; each letter has its own step
3  single letters of two series that take turns, each with its own step
4  pairs; one letter has a step that grows by one each time, the other its own step
"""

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from string import ascii_uppercase

from goodword.assessments.library.reasoning.family import Family, random_for
from goodword.assessments.library.reasoning.item import Item, Series
from goodword.assessments.library.reasoning.letter_errors import letter_errors, text, wrong_answers
from goodword.assessments.library.reasoning.options import (
    N_SERIES_OPTIONS,
    choose_wrong,
    in_order,
)
from goodword.questionnaires.reading import Json

_ID = "letter_series"
_VERSION = "1"
_STEPS = (-4, -3, -2, -1, 1, 2, 3, 4)


@dataclass(frozen=True, slots=True)
class _Draw:
    """Places in the alphabet from 0, the term that is asked for last; `errors` has, for each letter of that term,
    the places that typical errors lead to."""

    terms: tuple[tuple[int, ...], ...]
    rule: Mapping[str, Json]
    errors: tuple[Mapping[str, int], ...]


def generate(seed: int, level: int) -> Item:
    """The item for a seed and a level from 1 to 4; five options in the order of the alphabet."""
    source = random_for(_ID, _VERSION, level, seed)
    place = source.randrange(N_SERIES_OPTIONS)
    while True:
        draw = _RULES[level](source)
        if not all(0 <= letter < len(ascii_uppercase) for term in draw.terms for letter in term):
            continue
        terms = [text(term) for term in draw.terms]
        right = terms[-1]
        wrong = wrong_answers(draw.terms[-1], draw.terms[-2], draw.errors)
        some = choose_wrong(
            source, right=right, wrong=wrong, place=place, likenesses=(_shared_letters, _closeness)
        )
        if some is None:
            continue
        options, key = in_order(right, some, wrong)
        return Item(
            family=_ID,
            version=_VERSION,
            level=level,
            seed=seed,
            task=Series(tuple(terms[:-1])),
            options=tuple(options),
            key=key,
            rule=draw.rule,
        )


FAMILY = Family(id=_ID, category="letters", version=_VERSION, levels=(1, 2, 3, 4), generate=generate)


def _one_step(source: random.Random) -> _Draw:
    step = source.choice(_STEPS)
    first, second = source.sample(range(26), 2)
    return _Draw(
        _pairs([first + step * turn for turn in range(5)], [second + step * turn for turn in range(5)]),
        {"kind": "one_step", "step": step},
        (letter_errors(first + 3 * step, step), letter_errors(second + 3 * step, step)),
    )


def _two_steps(source: random.Random) -> _Draw:
    one, other = source.sample(_STEPS, 2)
    first, second = source.sample(range(26), 2)
    return _Draw(
        _pairs([first + one * turn for turn in range(5)], [second + other * turn for turn in range(5)]),
        {"kind": "two_steps", "first": one, "second": other},
        (
            letter_errors(first + 3 * one, one, other=other),
            letter_errors(second + 3 * other, other, other=one),
        ),
    )


def _two_series(source: random.Random) -> _Draw:
    # Apart by two at least: with steps that are nearly alike, the turns could be passed over.
    one, other = source.choice([(one, other) for one in _STEPS for other in _STEPS if abs(one - other) > 1])
    first, second = source.sample(range(26), 2)
    places = [
        series[turn]
        for turn in range(5)
        for series in (
            [first + one * step for step in range(5)],
            [second + other * step for step in range(5)],
        )
    ][:9]
    own_last, last = places[6], places[7]
    errors = {
        **letter_errors(own_last, one, other=other),
        "continues_the_other_series": last + other,
        "adds_the_step_to_the_last_letter": last + one,
        "repeats_last_difference": last + (last - own_last),
        "two_steps_too_far": own_last + 3 * one,
    }
    return _Draw(
        tuple((place,) for place in places), {"kind": "two_series", "first": one, "second": other}, (errors,)
    )


def _growing_step(source: random.Random) -> _Draw:
    way, start = source.choice((-1, 1)), source.choice((1, 2))
    other = source.choice(_STEPS)
    growing, even = source.sample(range(26), 2)
    grown = [growing + way * sum(range(start, start + turn)) for turn in range(6)]
    plain = [even + other * turn for turn in range(6)]
    last_step = way * (start + 3)
    errors = (
        {
            "repeats_last_step": grown[4] + last_step,
            "lets_the_step_grow_twice": grown[5] + way,
            "starts_the_steps_again": grown[4] + way * start,
            "stays": grown[4],
        },
        letter_errors(plain[4], other),
    )
    rule: dict[str, Json] = {"kind": "growing_step", "start": way * start, "other": other}
    if source.randrange(2):
        return _Draw(_pairs(grown, plain), {**rule, "growing": 0}, errors)
    return _Draw(_pairs(plain, grown), {**rule, "growing": 1}, errors[::-1])


def _pairs(first: Sequence[int], second: Sequence[int]) -> tuple[tuple[int, ...], ...]:
    return tuple(zip(first, second, strict=True))


def _shared_letters(one: str, other: str) -> int:
    return sum(letter == other_letter for letter, other_letter in zip(one, other, strict=True))


def _closeness(one: str, other: str) -> int:
    return -sum(abs(ord(letter) - ord(other_letter)) for letter, other_letter in zip(one, other, strict=True))


_RULES: Mapping[int, Callable[[random.Random], _Draw]] = {
    1: _one_step,
    2: _two_steps,
    3: _two_series,
    4: _growing_step,
}
