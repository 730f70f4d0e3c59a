"""Assumed difficulties of families and levels, and the precision that difficulties imply.

The start values are assumptions: from about -1.6, each additional or less obvious rule adds about 0.7 logits. They are
used to compose blueprints, and for the precision of scores until enough people have answered tasks of that family and
level (never per item, since few people see the same item). Nobody is ranked on them. The model is that of
`psychometrics.rasch`, with each item's probability of guessing right.

Item difficulties within a family and level are assumed to vary around a common value with a standard deviation of
ASSUMED_SPREAD, as in the model of cloned items by Glas and van der Linden (2003, Applied Psychological Measurement 27,
247-261). The size of that spread is our assumption.
"""

import random
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from math import sqrt
from typing import Literal

from goodword.assessments.kinds.reasoning.content import Blueprint
from goodword.assessments.kinds.reasoning.families import generate
from goodword.assessments.psychometrics.abilities import ItemCurve, point
from goodword.assessments.psychometrics.rasch import Calibration, Cell, guess

type Source = Literal["assumed", "calibrated"]
#: standard deviation of item difficulties within a family and level, in logits
ASSUMED_SPREAD = 0.25
START: Mapping[tuple[str, int], float] = {
    ("number_series", 1): -1.6,
    ("number_series", 2): -0.9,
    ("number_series", 3): -0.2,
    ("number_series", 4): 0.5,
    ("number_series", 5): 1.2,
    ("letter_series", 1): -1.2,
    ("letter_series", 2): -0.5,
    ("letter_series", 3): 0.2,
    ("letter_series", 4): 0.9,
    ("matrices_one_rule", 1): -1.6,
    ("matrices_one_rule", 2): -0.9,
    ("matrices_two_rules", 2): -0.7,
    ("matrices_two_rules", 3): 0.0,
    ("matrices_two_rules", 4): 0.7,
    ("matrices_three_rules", 4): 0.9,
    ("matrices_three_rules", 5): 1.6,
    ("seating", 1): -1.0,
    ("seating", 2): -0.3,
    ("seating", 3): 0.4,
    ("seating", 4): 1.1,
    ("ordering", 1): -1.4,
    ("ordering", 2): -0.7,
    ("ordering", 3): 0.0,
    ("ordering", 4): 0.7,
    ("sets", 1): -0.6,
    ("sets", 2): 0.1,
    ("sets", 3): 0.6,
    ("sets", 4): 1.3,
}


def start_value(family: str, level: int) -> float:
    """Returns the assumed difficulty of a family and level in logits. Raises `LookupError` if it has none."""
    try:
        return START[family, level]
    except KeyError:
        raise LookupError(f"“{family}” of level {level} has no start value.") from None


def expected_score(items: Iterable[ItemCurve], theta: float) -> float:
    """Returns the expected number solved at ability `theta` (in logits)."""
    return sum(point(curve, theta).p for curve in items)


@cache
def options_of(family: str, level: int) -> int:
    return len(generate(family, seed=0, level=level).options)


def curves(
    items: Iterable[tuple[Cell, int]], calibration: Calibration | None
) -> tuple[tuple[ItemCurve, ...], Source]:
    """Returns the sorted curves of items (cell, number of options): calibrated if all cells are, else all assumed."""
    given = list(items)
    if calibration is not None and all(cell in calibration.cells for cell, _ in given):
        return _sorted((calibration.cells[cell].b, options) for cell, options in given), "calibrated"
    return _sorted((start_value(*cell), options) for cell, options in given), "assumed"


def curves_of_form(
    blueprint: Blueprint, calibration: Calibration | None = None
) -> tuple[tuple[ItemCurve, ...], Source]:
    return curves(
        (
            ((entry.family, entry.level), options_of(entry.family, entry.level))
            for entry in blueprint.entries
            for _ in range(entry.n)
        ),
        calibration,
    )


def _sorted(items: Iterable[tuple[float, int]]) -> tuple[ItemCurve, ...]:
    return tuple(sorted((b, guess(options)) for b, options in items))


def spread_of_forms(
    blueprint: Blueprint,
    *,
    thetas: Sequence[float],
    n_forms: int,
    seed: int,
    spread: float = ASSUMED_SPREAD,
) -> dict[float, float]:
    """Returns, by ability, the standard deviation of the expected score (in items) across simulated forms.

    To first order the variance is the sum over items of (P' * spread)^2, where P' is the slope of the item's curve. It
    is at most n * (spread / 4)^2: 0.28 items for 20 items and a spread of 0.25, and less with guessing.
    """
    source = random.Random(f"spread:{seed}")  # noqa: S311 - a simulation
    items, _ = curves_of_form(blueprint)
    forms = [[(source.gauss(b, spread), c) for b, c in items] for _ in range(n_forms)]
    return {theta: _deviation([expected_score(form, theta) for form in forms]) for theta in thetas}


def _deviation(scores: Sequence[float]) -> float:
    mean = sum(scores) / len(scores)
    return sqrt(sum((score - mean) ** 2 for score in scores) / (len(scores) - 1))
