"""Fits the Rasch model of cells to many people's answers, by marginal maximum likelihood with EM.

People's abilities t are not parameters but a normal distribution with mean 0 and standard deviation s, over which the
likelihood is integrated on a fixed grid of standard scores z with t = s * z (Bock & Aitkin 1981, "Marginal maximum
likelihood estimation of item parameters: application of an EM algorithm", Psychometrika 46; for the Rasch model Thissen
1982, Psychometrika 47). For a person with r right answers in all and n_c answers in cell c:

    P_c(z)       = 1 / (1 + exp(b_c - s z))
    posterior(z) ~ weight(z) * exp(r s z - sum over c of n_c * ln(1 + exp(s z - b_c)))

In this model r and the n_c are sufficient for t, so people with the same r and n_c are one group. A round is: the
posterior of each group; one Newton step for each b_c towards the observed number of right answers in the cell (one
step a round converges to the same estimate: Lange 1995, Journal of the Royal Statistical Society B 57); and s^2 becomes
the mean of t^2 over all posteriors.

Standard errors come from the observed information of the marginal likelihood, by Louis's rule (1982, "Finding the
observed information matrix when using the EM algorithm", Journal of the Royal Statistical Society B 44). Summed over
people:

    E[information, were the ability known]  -  Cov[score, were the ability known]

both over the posterior of the ability. With the difficulties b_c and the logarithm of the spread s as parameters, the
score in b_c varies as n_c * P_c(z) and that in ln s as z^2; the information is n_c * P_c * (1 - P_c) and 2 z^2, with
nothing off the diagonal. The inverse of the sum is the covariance of the estimates.
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


#: a pivot this small beside its diagonal: some difficulty, or the spread, is not determined by the answers
_NOTHING = 1e-9

type Matrix = list[list[float]]


def standard_errors(groups: Groups, fitted: Fit) -> tuple[float, ...]:
    """One for each difficulty, in logits. Raises `NotSettled` where the answers do not determine them all."""
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
    """1 - mean posterior variance / variance of abilities: how well the answers tell these people apart, 0 to 1."""
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
    """Adds what a group of people tells, to the lower triangle."""
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
    """The diagonal of the inverse of a symmetric matrix (its lower triangle), by Cholesky's factors L:
    the sum of squares of each column of the inverse of L."""
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
