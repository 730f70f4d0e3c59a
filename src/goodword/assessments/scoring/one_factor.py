"""The loadings of one common factor, from correlations: minres, solved one item at a time.

Looked for are the loadings l_i whose products come nearest to the correlations off the diagonal:

    minimise  sum over i < j of (r_ij - l_i * l_j)^2

Held the others fixed, the best l_i is a plain regression:

    l_i = sum over j != i of (r_ij * l_j) / sum over j != i of l_j^2

Going round all items again and again lowers the sum each time (Harman & Jones 1966, "Factor analysis by minimizing
residuals (minres)", Psychometrika 31; for one factor their step is this one). It starts from the correlations with the
item that has most in common with the others. Of three items the solution is Spearman's: l_1^2 = r_12 * r_13 / r_23.
"""

from collections.abc import Sequence

#: settled once no loading moves by more in a round
_STILL = 1e-10
_MOST_ROUNDS = 5000


def loadings(correlations: Sequence[Sequence[float]]) -> list[float] | None:
    """One loading an item, turned so that their sum is not negative; `correlations` is square and symmetric.

    None for fewer than three items, where the rounds do not settle, and where a loading reaches 1: an item without any
    error of its own (Heywood's case) is a sign that one factor does not fit or that people are too few.
    """
    if len(correlations) < 3:
        return None
    found = _start(correlations)
    for _ in range(_MOST_ROUNDS):
        before = list(found)
        for i, row in enumerate(correlations):
            weight = sum(other * other for j, other in enumerate(found) if j != i)
            if weight == 0:
                return None
            found[i] = sum(row[j] * other for j, other in enumerate(found) if j != i) / weight
        if max(abs(now - then) for now, then in zip(found, before, strict=True)) < _STILL:
            break
    else:
        return None
    if max(map(abs, found)) >= 1:
        return None
    return found if sum(found) >= 0 else [-loading for loading in found]


def _start(correlations: Sequence[Sequence[float]]) -> list[float]:
    """The correlations with the item that has most in common with the others; for itself, the strongest of them."""

    def off_diagonal(i: int) -> list[float]:
        return [r for j, r in enumerate(correlations[i]) if j != i]

    pivot = max(range(len(correlations)), key=lambda i: sum(r * r for r in off_diagonal(i)))
    strongest = max(map(abs, off_diagonal(pivot)))
    return [strongest if j == pivot else r for j, r in enumerate(correlations[pivot])]
