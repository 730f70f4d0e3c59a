"""Calibrates generated items by family and level, allowing for guessing.

    P(t) = c + (1 - c) / (1 + exp(b - t))          probability that a person of ability t solves an item of difficulty b
    c    = 1 / options                             probability of guessing right

A cell is a family at a level. Its items share one difficulty b, as in the model of Rasch (1960, "Probabilistic Models
for Some Intelligence and Attainment Tests") with difficulty explained by item features (Fischer 1973, "The linear
logistic test model as an instrument in educational research", Acta Psychologica 37). The lower asymptote is that of
Birnbaum's three-parameter model (1968, in Lord & Novick, "Statistical Theories of Mental Test Scores", ch. 17). It is
fixed, because estimates are poor below several thousand people (Thissen & Wainer 1982, "Some standard errors in item
response theory", Psychometrika 47); without it, hard items would seem too easy and low abilities too high. There is
thus one parameter per cell. Unanswered items count as 0, as in `totals.py`; void items are left out.

**Identification.** All items have discrimination 1. Abilities in the sample are normally distributed with mean 0; their
standard deviation `sd` is estimated. Difficulties and abilities are thus in logits from the sample mean. `rasch_fit.py`
estimates the model, and `abilities.py` a person's ability.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

from goodword.assessments.psychometrics.rasch_fit import (
    Column,
    NotSettled,
    Pattern,
    fit,
    mean_reliability,
    standard_errors,
)

#: minimum people: with two items of a cell each, simulated people gave a standard error of 0.14 to 0.18; with one, 0.2
LEAST_PERSONS = 200
#: minimum answers per cell, which give a standard error of about 0.4 at best
LEAST_ANSWERS = 30
#: minimum spread of abilities, since no test can distinguish people who differ by less
_LEAST_SD = 0.1
type Cell = tuple[str, int]


class CellAnswer(NamedTuple):
    """An answer to an item of a cell (1 if right, else 0), with the item's number of options."""

    cell: Cell
    options: int
    right: Literal[0, 1]


type Answers = Sequence[CellAnswer]


@dataclass(frozen=True, slots=True)
class Lack:
    kind: Literal["persons", "answers", "right", "wrong"]
    cell: Cell | None
    n: int
    least: int


class NotEnough(ValueError):
    def __init__(self, lacks: tuple[Lack, ...]) -> None:
        super().__init__(
            "; ".join(f"{lack.kind} {lack.cell or ''}: {lack.n} of {lack.least}" for lack in lacks)
        )
        self.lacks = lacks


@dataclass(frozen=True, slots=True)
class Difficulty:
    b: float
    se: float
    n: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CalibrationResult:
    """Difficulties by cell, and the standard deviation and reliability of the abilities of `n` people."""

    cells: Mapping[Cell, Difficulty]
    sd: float
    n: int
    iterations: int
    reliability: float


def guess(options: int) -> float:
    """Return the probability of guessing right."""
    if options < 2:
        raise ValueError(f"An item must have at least two options, not {options}.")
    return 1 / options


def calibrate(persons: Sequence[Answers]) -> CalibrationResult:
    """Calibrate from one sequence of first-attempt answers per person, skipping empty ones.

    Raises `NotEnough`, `NotSettled` if the answers do not determine the difficulties, and `ValueError`.
    """
    taken = [person for person in persons if person]
    order = sorted({(answer.cell, answer.options) for person in taken for answer in person})
    cells = sorted({cell for cell, _ in order})
    right, given = dict.fromkeys(cells, 0), dict.fromkeys(cells, 0)
    groups: dict[Pattern, int] = {}
    for person in taken:
        pattern = _pattern(person, order)
        groups[pattern] = groups.get(pattern, 0) + 1
        for answer in person:
            given[answer.cell] += 1
            right[answer.cell] += answer.right
    if lacks := tuple(_lacks(len(taken), given, right)):
        raise NotEnough(lacks)
    # sorted, so issued results can be reproduced to the last digit in any order of people
    groups = dict(sorted(groups.items()))
    columns: list[Column] = [(cells.index(cell), guess(options)) for cell, options in order]
    fitted = fit(groups, columns, [_start(right[cell], given[cell]) for cell in cells])
    if fitted.sd < _LEAST_SD:
        raise NotSettled("These people do not differ by more than chance.")
    errors = standard_errors(groups, columns, fitted)
    return CalibrationResult(
        cells={
            cell: Difficulty(b, se, given[cell])
            for cell, b, se in zip(cells, fitted.difficulties, errors, strict=True)
        },
        sd=fitted.sd,
        n=len(taken),
        iterations=fitted.rounds,
        reliability=mean_reliability(groups, columns, fitted),
    )


def to_json(calibration: CalibrationResult) -> dict[str, Any]:
    return {
        "sd": calibration.sd,
        "n": calibration.n,
        "iterations": calibration.iterations,
        "reliability": calibration.reliability,
        "cells": [
            {"family": family, "level": level, "b": found.b, "se": found.se, "n": found.n}
            for (family, level), found in calibration.cells.items()
        ],
    }


def from_json(data: Mapping[str, Any]) -> CalibrationResult:
    """Parse a calibration. Raises `KeyError` or `TypeError` for invalid data."""
    return CalibrationResult(
        cells={
            (cell["family"], cell["level"]): Difficulty(cell["b"], cell["se"], cell["n"])
            for cell in data["cells"]
        },
        sd=data["sd"],
        n=data["n"],
        iterations=data["iterations"],
        reliability=data["reliability"],
    )


def _pattern(answers: Answers, order: Sequence[tuple[Cell, int]]) -> Pattern:
    right, wrong = dict.fromkeys(order, 0.0), dict.fromkeys(order, 0.0)
    for cell, options, answer in answers:
        if answer not in (0, 1):
            raise ValueError(f"An answer must be 0 or 1, not {answer!r}.")
        (right if answer else wrong)[cell, options] += 1
    return (*right.values(), *wrong.values())


def _start(right: int, given: int) -> float:
    return math.log((given - right) / right)


def _lacks(persons: int, given: Mapping[Cell, int], right: Mapping[Cell, int]) -> Iterable[Lack]:
    if persons < LEAST_PERSONS:
        yield Lack("persons", None, persons, LEAST_PERSONS)
    for cell, n in given.items():
        if n < LEAST_ANSWERS:
            yield Lack("answers", cell, n, LEAST_ANSWERS)
        elif not right[cell]:
            yield Lack("right", cell, 0, 1)
        elif right[cell] == n:
            yield Lack("wrong", cell, 0, 1)
