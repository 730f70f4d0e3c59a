"""The Rasch model of cells fitted to many people's answers: marginal maximum likelihood by EM.

People's abilities t are not parameters but a normal distribution with mean 0 and standard deviation s, over which the
likelihood is integrated on a fixed grid of standard scores z with t = s * z (Bock & Aitkin 1981, "Marginal maximum
likelihood estimation of item parameters: application of an EM algorithm", Psychometrika 46; for the Rasch model Thissen
1982, Psychometrika 47). For a person with r right answers in all and n_c answers in cell c:

    P_c(z)       = 1 / (1 + exp(b_c - s z))
    posterior(z) ~ weight(z) * exp(r s z - sum over c of n_c * ln(1 + exp(s z - b_c)))

since in this model r and the n_c say all about t that the answers do. So people with the same r and n_c are one group.
A round then is: the posterior of each group; one Newton step for each b_c towards as many right answers in the cell as
there were (one step a round leads to the same end: Lange 1995, Journal of the Royal Statistical Society B 57); and
s^2 becomes the mean of t^2 over all posteriors.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import fsum, sumprod

#: 41 equally spaced standard scores from -5 to 5
NODES = tuple(-5 + 0.25 * place for place in range(41))
_DENSITY = [math.exp(-z * z / 2) for z in NODES]
_LOG_WEIGHTS = tuple(math.log(density / fsum(_DENSITY)) for density in _DENSITY)
_SQUARES = tuple(z * z for z in NODES)

#: settled once nothing moves by more in a round, in logits
_STILL = 1e-6
_MOST_ROUNDS = 2000
_LONGEST_STEP = 1.0
#: beyond it the nodes lie two logits apart, and people solve all or nothing
_MOST_SD = 8.0

#: how many answers in each cell, and of the people with just these, how many had how many right
type Groups = Mapping[tuple[int, ...], Mapping[int, int]]


class NotSettled(ArithmeticError):
    """The answers do not determine the difficulties: nothing to calibrate by."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """Difficulties in the order of the cells, the spread of abilities (both in logits), and the rounds it took."""

    difficulties: tuple[float, ...]
    sd: float
    rounds: int


def chances(difficulty: float, sd: float) -> list[float]:
    """The chance of a right answer at each node."""
    return [math.exp(-_softplus(difficulty - sd * z)) for z in NODES]


def posterior(given: Sequence[int], right: int, difficulties: Sequence[float], sd: float) -> list[float]:
    """The probabilities of the nodes for somebody with `right` right answers among `given`, which sum to 1."""
    return _normed(_log_miss(given, _misses(difficulties, sd)), right, sd)


def fit(groups: Groups, right: Sequence[int]) -> Fit:
    """The estimates; `right` has the right answers of all people in each cell.

    Each cell needs right and wrong answers. Raises `NotSettled` where the rounds do not come to rest.
    """
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
    """How many of the people with the same numbers of answers are expected at each node."""
    mass = [0.0] * len(NODES)
    for right, people in counts.items():
        mass = [so_far + people * p for so_far, p in zip(mass, _normed(log_miss, right, sd), strict=True)]
    return mass


def _step(expected: Sequence[float], right: int, chance: Sequence[float]) -> float:
    """One Newton step of a difficulty: up where more right answers are expected than there were."""
    too_many = sumprod(expected, chance) - right
    slope = sumprod(expected, [p * (1 - p) for p in chance])
    return max(-_LONGEST_STEP, min(_LONGEST_STEP, too_many / slope))


def _misses(difficulties: Sequence[float], sd: float) -> list[list[float]]:
    """At each node, the logarithm of the chance to miss an item, for each cell."""
    return [[-_softplus(sd * z - b) for b in difficulties] for z in NODES]


def _log_miss(given: Sequence[int], misses: Sequence[Sequence[float]]) -> list[float]:
    """The logarithm of the chance of no right answer at all, at each node."""
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
    """ln(1 + exp(x)) without overflow."""
    return max(x, 0.0) + math.log1p(math.exp(-abs(x)))
