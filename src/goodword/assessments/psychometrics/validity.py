"""Correlation of a test's scores with a criterion, such as managers' ratings, among those who were hired.

With r the product-moment correlation (Pearson 1896) of n pairs, its 95% interval is tanh(atanh r ± 1.96 / sqrt(n - 3))
(Fisher 1921, Metron 1, 3-32). It assumes that both are roughly normal. People of several roles are compared with the
mean of their own role; otherwise roles that differ in both means would look like validity. With k roles, r is the
partial correlation given the role, and n - 3 becomes n - k - 2 (Fisher 1924, Metron 3, 329-332).

If people were hired for their scores, the scores of those hired differ less than those of all applicants, and r is too
small. With u = SD of all applicants / SD of those hired, the correlation among all applicants would be

    r u / sqrt(1 + r^2 (u^2 - 1))

(direct range restriction: Pearson 1903; Thorndike 1949, *Personnel selection*, case 2). It assumes that the score
itself decided, that the regression is linear and that it errs equally everywhere. Both ends of the interval are
corrected by the same formula (Hunter & Schmidt 2004, *Methods of Meta-Analysis*, ch. 3), which takes u as known.
Nothing is corrected for the unreliability of the criterion or of the test.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import atanh, fsum, inf, sqrt, tanh
from statistics import fmean
from typing import Final

#: minimum pairs: at n = 50 the interval of r = .30 is .02 to .53
LEAST: Final = 50
#: 95% of the standard normal distribution lies between plus and minus this
_Z: Final = 1.959964
#: standard deviations below this are rounding errors
_TINY: Final = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A correlation with its 95% interval."""

    r: float
    low: float
    high: float

    @property
    def low_places(self) -> int:
        return _places(self.low)

    @property
    def high_places(self) -> int:
        return _places(self.high)


@dataclass(frozen=True, slots=True, kw_only=True)
class Validity:
    """`corrected`: the correlation corrected for range restriction; None if all applicants were hired and rated.
    `ratio`: the applicants' SD divided by that of those hired."""

    n: int
    observed: Estimate
    applicants: int
    ratio: float
    corrected: Estimate | None


def validity(
    pairs: Sequence[tuple[float, float]], applicants: Sequence[float], *, roles: int = 1
) -> Validity | None:
    """`pairs`: score and criterion of each new hire. `applicants`: scores of all applicants, including those hired.
    `roles`: if more than one, all values are deviations from the mean of a role.

    None if all scores or all criteria are equal. Raises ValueError with fewer than LEAST pairs.
    """
    if len(pairs) < LEAST:
        raise ValueError(f"{len(pairs)} pairs, not {LEAST}")
    scores, criteria = [score for score, _ in pairs], [criterion for _, criterion in pairs]
    hired = _within(scores, roles)
    if hired < _TINY or _within(criteria, roles) < _TINY:
        return None
    observed = _with_interval(_correlation(scores, criteria), len(pairs) - roles - 2)
    restricted = len(applicants) > len(pairs)
    ratio = _within(applicants, roles) / hired if restricted else 1.0
    return Validity(
        n=len(pairs),
        observed=observed,
        applicants=len(applicants),
        ratio=ratio,
        corrected=_corrected(observed, ratio) if restricted else None,
    )


def _places(end: float) -> int:
    """Two decimals, or as many as it takes to show that the end isn't 0."""
    places = 2
    while end and not round(end, places):
        places += 1
    return places


def unrestricted(r: float, ratio: float) -> float:
    return r * ratio / sqrt(1 + r * r * (ratio * ratio - 1))


def _corrected(observed: Estimate, ratio: float) -> Estimate:
    return Estimate(
        r=unrestricted(observed.r, ratio),
        low=unrestricted(observed.low, ratio),
        high=unrestricted(observed.high, ratio),
    )


def _correlation(left: Sequence[float], right: Sequence[float]) -> float:
    mean, other = fmean(left), fmean(right)
    products = fsum((one - mean) * (two - other) for one, two in zip(left, right, strict=True))
    size = fsum((one - mean) ** 2 for one in left) * fsum((two - other) ** 2 for two in right)
    return max(-1.0, min(1.0, products / sqrt(size)))


def _within(values: Sequence[float], roles: int) -> float:
    mean = fmean(values)
    return sqrt(fsum((value - mean) ** 2 for value in values) / (len(values) - roles))


def _with_interval(r: float, degrees: int) -> Estimate:
    centre = atanh(r) if abs(r) < 1 else inf * r
    width = _Z / sqrt(degrees)
    return Estimate(r=r, low=tanh(centre - width), high=tanh(centre + width))
