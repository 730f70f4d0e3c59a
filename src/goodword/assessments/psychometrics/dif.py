"""Measures whether tasks of a family and level are harder for one group than for another of the same ability.

People are matched by form (the number of items per cell) and by number solved. For each cell, every class of matched
people has a table of right and wrong answers: A and B in the reference group, C and D in the focal group, N in total
(Mantel & Haenszel 1959, Journal of the National Cancer Institute 22; for items Holland & Thayer 1988, in Wainer &
Braun, "Test Validity"):

    odds ratio = sum of A D / N  /  sum of B C / N
    delta      = -2.35 ln(odds ratio)                     on the ETS delta scale; below 0: harder for the focal group

Its standard error is that of Robins, Breslow & Greenland (1986, Biometrics 42). The ETS classes (Zieky 1993, in
Holland & Wainer, "Differential Item Functioning"; Dorans & Holland 1993, in the same book):

    A  negligible    |delta| below 1, or not significantly different from 0 at the 5 % level
    C  large         |delta| of 1.5 or more, and significantly above 1 at the 5 % level (one-sided)
    B  moderate      all others

Without guessing, matching is exact (all items discriminate equally). With guessing, groups of different ability show
small spurious differences; `bench/recovery.py` reports how often.
"""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from goodword.assessments.psychometrics.rasch import Answers, Cell

type EffectSize = Literal["A", "B", "C"]
#: minimum in each group for a cell to be compared
LEAST_ANSWERS = 30
_DELTA = -2.35
_TWO_SIDED, _ONE_SIDED = 1.96, 1.645
_SMALL, _LARGE = 1.0, 1.5


@dataclass(frozen=True, slots=True)
class Effect:
    """A difference on the delta scale. Below 0, the cell is harder for the focal group."""

    delta: float
    se: float

    @property
    def size(self) -> EffectSize:
        delta = abs(self.delta)
        if delta < _SMALL or delta < _TWO_SIDED * self.se:
            return "A"
        return "C" if delta >= _LARGE and delta > _SMALL + _ONE_SIDED * self.se else "B"


def differences(reference: Sequence[Answers], focal: Sequence[Answers]) -> dict[Cell, Effect]:
    """Returns effects by cell. Omits cells with too few answers in a group, or where an effect is undefined."""
    tables: dict[Cell, dict[object, list[int]]] = {}
    given: Counter[tuple[Cell, int]] = Counter()
    for group, people in enumerate((reference, focal)):
        for person in people:
            form = frozenset(Counter((one.cell, one.options) for one in person).items())
            matched = (form, sum(one.right for one in person))
            for one in person:
                table = tables.setdefault(one.cell, {}).setdefault(matched, [0, 0, 0, 0])
                table[2 * group + 1 - one.right] += 1
                given[one.cell, group] += 1
    return {
        cell: effect
        for cell in sorted(tables)
        if min(given[cell, 0], given[cell, 1]) >= LEAST_ANSWERS
        and (effect := _effect([*tables[cell].values()])) is not None
    }


def _effect(tables: Sequence[Sequence[int]]) -> Effect | None:
    agree: list[tuple[float, float]] = []
    differ: list[tuple[float, float]] = []
    for a, b, c, d in tables:
        n = a + b + c + d
        agree.append(((a + d) / n, a * d / n))
        differ.append(((b + c) / n, b * c / n))
    right, wrong = math.fsum(r for _, r in agree), math.fsum(s for _, s in differ)
    if not right or not wrong:
        return None
    pr = math.fsum(p * r for p, r in agree)
    qs = math.fsum(q * s for q, s in differ)
    mixed = math.fsum(p * s + q * r for (p, r), (q, s) in zip(agree, differ, strict=True))
    variance = pr / (2 * right**2) + mixed / (2 * right * wrong) + qs / (2 * wrong**2)
    return Effect(_DELTA * math.log(right / wrong), -_DELTA * math.sqrt(variance))


def has_large(effects: Mapping[Cell, Effect]) -> bool:
    return any(effect.size == "C" for effect in effects.values())
