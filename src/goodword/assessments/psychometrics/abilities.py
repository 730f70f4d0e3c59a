"""What answers tell of one person, by the model of `rasch.py`.

**Ability.** The weighted likelihood estimate of Warm (1989, "Weighted likelihood estimation of ability in item response
theory", Psychometrika 54): the t at which, with P' and P'' the derivatives by t and sums over the items,

    sum (right - P) P' / (P (1 - P))  +  J / (2 I)  =  0
    I = sum P'^2 / (P (1 - P))          J = sum P' P'' / (P (1 - P))

or the one of several with the highest weighted likelihood. It uses no distribution of abilities. The posterior mean
(EAP) has the smaller error on average, but it is drawn towards the mean of the sample: with 20 items people at -1.5
standard deviations are overrated by 0.4 and only 85 % of their 90 % intervals cover, and the able are underrated
(`bench/recovery.py`). The weighted estimate is right on average at all abilities for which there are items. Answers
that are all right or all wrong have one too.

**Interval.** From the 5 % to the 95 % point of the posterior distribution with the prior of Jeffreys, sqrt(I). Such
intervals cover with their nominal probability at every ability, to the second order (Welch & Peers 1963, "On formulae
for confidence points based on integrals of weighted likelihoods", Journal of the Royal Statistical Society B 25). They
are longer on the side where the items say less, and always finite. The prior is close to Warm's weight (Magis & Raiche
2012, "On the relationships between Jeffreys modal and weighted likelihood estimation of ability under logistic IRT
models", Psychometrika 77). `se` is 1 / sqrt(I), the standard error.

The difficulties are taken as known: from 800 people their own errors widen the interval by about a hundredth.
"""

import math
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate, pairwise

from goodword.assessments.psychometrics.rasch import Answers, Calibration, Cell, guess

#: the share of a distribution outside of the 90 % interval, on each side
TAIL = 0.05
#: logits between abilities, and from the easiest and hardest item to the ends
STEP = 0.1
_BELOW, _ABOVE = 8.0, 12.0
_HALVINGS = 40
#: difficulty, and chance to guess right
type ItemCurve = tuple[float, float]


class UnknownCell(LookupError):
    def __init__(self, cell: Cell) -> None:
        super().__init__(f"The family “{cell[0]}”, level {cell[1]}, is not calibrated.")
        self.cell = cell


@dataclass(frozen=True, slots=True)
class Ability:
    """In logits: the estimate, its standard error, and the 90 % interval."""

    theta: float
    se: float
    low: float
    high: float


def ability(calibration: Calibration, answers: Answers) -> Ability | None:
    """None without answers. Raises `UnknownCell` and `ValueError`."""
    marked: dict[ItemCurve, list[int]] = {}
    for cell, options, answer in answers:
        if cell not in calibration.cells:
            raise UnknownCell(cell)
        if answer not in (0, 1):
            raise ValueError(f"An answer is 0 or 1, not {answer!r}.")
        marked.setdefault((calibration.cells[cell].b, guess(options)), [0, 0])[1 - answer] += 1
    if not marked:
        return None
    items = [(curve, right, wrong) for curve, (right, wrong) in sorted(marked.items())]
    form = _form(tuple((curve, right + wrong) for curve, right, wrong in items))
    pattern = [float(n) for _, right, wrong in items for n in (right, wrong)]
    logs = [math.sumprod(pattern, at_node) for at_node in form.logs]
    weighted = [one + weight for one, weight in zip(logs, form.weights, strict=True)]
    top = max(range(len(weighted)), key=weighted.__getitem__)
    grid = form.grid
    theta = _root(items, grid[max(0, top - 1)], grid[min(len(grid) - 1, top + 1)])
    posterior = normed([one + prior for one, prior in zip(logs, form.priors, strict=True)])
    return Ability(
        theta,
        1 / math.sqrt(_at(items, theta).information),
        quantile(grid, posterior, TAIL),
        quantile(grid, posterior, 1 - TAIL),
    )


@dataclass(frozen=True, slots=True)
class Point:
    """A curve at one ability: the chance to solve, and its first and second derivative."""

    p: float
    slope: float
    bend: float


def point(curve: ItemCurve, t: float) -> Point:
    b, c = curve
    known = 1 / (1 + math.exp(b - t))
    turn = known * (1 - known)
    return Point(c + (1 - c) * known, (1 - c) * turn, (1 - c) * turn * (1 - 2 * known))


def grid_of(curves: Iterable[ItemCurve]) -> list[float]:
    difficulties = [b for b, _ in curves]
    low, high = min(difficulties) - _BELOW, max(difficulties) + _ABOVE
    return [low + STEP * place for place in range(round((high - low) / STEP) + 1)]


def normed(logs: Sequence[float]) -> list[float]:
    top = max(logs)
    parts = [math.exp(value - top) for value in logs]
    whole = math.fsum(parts)
    return [part / whole for part in parts]


def quantile(grid: Sequence[float], masses: Sequence[float], share: float) -> float:
    """Of a distribution with these masses at equally spaced points, each spread over its own cell."""
    upto = [*accumulate(masses)]
    place = min(bisect_left(upto, share), len(grid) - 1)
    before = upto[place - 1] if place else 0.0
    step = grid[1] - grid[0]
    return grid[place] + step * ((share - before) / (upto[place] - before) - 0.5)


type _Marked = Sequence[tuple[ItemCurve, int, int]]


@dataclass(frozen=True, slots=True)
class _At:
    """`slope`: of the log-likelihood. `weight`: J / (2 I)."""

    slope: float
    information: float
    weight: float


def _at(items: _Marked, t: float) -> _At:
    slope = information = third = 0.0
    for curve, right, wrong in items:
        one = point(curve, t)
        by = one.slope / (one.p * (1 - one.p))
        slope += (right - (right + wrong) * one.p) * by
        information += (right + wrong) * one.slope * by
        third += (right + wrong) * one.bend * by
    return _At(slope, information, third / (2 * information))


def _root(items: _Marked, low: float, high: float) -> float:
    """Where the weighted likelihood rises no more, by bisection."""
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        found = _at(items, middle)
        if found.slope + found.weight > 0:
            low = middle
        else:
            high = middle
    return (low + high) / 2


@dataclass(frozen=True, slots=True)
class _Form:
    """What does not depend on the answers, at each ability of the grid.

    `logs`: the logarithms of the chances to solve each item and not to, in turn. `weights`: the integral of J / (2 I),
    by the trapezoidal rule. `priors`: the logarithm of the prior of Jeffreys.
    """

    grid: list[float]
    logs: list[list[float]]
    weights: list[float]
    priors: list[float]


@lru_cache(maxsize=64)
def _form(items: tuple[tuple[ItemCurve, int], ...]) -> _Form:
    grid = grid_of(curve for curve, _ in items)
    found = [_at([(curve, n, 0) for curve, n in items], t) for t in grid]
    steps = (STEP * (one.weight + other.weight) / 2 for one, other in pairwise(found))
    return _Form(
        grid,
        [
            [log for curve, _ in items for p in [point(curve, t).p] for log in (math.log(p), math.log(1 - p))]
            for t in grid
        ],
        [*accumulate(steps, initial=0.0)],
        [math.log(one.information) / 2 for one in found],
    )
