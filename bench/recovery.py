"""Measures how well calibrations and ability estimates recover the true values of simulated people who guess.

.venv/bin/python -m bench.recovery [--people 800] [--replications 20] [--form standard_20] [--dif 100]

Each replication draws people with normally distributed abilities (mean 0, SD 1), who answer a built-in form with its
assumed difficulties and guess an item with n options right with probability 1/n; calibrates their answers; and uses the
calibration to estimate the abilities of 1,000 others. *Without guessing* is the previous method: the Rasch model, and
the posterior mean plus or minus 1.645 posterior standard deviations.
"""

import argparse
import math
import random
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import fmean

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "scripts"))
import without_database  # noqa: F401 - sets up Django

from goodword.assessments.kinds.reasoning.content import BUILT_IN
from goodword.assessments.kinds.reasoning.items import options_of, start_value
from goodword.assessments.psychometrics.abilities import ability, normed, point
from goodword.assessments.psychometrics.rasch import (
    Answers,
    CalibrationResult,
    Cell,
    CellAnswer,
    calibrate,
)
from goodword.assessments.psychometrics.strata import differences, has_large

#: number of options that makes guessing negligible
NO_GUESSING = 10**9
OTHERS = 1000
GROUPS = ((-9, 9), (-9, -1), (-2, -1), (-1, 0), (0, 1), (1, 2), (2, 9))
type Form = Sequence[tuple[Cell, int]]
type Estimate = Callable[[CalibrationResult, Answers], tuple[float, float, float]]


@dataclass(kw_only=True)
class Recovery:
    rmse: list[float] = field(default_factory=list)
    bias: list[float] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    #: true ability, estimate, whether the interval contains it
    abilities: list[tuple[float, float, bool]] = field(default_factory=list)


def form_of(name: str) -> Form:
    return [
        ((entry.family, entry.level), options_of(entry.family, entry.level))
        for entry in BUILT_IN[name].entries
        for _ in range(entry.n)
    ]


def answers_of(chance: random.Random, form: Form, able: float, harder: float = 0.0) -> Answers:
    """Simulated answers. `harder`: extra difficulty of the first item in logits."""
    return [
        CellAnswer(
            cell,
            options,
            1
            if chance.random()
            < point((start_value(*cell) + (harder if place == 0 else 0), 1 / options), able).p
            else 0,
        )
        for place, (cell, options) in enumerate(form)
    ]


def without_guessing(answers: Answers) -> Answers:
    return [answer._replace(options=NO_GUESSING) for answer in answers]


def posterior_mean(calibration: CalibrationResult, answers: Answers) -> tuple[float, float, float]:
    grid = [calibration.sd * (-5 + 0.1 * place) for place in range(101)]
    logs = [-((t / calibration.sd) ** 2) / 2 for t in grid]
    for answer in answers:
        b = calibration.cells[answer.cell].b
        logs = [
            log + math.log(p if answer.right else 1 - p)
            for log, t in zip(logs, grid, strict=True)
            for p in [point((b, 0.0), t).p]
        ]
    masses = normed(logs)
    mean = math.sumprod(masses, grid)
    half = 1.645 * math.sqrt(math.sumprod(masses, [(t - mean) ** 2 for t in grid]))
    return mean, mean - half, mean + half


def weighted_likelihood(calibration: CalibrationResult, answers: Answers) -> tuple[float, float, float]:
    found = ability(calibration, answers)
    assert found is not None
    return found.theta, found.low, found.high


def recover(
    form: Form,
    chance: random.Random,
    people: int,
    ways: Sequence[tuple[Recovery, Callable[[Answers], Answers], Estimate]],
) -> None:
    sample = [answers_of(chance, form, chance.gauss(0, 1)) for _ in range(people)]
    others = [(able, answers_of(chance, form, able)) for able in (chance.gauss(0, 1) for _ in range(OTHERS))]
    for found, adapted, estimate in ways:
        began = time.perf_counter()
        calibration = calibrate([adapted(answers) for answers in sample])
        found.seconds.append(time.perf_counter() - began)
        errors = [one.b - start_value(*cell) for cell, one in calibration.cells.items()]
        found.rmse.append(math.sqrt(fmean(error**2 for error in errors)))
        found.bias.append(fmean(errors))
        for able, answers in others:
            theta, low, high = estimate(calibration, adapted(answers))
            found.abilities.append((able, theta, low <= able <= high))


def large_differences(form: Form, chance: random.Random, *, mean: float, harder: float) -> bool:
    reference = [answers_of(chance, form, chance.gauss(0, 1)) for _ in range(300)]
    focal = [answers_of(chance, form, chance.gauss(mean, 1), harder) for _ in range(200)]
    return has_large(differences(reference, focal))


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--people", type=int, default=800)
    parser.add_argument("--replications", type=int, default=20)
    parser.add_argument("--form", default="standard_20", choices=sorted(BUILT_IN))
    parser.add_argument("--dif", type=int, default=100)
    given = parser.parse_args()
    form, chance = form_of(given.form), random.Random(14)
    before, after = Recovery(), Recovery()
    for _ in range(given.replications):
        recover(
            form,
            chance,
            given.people,
            ((before, without_guessing, posterior_mean), (after, list, weighted_likelihood)),
        )
    print(f"{given.form}, n = {given.people}, {given.replications} replications, {OTHERS} other people each")
    for name, found in (("without guessing", before), ("with guessing", after)):
        print(
            f"{name}: difficulty RMSE {math.sqrt(fmean(one**2 for one in found.rmse)):.3f}, bias "
            f"{fmean(found.bias):+.3f}, {fmean(found.seconds):.1f} s a calibration"
        )
        for low, high in GROUPS:
            of = [one for one in found.abilities if low < one[0] <= high]
            print(
                f"  ability {low:3} to {high:2}: n {len(of):6}, bias {fmean(t - a for a, t, _ in of):+.2f}, "
                f"covered {100 * fmean(covers for _, _, covers in of):.1f} %"
            )
    for mean, harder in ((0.0, 0.0), (-0.5, 0.0), (-1.0, 0.0), (0.0, 1.0), (-0.5, 1.0)):
        found_large = sum(large_differences(form, chance, mean=mean, harder=harder) for _ in range(given.dif))
        print(
            f"class C among 300 and 200 people, {mean:+.1f} SD apart, one item {harder} harder: "
            f"{found_large} of {given.dif}"
        )


if __name__ == "__main__":
    main()
