"""Compares the number solved in a second, supervised form with its prediction by the number solved in the first form.

For a person of the same ability in both forms, the number solved in the second, given n in the first, has the
distribution (f as in `number_right.py`)

    P(m | n) = integral of f2(m | t) g(t | n) dt          g(t | n) proportional to f1(n | t) prior(t)

It includes both errors of measurement: g the uncertainty about the ability after the first form, f2 the chance in the
second. `least` is the lowest m with P(m or fewer | n) above FALSE_ALARMS. Someone who solves fewer has a lower result
than expected. There are three priors, and the lowest `least` counts:

- Jeffreys, T' / sqrt(V): if everybody takes the second form whatever the first result, at most about one honest person
  in twenty of any ability solves fewer (`highest_rate`, computed exactly).
- The distribution of candidates, normal with mean 0: on average over candidates with the same first result, at most one
  in twenty solves fewer. A high first result is partly luck, which does not repeat (regression to the mean; Lord &
  Novick 1968, ch. 3). With the Jeffreys prior alone, one in six honest people with all tasks solved in the first form
  would solve fewer.
- The same, one standard deviation lower: so for a group whose mean ability is that much lower. High first results of
  such a group owe more to luck.

Given the first result, the averages over abilities say nothing about one ability: honest people of average ability with
a high first result solve fewer than `least` more often than one in twenty (`best_lower`).

`expected` and `error` are mean and standard deviation of P(m | n) with the second prior; (m - expected) / error is the
difference in standard errors. The model assumes one ability in both forms, so practice, nerves, tiredness and another
device are not part of it.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from goodword.assessments.psychometrics.abilities import ItemCurve, grid_of, normed
from goodword.assessments.psychometrics.number_right import ASSUMED_SD, moments, number_distribution

#: maximum share of honest people with the same first result, averaged over abilities, whose result may count as lower
FALSE_ALARMS: Final = 0.05
#: mean ability of the lower group, in standard deviations
LOWER_GROUP: Final = -1.0
#: abilities in standard deviations for which the rate is stated
_WITHIN: Final = 3.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Prediction:
    """`least`: the lowest number solved that isn't lower. `expected`, `error`: mean and standard deviation."""

    least: int
    expected: float
    error: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Predictions:
    """`by_first[n]`: prediction of the number solved in the second form, if n were solved in the first.

    `highest_rate`: the highest share of honest people of one ability, with all their first results, who solve fewer
    than `least`, among abilities within three standard deviations.
    """

    by_first: tuple[Prediction, ...]
    highest_rate: float


@lru_cache(maxsize=64)
def predictions(
    first: tuple[ItemCurve, ...], second: tuple[ItemCurve, ...], sd: float = ASSUMED_SD
) -> Predictions:
    """Sort both forms, so equal ones are computed only once. `sd`: standard deviation of candidates' abilities."""
    grid = grid_of((*first, *second))
    in_first = [number_distribution(first, t) for t in grid]
    in_second = [number_distribution(second, t) for t in grid]
    at = [moments(first, t) for t in grid]
    jeffreys = [node.slope / math.sqrt(node.variance) for node in at]
    candidates = _normal(grid, 0, sd)
    priors = (jeffreys, candidates, _normal(grid, LOWER_GROUP * sd, sd))
    found = []
    for n in range(len(first) + 1):
        likelihood = [numbers[n] for numbers in in_first]
        by_candidates = _predicted(likelihood, candidates, in_second)
        expected = math.fsum(m * p for m, p in enumerate(by_candidates))
        square = math.fsum(m * m * p for m, p in enumerate(by_candidates))
        found.append(
            Prediction(
                least=min(_least(_predicted(likelihood, prior, in_second)) for prior in priors),
                expected=expected,
                error=math.sqrt(square - expected**2),
            )
        )
    return Predictions(
        by_first=tuple(found),
        highest_rate=max(
            math.fsum(
                p * math.fsum(after[: prediction.least]) for p, prediction in zip(before, found, strict=True)
            )
            for t, before, after in zip(grid, in_first, in_second, strict=True)
            if abs(t) <= _WITHIN * sd
        ),
    )


def _normal(grid: Sequence[float], mean: float, sd: float) -> list[float]:
    return normed([-(((t - mean) / sd) ** 2) / 2 for t in grid])


def _predicted(
    likelihood: Sequence[float], prior: Sequence[float], second: Sequence[Sequence[float]]
) -> list[float]:
    masses = [p * weight for p, weight in zip(likelihood, prior, strict=True)]
    whole = math.fsum(masses)
    return [math.sumprod(masses, number) / whole for number in zip(*second, strict=True)]


def _least(predicted: Sequence[float]) -> int:
    upto = 0.0
    for number, p in enumerate(predicted):
        upto += p
        if upto > FALSE_ALARMS:
            return number
    raise AssertionError("Probabilities must add up to one.")


def share_lower(
    first: tuple[ItemCurve, ...],
    second: tuple[ItemCurve, ...],
    *,
    ability: float,
    helped: int = 0,
    sd: float = ASSUMED_SD,
) -> float:
    """Return the share of people at a given ability who solve fewer than `least`, if a helper solved `helped` of the
    tasks that they would have missed in the first form."""
    after = number_distribution(second, ability)
    by_first = predictions(first, second, sd).by_first
    return math.fsum(
        p * math.fsum(after[: by_first[min(n + helped, len(first))].least])
        for n, p in enumerate(number_distribution(first, ability))
    )


def best_lower(
    first: tuple[ItemCurve, ...],
    second: tuple[ItemCurve, ...],
    *,
    solved: int,
    ability: float | None = None,
    mean: float = 0.0,
    sd: float = ASSUMED_SD,
) -> float:
    """Return the share who solve fewer than `least`, of honest people who solved at least `solved` in the first form.

    Either all have the same `ability`, or abilities are normally distributed with `mean` and `sd`.
    """
    by_first = predictions(first, second, sd).by_first
    grid = [ability] if ability is not None else grid_of((*first, *second))
    weights = [1.0] if ability is not None else _normal(grid, mean, sd)
    lower = chosen = 0.0
    for t, weight in zip(grid, weights, strict=True):
        after = number_distribution(second, t)
        for n, p in list(enumerate(number_distribution(first, t)))[solved:]:
            chosen += weight * p
            lower += weight * p * math.fsum(after[: by_first[n].least])
    return lower / chosen
