"""People with known scores, and people who answer as the calibration's model predicts.

On each scale of the short form (4 items) person i has a level t and a swing e: the values after keying are 3, t + e,
t - e and t. Of 120, t is 2 for 30, 3 for 60, 4 for 30; e is -1 and 1 for half of each. So the mean of the scale is
(3 + 3t) / 4: 2.25, 3 or 3.75.
"""

import random
from collections.abc import Callable, Sequence
from functools import cache
from math import exp
from typing import Final

from goodword.assessments.kinds import builtin
from goodword.assessments.kinds.generated import GeneratedItem
from goodword.assessments.kinds.reasoning.families import generate
from goodword.assessments.psychometrics.rasch import CellAnswer
from goodword.core.validation import Json
from tests.assessments.builtins import load

CELLS: Final = (
    ("number_series", 1),
    ("number_series", 2),
    ("number_series", 3),
    ("letter_series", 1),
    ("letter_series", 2),
    ("letter_series", 3),
)


def scale_answers(place: int) -> dict[str, Json]:
    """The answers of person `place` of 120."""
    level, swing = (2, 3, 3, 4)[place % 4], (-1, 1)[place // 4 % 2]
    return keyed((3, level + swing, level - swing, level))


def keyed(values: Sequence[int]) -> dict[str, Json]:
    """Answers to the short form that have these values on each scale after keying."""
    instrument = load()
    found: dict[str, Json] = {}
    for scale in instrument.scales:
        items = [item for item in instrument.items_of(builtin.WORK_STYLE_FORM) if item.scale == scale.id]
        for item, value in zip(items, values, strict=True):
            found[item.id] = value if item.keyed == "+" else 6 - value
    return found


@cache
def pool() -> tuple[tuple[GeneratedItem, ...], ...]:
    """Five items of each cell."""
    return tuple(
        tuple(generate(family, seed=seed, level=level) for seed in range(1, 6)) for family, level in CELLS
    )


def form_of(place: int) -> list[GeneratedItem]:
    """Two items of each cell, rotating from person to person."""
    return [items[(place + step) % 5] for items in pool() for step in (0, 1)]


def answers_of_person(
    place: int, *, solve: Callable[[int], dict[str, Json]] | None = None
) -> list[CellAnswer]:
    """The scored answers of person `place` for a calibration."""
    given = (solve or solves)(place)
    return [
        CellAnswer((item.family, item.level), len(item.options), 1 if given[str(position)] == item.key else 0)
        for position, item in enumerate(form_of(place), start=1)
    ]


def solves(place: int) -> dict[str, Json]:
    """Answers of person `place` to their form, simulated by the model with a random ability."""
    luck = random.Random(place)  # the same people in each run
    ability = luck.gauss(0, 1.2)
    found: dict[str, Json] = {}
    for position, item in enumerate(form_of(place), start=1):
        difficulty = 0.7 * (item.level - 2)
        guess = 1 / len(item.options)
        right = luck.random() < guess + (1 - guess) / (1 + exp(difficulty - ability))
        found[str(position)] = item.key if right else next(o.id for o in item.options if o.id != item.key)
    return found
