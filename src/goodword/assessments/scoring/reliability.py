"""How far the items of a scale agree: Cronbach's alpha and McDonald's omega, from complete rows of answers.

    alpha = k / (k - 1) * (1 - sum of var(item) / var(sum of items))
    omega = (sum of a_i)^2 / ((sum of a_i)^2 + sum of u_i),   a_i = sd_i * l_i,   u_i = sd_i^2 * (1 - l_i^2)

for k items; l_i are the loadings of the one common factor (`one_factor.py`), put back from correlations to the answer
scale by the items' standard deviations, because that is the scale on which the score is the plain mean of its items.
Alpha: Cronbach 1951, "Coefficient alpha and the internal structure of tests", Psychometrika 16. Omega (total, of one
factor): McDonald 1999, "Test Theory: A Unified Treatment", ch. 6.

Alpha is a lower bound and equals the reliability only if all items measure the same equally strongly; omega lets them
differ, but takes it that there is one factor only. For 0/1 items alpha is Kuder and Richardson's formula 20.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import fsum, sqrt, sumprod
from statistics import variance

from goodword.assessments.scoring.one_factor import loadings

#: below, both are too uncertain to tell scales apart: at n = 50 the 95 % interval of an alpha of 0.80 of ten items is
#: about 0.71 to 0.87 (Feldt 1965, "The approximate sampling distribution of Kuder-Richardson reliability coefficient
#: twenty", Psychometrika 30)
FEW = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Reliability:
    """Alpha and omega, None where there is none, from the answers of `n` people."""

    alpha: float | None
    omega: float | None
    n: int

    @property
    def few(self) -> bool:
        """Whether this is from too few people to rely on."""
        return self.n < FEW

    @property
    def value(self) -> float | None:
        """The one for a band: omega, since it lets items differ; alpha where there is no omega."""
        return self.alpha if self.omega is None else self.omega


def reliability_of(rows: Sequence[Sequence[float]]) -> Reliability:
    """Both for one scale: `rows` has one row a person, one column an item, turned by their keys, none left out.

    Raises `ValueError` where rows differ in length.
    """
    return Reliability(alpha=alpha(rows), omega=omega(rows), n=len(rows))


def alpha(rows: Sequence[Sequence[float]]) -> float | None:
    """Cronbach's alpha; below 0 where items run against each other.

    None for fewer than two items or people, and where all sums are the same. Raises `ValueError` where rows differ in
    length.
    """
    items = _items(rows)
    if len(items) < 2 or len(rows) < 2:
        return None
    of_sums = variance([fsum(row) for row in rows])
    if of_sums == 0:
        return None
    return len(items) / (len(items) - 1) * (1 - fsum(variance(item) for item in items) / of_sums)


def omega(rows: Sequence[Sequence[float]]) -> float | None:
    """McDonald's omega, 0 to 1.

    None for fewer than three items (one factor has then no single solution) or two people, for an item that everybody
    answered alike, and where the solution does not settle or is improper. Raises `ValueError` where rows differ in
    length.
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
    """The columns, of rows in an order of their own, so that the order of people does not move a last digit."""
    if len({len(row) for row in rows}) > 1:
        raise ValueError("Every person's row needs an answer to every item.")
    return [list(column) for column in zip(*sorted(map(tuple, rows)), strict=True)]


def _correlations(items: list[list[float]]) -> list[list[float]]:
    """Pearson's, of each item with each, from columns that vary."""
    centred = []
    for item in items:
        middle = fsum(item) / len(item)
        apart = [value - middle for value in item]
        length = sqrt(sumprod(apart, apart))
        centred.append([value / length for value in apart])
    return [[sumprod(one, other) for other in centred] for one in centred]
