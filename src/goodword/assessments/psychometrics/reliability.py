"""Reliability of a score: alpha and omega from complete rows of answers, or split halves if items differ by person.

    alpha = k / (k - 1) * (1 - sum of var(item) / var(sum of items))
    omega = (sum of a_i)^2 / ((sum of a_i)^2 + sum of u_i),   a_i = sd_i * l_i,   u_i = sd_i^2 * (1 - l_i^2)

for k items; l_i are the loadings on the common factor (`loadings`), rescaled from correlations to the answer scale by
the items' standard deviations, because the score is the plain mean of the items on that scale. Alpha: Cronbach 1951,
"Coefficient alpha and the internal structure of tests", Psychometrika 16. Omega (total, of one factor): McDonald 1999,
"Test Theory: A Unified Treatment", ch. 6. Alpha is a lower bound and equals the reliability only for tau-equivalent
items; omega assumes a single factor. For 0/1 items alpha is Kuder and Richardson's formula 20.

If each person has different items, each form is split in two instead:

    r           = correlation over people of the number solved in each half
    reliability = 2 r / (1 + r)

Items are ordered by cell, and within a cell as given; odd places make one half, even places the other, so both have
similar content. Spearman 1910 and Brown 1910, British Journal of Psychology 3, 271-295 and 296-322. For an odd
number of items the figure is slightly too low. Other splits give other figures; below 50 people they mean little.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import fsum, sqrt, sumprod
from statistics import variance

from goodword.assessments.psychometrics.rasch import Cell

#: minimum people, since both are too uncertain with fewer: at n = 50 the 90% interval of an alpha of 0.80 of ten items
#: is about 0.72 to 0.86 (Feldt 1965, "The approximate sampling distribution of Kuder-Richardson reliability coefficient
#: twenty", Psychometrika 30)
FEW = 50


#: assumed correlation of two answers on a scale: .15 to .5 are usual for broad traits (Clark & Watson 1995,
#: "Constructing validity", Psychological Assessment 7)
_ASSUMED_CORRELATION = 0.3
#: assumed standard deviation of answers, as a share of the width of the answer scale
_ASSUMED_SD = 0.25


def assumed_error(answers: int, *, width: float) -> float:
    """Standard error of the mean of this many answers on one scale, assumed until a norm group measures it."""
    return _ASSUMED_SD * width * sqrt((1 - _ASSUMED_CORRELATION) / answers)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reliability:
    """Alpha and omega (None if undefined) from the answers of `n` people."""

    alpha: float | None
    omega: float | None
    n: int

    @property
    def few(self) -> bool:
        return self.n < FEW

    @property
    def value(self) -> float | None:
        """The coefficient for a band: omega, which lets items differ, or else alpha."""
        return self.alpha if self.omega is None else self.omega


def reliability_of(rows: Sequence[Sequence[float]]) -> Reliability:
    """`rows`: a row per person and a column per item, after keying, without gaps."""
    return Reliability(alpha=alpha(rows), omega=omega(rows), n=len(rows))


def alpha(rows: Sequence[Sequence[float]]) -> float | None:
    """Cronbach's alpha, which can be negative. None for fewer than two items or people, or equal sums."""
    items = _items(rows)
    if len(items) < 2 or len(rows) < 2:
        return None
    of_sums = variance([fsum(row) for row in rows])
    if of_sums == 0:
        return None
    return len(items) / (len(items) - 1) * (1 - fsum(variance(item) for item in items) / of_sums)


def omega(rows: Sequence[Sequence[float]]) -> float | None:
    """McDonald's omega, 0 to 1.

    None for fewer than three items (a single factor is not identified) or two people, an item without variance, or if
    the solution does not converge or is improper.
    """
    items = _items(rows)
    if len(items) < 3 or len(rows) < 2:
        return None
    variances = [variance(item) for item in items]
    if min(variances) == 0:
        return None
    found = loadings(_correlations(items))
    if found is None:
        return None
    common = fsum(sqrt(var) * loading for var, loading in zip(variances, found, strict=True)) ** 2
    own = fsum(var * (1 - loading**2) for var, loading in zip(variances, found, strict=True))
    return common / (common + own)


def _items(rows: Sequence[Sequence[float]]) -> list[list[float]]:
    """The columns of the sorted rows, so the order of people doesn't change the last digit."""
    if len({len(row) for row in rows}) > 1:
        raise ValueError("Every person's row needs an answer to every item.")
    return [list(column) for column in zip(*sorted(map(tuple, rows)), strict=True)]


def _correlations(items: list[list[float]]) -> list[list[float]]:
    centred = []
    for item in items:
        middle = fsum(item) / len(item)
        apart = [value - middle for value in item]
        length = sqrt(sumprod(apart, apart))
        centred.append([value / length for value in apart])
    return [[sumprod(one, other) for other in centred] for one in centred]


#: converged once no loading changes by more in a round
_STILL = 1e-10
_MOST_ROUNDS = 5000


def loadings(correlations: Sequence[Sequence[float]]) -> list[float] | None:
    """One loading per item, signed so that their sum is not negative; `correlations` is square and symmetric.

    Minimal residuals, one item at a time: with the other loadings fixed, the best l_i is a simple regression,

        l_i = sum over j != i of (r_ij * l_j) / sum over j != i of l_j^2

    and each round lowers the sum of (r_ij - l_i * l_j)^2 (Harman & Jones 1966, "Factor analysis by minimizing
    residuals (minres)", Psychometrika 31). For three items the solution is Spearman's: l_1^2 = r_12 * r_13 / r_23.

    None for fewer than three items, if the rounds don't converge, or if a loading reaches 1: an item without error
    (Heywood case) means that one factor doesn't fit or that there are too few people.
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

    def off_diagonal(i: int) -> list[float]:
        return [r for j, r in enumerate(correlations[i]) if j != i]

    pivot = max(range(len(correlations)), key=lambda i: sum(r * r for r in off_diagonal(i)))
    strongest = max(map(abs, off_diagonal(pivot)))
    return [strongest if j == pivot else r for j, r in enumerate(correlations[pivot])]


#: distance from a correlation of -1 that may be due to rounding
_OPPOSITE = 1e-9


def halves(items: Sequence[tuple[Cell, bool]]) -> tuple[int, int]:
    """The number solved in each half of a person's form; `items` are (cell, right) in the order given."""
    order = sorted(range(len(items)), key=lambda place: (items[place][0], place))
    solved = [items[place][1] for place in order]
    return sum(solved[::2]), sum(solved[1::2])


def split_half(people: Sequence[tuple[float, float]]) -> float | None:
    """Reliability from each person's halves: at most 1, possibly negative; None for fewer than three people or without
    variance."""
    if len(people) < 3:
        return None
    # sorted, so the order of people doesn't change the last digit
    one, other = (_apart(side) for side in zip(*sorted(people), strict=True))
    together, lengths = sumprod(one, other), sqrt(sumprod(one, one) * sumprod(other, other))
    if lengths + together <= _OPPOSITE * lengths:
        return None
    return min(1.0, 2 * together / (lengths + together))  # the formula above with r = together / lengths


def _apart(values: Sequence[float]) -> list[float]:
    middle = fsum(values) / len(values)
    return [value - middle for value in values]
