"""Generated items calibrated by family and level, and abilities estimated from them.

    probability that a person of ability t solves an item of cell c = 1 / (1 + exp(b_c - t))

A cell is a family at a level. That its items share one difficulty b_c is the model of Rasch (1960, "Probabilistic
Models for Some Intelligence and Attainment Tests"), with difficulty explained by item features (Fischer 1973, "The
linear logistic test model as an instrument in educational research", Acta Psychologica 37). Abilities are in logits, on
the scale of the calibration sample: mean 0, standard deviation `sd`. An ability is its posterior mean with the
calibrated distribution as prior (EAP; Bock & Mislevy 1982, "Adaptive EAP estimation of ability in a microcomputer
environment", Applied Psychological Measurement 6), so few answers draw it towards 0. Its `se` is the posterior's
standard deviation. Unanswered items count as 0, as in `totals.py`; void ones are left out.

Difficulties are estimated by marginal maximum likelihood with EM. Abilities are a normal distribution with mean 0 and
standard deviation s, integrated on a fixed grid of standard scores z with t = s * z (Bock & Aitkin 1981, Psychometrika
46; for the Rasch model Thissen 1982, Psychometrika 47). For r right answers in total and n_c answers in cell c:

    P_c(z)       = 1 / (1 + exp(b_c - s z))
    posterior(z) ~ weight(z) * exp(r s z - sum over c of n_c * ln(1 + exp(s z - b_c)))

r and the n_c are sufficient for t, so people with the same r and n_c form one group. A round computes the posterior of
each group, one Newton step for each b_c towards the observed right answers (which converges to the same estimate: Lange
1995, Journal of the Royal Statistical Society B 57), and s^2 as the mean of t^2 over all posteriors.

Standard errors come from the observed information of the marginal likelihood by Louis's rule (1982, Journal of the
Royal Statistical Society B 44). Over people, both over the posterior of the ability:

    E[information, were the ability known]  -  Cov[score, were the ability known]

With the b_c and ln s as parameters, the score in b_c varies as n_c * P_c(z) and that in ln s as z^2; the information is
n_c * P_c * (1 - P_c) and 2 z^2, with zeros off the diagonal. The inverse of the sum is the covariance of the estimates.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import fsum, sqrt, sumprod
from typing import Any, Literal

from goodword.assessments.psychometrics import SCORING

#: with two items of a cell each, a standard error of 0.14 to 0.18 was found on simulated people; with one, about 0.2
LEAST_PERSONS = 200
#: gives a standard error of about 0.4 at best
LEAST_ANSWERS = 30
#: no test can distinguish people who differ by less
_LEAST_SD = 0.1
type Cell = tuple[str, int]
type Answers = Sequence[tuple[Cell, Literal[0, 1]]]
#: 41 equally spaced standard scores from -5 to 5
NODES = tuple(-5 + 0.25 * place for place in range(41))
_DENSITY = [math.exp(-z * z / 2) for z in NODES]
_LOG_WEIGHTS = tuple(math.log(density / fsum(_DENSITY)) for density in _DENSITY)
_SQUARES = tuple(z * z for z in NODES)
#: settled once nothing moves by more in a round, in logits
_STILL = 1e-6
_MOST_ROUNDS = 2000
_LONGEST_STEP = 1.0
#: beyond it the nodes are two logits apart, and people solve all or nothing
_MOST_SD = 8.0
#: how many answers in each cell, and of the people with just these, how many had how many right
type Groups = Mapping[tuple[int, ...], Mapping[int, int]]
#: a pivot this small beside its diagonal: some difficulty, or the spread, is not determined by the answers
_NOTHING = 1e-9
type Matrix = list[list[float]]


@dataclass(frozen=True, slots=True)
class Lack:
    kind: Literal["persons", "answers", "right", "wrong"]
    cell: Cell | None
    n: int
    least: int


class NotEnough(ValueError):
    def __init__(self, lacks: tuple[Lack, ...]) -> None:
        super().__init__(
            "; ".join(f"{lack.kind} {lack.cell or ''}: {lack.n} of {lack.least}" for lack in lacks)
        )
        self.lacks = lacks


class UnknownCell(LookupError):
    def __init__(self, cell: Cell) -> None:
        super().__init__(f"The family “{cell[0]}”, level {cell[1]}, is not calibrated.")
        self.cell = cell


@dataclass(frozen=True, slots=True)
class Difficulty:
    b: float
    se: float
    n: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """The difficulties of all cells, and the standard deviation and reliability of the abilities of `n` people."""

    cells: Mapping[Cell, Difficulty]
    sd: float
    n: int
    iterations: int
    reliability: float


@dataclass(frozen=True, slots=True)
class Ability:
    theta: float
    se: float


def calibrate(persons: Sequence[Answers]) -> Calibration:
    """From one sequence of first-attempt answers per person; empty ones are skipped.

    Raises `NotEnough`, `NotSettled` if the answers do not determine the difficulties, and `ValueError`.
    """
    taken = [person for person in persons if person]
    order = sorted({cell for person in taken for cell, _ in person})
    right, given = dict.fromkeys(order, 0), dict.fromkeys(order, 0)
    groups: dict[tuple[int, ...], dict[int, int]] = {}
    for person in taken:
        pattern, solved = _counts(person, order)
        group = groups.setdefault(pattern, {})
        group[solved] = group.get(solved, 0) + 1
        for cell, answer in person:
            given[cell] += 1
            right[cell] += answer
    if lacks := tuple(_lacks(len(taken), given, right)):
        raise NotEnough(lacks)
    # sorted, so that the order of people does not move a last digit: what was issued can be computed again
    groups = {pattern: dict(sorted(groups[pattern].items())) for pattern in sorted(groups)}
    fitted = fit(groups, [right[cell] for cell in order])
    if fitted.sd < _LEAST_SD:
        raise NotSettled("These people do not differ by more than chance.")
    errors = standard_errors(groups, fitted)
    return Calibration(
        cells={
            cell: Difficulty(b, se, given[cell])
            for cell, b, se in zip(order, fitted.difficulties, errors, strict=True)
        },
        sd=fitted.sd,
        n=len(taken),
        iterations=fitted.rounds,
        reliability=mean_reliability(groups, fitted),
    )


def ability(calibration: Calibration, answers: Answers) -> Ability:
    """Without answers, 0 with the standard deviation of the sample. Raises `UnknownCell` and `ValueError`."""
    order = list(calibration.cells)
    for cell, _ in answers:
        if cell not in calibration.cells:
            raise UnknownCell(cell)
    given, right = _counts(answers, order)
    weights = posterior(given, right, [calibration.cells[cell].b for cell in order], calibration.sd)
    middle = sumprod(weights, NODES)
    spread = sumprod(weights, [(z - middle) ** 2 for z in NODES])
    return Ability(calibration.sd * middle, calibration.sd * sqrt(spread))


def to_json(calibration: Calibration) -> dict[str, Any]:
    return {
        "rule": SCORING["rasch"],
        "sd": calibration.sd,
        "n": calibration.n,
        "iterations": calibration.iterations,
        "reliability": calibration.reliability,
        "cells": [
            {"family": family, "level": level, "b": found.b, "se": found.se, "n": found.n}
            for (family, level), found in calibration.cells.items()
        ],
    }


def from_json(data: Mapping[str, Any]) -> Calibration:
    """Raises `ValueError` for a calibration by another rule, `KeyError` or `TypeError` for other data."""
    if data["rule"] != SCORING["rasch"]:
        raise ValueError(f"This calibration was made by rule {data['rule']!r}.")
    return Calibration(
        cells={
            (cell["family"], cell["level"]): Difficulty(cell["b"], cell["se"], cell["n"])
            for cell in data["cells"]
        },
        sd=data["sd"],
        n=data["n"],
        iterations=data["iterations"],
        reliability=data["reliability"],
    )


def of_today(data: Mapping[str, Any]) -> Calibration | None:
    """As `from_json`, but None for a calibration by another rule."""
    try:
        return from_json(data)
    except ValueError:
        return None


def _counts(answers: Answers, order: Sequence[Cell]) -> tuple[tuple[int, ...], int]:
    counts = dict.fromkeys(order, 0)
    solved = 0
    for cell, answer in answers:
        if answer not in (0, 1):
            raise ValueError(f"An answer is 0 or 1, not {answer!r}.")
        counts[cell] += 1
        solved += answer
    return tuple(counts.values()), solved


def _lacks(persons: int, given: Mapping[Cell, int], right: Mapping[Cell, int]) -> Iterable[Lack]:
    if persons < LEAST_PERSONS:
        yield Lack("persons", None, persons, LEAST_PERSONS)
    for cell, n in given.items():
        if n < LEAST_ANSWERS:
            yield Lack("answers", cell, n, LEAST_ANSWERS)
        elif not right[cell]:
            yield Lack("right", cell, 0, 1)
        elif right[cell] == n:
            yield Lack("wrong", cell, 0, 1)


class NotSettled(ArithmeticError):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """Difficulties in the order of the cells and the standard deviation of abilities, both in logits."""

    difficulties: tuple[float, ...]
    sd: float
    rounds: int


def chances(difficulty: float, sd: float) -> list[float]:
    return [math.exp(-_softplus(difficulty - sd * z)) for z in NODES]


def posterior(given: Sequence[int], right: int, difficulties: Sequence[float], sd: float) -> list[float]:
    """The posterior probabilities of the nodes for `right` right answers among `given`; they sum to 1."""
    return _normed(_log_miss(given, _misses(difficulties, sd)), right, sd)


def fit(groups: Groups, right: Sequence[int]) -> Fit:
    """`right`: right answers in each cell, of all people; some in each, not all. Raises `NotSettled`."""
    given_in = list(zip(*groups, strict=True))
    sizes = [sum(counts.values()) for counts in groups.values()]
    difficulties = [
        math.log((sumprod(given, sizes) - r) / r) for given, r in zip(given_in, right, strict=True)
    ]
    sd = 1.0
    for rounds in range(1, _MOST_ROUNDS + 1):
        misses = _misses(difficulties, sd)
        masses = [_mass(_log_miss(given, misses), counts, sd) for given, counts in groups.items()]
        at_nodes = list(zip(*masses, strict=True))
        steps = [
            _step([sumprod(given, mass) for mass in at_nodes], solved, chances(difficulty, sd))
            for given, solved, difficulty in zip(given_in, right, difficulties, strict=True)
        ]
        before = sd
        sd *= math.sqrt(sumprod(map(fsum, at_nodes), _SQUARES) / sum(sizes))
        if sd > _MOST_SD:
            raise NotSettled("The spread of abilities has no end: people solved all or nothing.")
        difficulties = [difficulty + step for difficulty, step in zip(difficulties, steps, strict=True)]
        if max(abs(sd - before), *map(abs, steps)) < _STILL:
            return Fit(difficulties=tuple(difficulties), sd=sd, rounds=rounds)
    raise NotSettled(f"The estimates still moved after {_MOST_ROUNDS} rounds.")


def _mass(log_miss: Sequence[float], counts: Mapping[int, int], sd: float) -> list[float]:
    mass = [0.0] * len(NODES)
    for right, people in counts.items():
        mass = [so_far + people * p for so_far, p in zip(mass, _normed(log_miss, right, sd), strict=True)]
    return mass


def _step(expected: Sequence[float], right: int, chance: Sequence[float]) -> float:
    too_many = sumprod(expected, chance) - right
    slope = sumprod(expected, [p * (1 - p) for p in chance])
    return max(-_LONGEST_STEP, min(_LONGEST_STEP, too_many / slope))


def _misses(difficulties: Sequence[float], sd: float) -> list[list[float]]:
    return [[-_softplus(sd * z - b) for b in difficulties] for z in NODES]


def _log_miss(given: Sequence[int], misses: Sequence[Sequence[float]]) -> list[float]:
    return [sumprod(given, at_node) for at_node in misses]


def _normed(log_miss: Sequence[float], right: int, sd: float) -> list[float]:
    logs = [
        weight + right * sd * z + miss for weight, z, miss in zip(_LOG_WEIGHTS, NODES, log_miss, strict=True)
    ]
    top = max(logs)
    parts = [math.exp(value - top) for value in logs]
    whole = fsum(parts)
    return [part / whole for part in parts]


def _softplus(x: float) -> float:
    return max(x, 0.0) + math.log1p(math.exp(-abs(x)))


def standard_errors(groups: Groups, fitted: Fit) -> tuple[float, ...]:
    """The standard error of each difficulty, in logits. Raises `NotSettled` if the answers do not determine all."""
    chance = [chances(difficulty, fitted.sd) for difficulty in fitted.difficulties]
    size = len(chance) + 1
    total = [[0.0] * size for _ in range(size)]
    for pattern, counts in groups.items():
        scores = [[n * p for p in cell] for n, cell in zip(pattern, chance, strict=True)]
        known = [[n * p * (1 - p) for p in cell] for n, cell in zip(pattern, chance, strict=True)]
        scores.append([z * z for z in NODES])
        known.append([2 * z * z for z in NODES])
        for right, people in counts.items():
            weights = posterior(pattern, right, fitted.difficulties, fitted.sd)
            _add(total, weights, scores, known, people)
    return tuple(math.sqrt(variance) for variance in _inverse_diagonal(total)[:-1])


def mean_reliability(groups: Groups, fitted: Fit) -> float:
    """1 - mean posterior variance / variance of abilities."""
    lost, people = 0.0, 0
    for pattern, counts in groups.items():
        for right, number in counts.items():
            weights = posterior(pattern, right, fitted.difficulties, fitted.sd)
            middle = sumprod(weights, NODES)
            lost += number * sumprod(weights, [(z - middle) ** 2 for z in NODES])
            people += number
    return 1 - lost / people


def _add(
    total: Matrix,
    weights: Sequence[float],
    scores: Sequence[Sequence[float]],
    known: Sequence[Sequence[float]],
    people: int,
) -> None:
    centred = []
    for score in scores:
        middle = sumprod(weights, score)
        centred.append([value - middle for value in score])
    for i, one in enumerate(centred):
        weighted = [weight * value for weight, value in zip(weights, one, strict=True)]
        for j in range(i + 1):
            total[i][j] -= people * sumprod(weighted, centred[j])
        total[i][i] += people * sumprod(weights, known[i])


def _inverse_diagonal(matrix: Matrix) -> list[float]:
    """Sums of squares of the columns of the inverse Cholesky factor of a symmetric matrix (its lower triangle)."""
    size = len(matrix)
    lower = [[0.0] * size for _ in range(size)]
    for i in range(size):
        for j in range(i + 1):
            rest = matrix[i][j] - fsum(lower[i][k] * lower[j][k] for k in range(j))
            if i == j:
                if rest <= _NOTHING * abs(matrix[i][i]):
                    raise NotSettled("The answers do not determine every difficulty.")
                lower[i][i] = math.sqrt(rest)
            else:
                lower[i][j] = rest / lower[j][j]
    inverse = [[0.0] * size for _ in range(size)]
    for j in range(size):
        inverse[j][j] = 1 / lower[j][j]
        for i in range(j + 1, size):
            inverse[i][j] = -fsum(lower[i][k] * inverse[k][j] for k in range(j, i)) / lower[i][i]
    return [fsum(inverse[i][j] ** 2 for i in range(j, size)) for j in range(size)]
