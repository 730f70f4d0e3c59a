"""How hard a family and level is taken to be until answers tell, and what the spread within them does to forms.

The start values are an assumption: each rule more, and each rule that is harder to see, adds about 0.7 logits, from
about -1.6 for the plainest item on. They serve to compose blueprints and are replaced, family by family and level by
level, once enough people have answered (never item by item: an item is seen by few). Nothing is ranked on them.

In the Rasch model a person of ability theta solves an item of difficulty b with the probability

    P(theta, b) = 1 / (1 + exp(b - theta))                       (Rasch, 1960)

Items of one family and level are alike but not the same; their difficulties are taken to lie about the common value
with a standard deviation of ASSUMED_SPREAD. The spread of cloned items about their family is modelled so by Glas and
van der Linden (2003, Applied Psychological Measurement 27, 247-261); its size here is an assumption of ours.
"""

import random
from collections.abc import Mapping, Sequence
from math import exp, sqrt

from goodword.assessments.kinds.reasoning.content import Blueprint

#: standard deviation, in logits, of single items about the value of their family and level
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
    """The difficulty in logits that a family and level is taken to have at first. Raises `LookupError`."""
    try:
        return START[family, level]
    except KeyError:
        raise LookupError(f"“{family}” of level {level} has no start value.") from None


def expected_score(bs: Sequence[float], theta: float) -> float:
    """How many items of the difficulties `bs` a person of ability `theta` solves on average, both in logits."""
    return sum(1 / (1 + exp(b - theta)) for b in bs)


def spread_of_forms(
    blueprint: Blueprint,
    *,
    thetas: Sequence[float],
    n_forms: int,
    seed: int,
    spread: float = ASSUMED_SPREAD,
) -> dict[float, float]:
    """For each ability, the standard deviation over simulated forms of the expected score, in items.

    In each form every item has a difficulty of its own about the start value of its family and level. To first
    order the variance is the sum over items of (P * (1 - P) * spread)^2, at most n * (spread / 4)^2: 0.28 items for
    20 items and a spread of 0.25.
    """
    source = random.Random(f"spread:{seed}")  # noqa: S311 - a simulation
    values = [start_value(entry.family, entry.level) for entry in blueprint.entries for _ in range(entry.n)]
    forms = [[source.gauss(value, spread) for value in values] for _ in range(n_forms)]
    return {theta: _deviation([expected_score(form, theta) for form in forms]) for theta in thetas}


def _deviation(scores: Sequence[float]) -> float:
    mean = sum(scores) / len(scores)
    return sqrt(sum((score - mean) ** 2 for score in scores) / (len(scores) - 1))
