"""How sure fitted difficulties are: standard errors from the observed information of the marginal likelihood.

By Louis's rule (1982, "Finding the observed information matrix when using the EM algorithm", Journal of the Royal
Statistical Society B 44) it is, summed over people,

    E[information, were the ability known]  -  Cov[score, were the ability known]

both over the posterior of the ability. With the difficulties b_c and the logarithm of the spread s as parameters, the
score in b_c varies as n_c * P_c(z) and that in ln s as z^2; the information is n_c * P_c * (1 - P_c) and 2 z^2, with
nothing off the diagonal. The inverse of the sum is the covariance of the estimates.
"""

import math
from collections.abc import Sequence
from math import fsum, sumprod

from goodword.assessments.scoring.marginal import NODES, Fit, Groups, NotSettled, chances, posterior

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
