"""Calibrations by language and device class.

A stratum is the first attempts in one language on one device class. Every stratum of at least 200 people is compared
with the largest one. Strata without a large difference (class C) in any family and level are pooled with it;
each of the others is calibrated separately. Smaller strata are not calibrated: 200 people are also the minimum for
detecting class C with some power (Zwick 2012, "A review of ETS differential item functioning assessment procedures",
ETS RR-12-08). See docs/decisions/0040-pooling-of-calibrations.md.

The comparison measures whether tasks of a family and level are harder for one group than for another of the same
ability. People are matched by form (the number of items per cell) and by number solved. For each cell, every class of
matched people has a table of right and wrong answers: A and B in the reference group, C and D in the focal group, N in
total (Mantel & Haenszel 1959, Journal of the National Cancer Institute 22; for items Holland & Thayer 1988, in Wainer &
Braun, "Test Validity"):

    odds ratio = sum of A D / N  /  sum of B C / N
    delta      = -2.35 ln(odds ratio)                     on the ETS delta scale; below 0: harder for the focal group

Its standard error is that of Robins, Breslow & Greenland (1986, Biometrics 42). The ETS classes (Zieky 1993, in
Holland & Wainer, "Differential Item Functioning"; Dorans & Holland 1993, in the same book):

    A  negligible    |delta| below 1, or not significantly different from 0 at the 5% level
    C  large         |delta| of 1.5 or more, and significantly above 1 at the 5% level (one-sided)
    B  moderate      all others

Without guessing, matching is exact (all items discriminate equally). With guessing, groups of different ability show
small spurious differences; `bench/recovery.py` reports how often.
"""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

from goodword.assessments.psychometrics import SCORING, rasch
from goodword.assessments.psychometrics.rasch import (
    LEAST_PERSONS,
    Answers,
    CalibrationResult,
    Cell,
    NotEnough,
)
from goodword.assessments.psychometrics.rasch_fit import NotSettled

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
    """Return effects by cell. Omits cells with too few answers in a group, or where an effect is undefined."""
    tables: dict[Cell, dict[object, list[int]]] = {}
    given: Counter[tuple[Cell, int]] = Counter()
    for group, people in enumerate((reference, focal)):
        for person in people:
            form = frozenset(Counter((answer.cell, answer.options) for answer in person).items())
            matched = (form, sum(answer.right for answer in person))
            for answer in person:
                table = tables.setdefault(answer.cell, {}).setdefault(matched, [0, 0, 0, 0])
                table[2 * group + 1 - answer.right] += 1
                given[answer.cell, group] += 1
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


class Stratum(NamedTuple):
    language: str
    device: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Pool:
    """A calibration, and the number of people in each of its strata, largest first."""

    strata: Mapping[Stratum, int]
    calibration: CalibrationResult


@dataclass(frozen=True, slots=True, kw_only=True)
class StrataComparison:
    reference: Stratum
    focal: Stratum
    effects: Mapping[Cell, Effect]

    @property
    def alike(self) -> bool:
        """Whether there is no large difference. False if nothing could be compared."""
        return bool(self.effects) and not has_large(self.effects)


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibrations:
    """`left_out`: the number of people in each stratum without a calibration."""

    pools: tuple[Pool, ...]
    comparisons: tuple[StrataComparison, ...]
    left_out: Mapping[Stratum, int]

    @property
    def n(self) -> int:
        return sum(pool.calibration.n for pool in self.pools)

    def of(self, stratum: Stratum) -> CalibrationResult | None:
        return next((pool.calibration for pool in self.pools if stratum in pool.strata), None)

    def of_all(self, strata: Sequence[Stratum]) -> CalibrationResult | None:
        return next((pool.calibration for pool in self.pools if set(strata) <= set(pool.strata)), None)


def calibrate(people: Mapping[Stratum, Sequence[Answers]]) -> Calibrations:
    """Apply the rule above. Raises `NotEnough` or `NotSettled` if the first pool can't be calibrated."""
    answered = {stratum: [answers for answers in of if answers] for stratum, of in people.items()}
    sizes = {stratum: len(of) for stratum, of in answered.items()}
    order = sorted(sizes, key=lambda stratum: (-sizes[stratum], stratum))
    if not order:
        rasch.calibrate([])
    first, *others = [stratum for stratum in order if sizes[stratum] >= LEAST_PERSONS] or order[:1]
    comparisons = tuple(
        StrataComparison(reference=first, focal=other, effects=differences(answered[first], answered[other]))
        for other in others
    )
    alike = [comparison.focal for comparison in comparisons if comparison.alike]
    groups = [[first, *alike], *([other] for other in others if other not in alike)]
    pools = []
    for place, group in enumerate(groups):
        try:
            found = rasch.calibrate([person for stratum in group for person in answered[stratum]])
        except (NotEnough, NotSettled):
            if place == 0:
                raise
        else:
            pools.append(Pool(strata={stratum: sizes[stratum] for stratum in group}, calibration=found))
    pooled = {stratum for pool in pools for stratum in pool.strata}
    return Calibrations(
        pools=tuple(pools),
        comparisons=comparisons,
        left_out={stratum: sizes[stratum] for stratum in order if stratum not in pooled},
    )


def to_json(found: Calibrations) -> dict[str, Any]:
    return {
        "rule": SCORING["rasch"],
        "pools": [
            {"strata": _strata_to_json(pool.strata), **rasch.to_json(pool.calibration)}
            for pool in found.pools
        ],
        "comparisons": [
            {
                "reference": comparison.reference._asdict(),
                "focal": comparison.focal._asdict(),
                "cells": [
                    {
                        "family": family,
                        "level": level,
                        "delta": effect.delta,
                        "se": effect.se,
                        "size": effect.size,
                    }
                    for (family, level), effect in comparison.effects.items()
                ],
            }
            for comparison in found.comparisons
        ],
        "left_out": _strata_to_json(found.left_out),
    }


def from_json(data: Mapping[str, Any]) -> Calibrations:
    """Parse calibrations. Raises `ValueError` for those made by another rule, and `KeyError` or `TypeError` for invalid
    data."""
    if data["rule"] != SCORING["rasch"]:
        raise ValueError(f"This calibration was made by rule {data['rule']!r}.")
    return Calibrations(
        pools=tuple(
            Pool(strata=_strata(pool["strata"]), calibration=rasch.from_json(pool)) for pool in data["pools"]
        ),
        comparisons=tuple(
            StrataComparison(
                reference=Stratum(**comparison["reference"]),
                focal=Stratum(**comparison["focal"]),
                effects={
                    (cell["family"], cell["level"]): Effect(cell["delta"], cell["se"])
                    for cell in comparison["cells"]
                },
            )
            for comparison in data["comparisons"]
        ),
        left_out=_strata(data["left_out"]),
    )


def from_json_if_current(data: Mapping[str, Any]) -> Calibrations | None:
    """Like `from_json`, but returns None for calibrations made by another rule."""
    try:
        return from_json(data)
    except ValueError:
        return None


def _strata_to_json(strata: Mapping[Stratum, int]) -> list[dict[str, Any]]:
    return [{**stratum._asdict(), "n": n} for stratum, n in strata.items()]


def _strata(rows: Sequence[Mapping[str, Any]]) -> dict[Stratum, int]:
    return {Stratum(row["language"], row["device"]): row["n"] for row in rows}
