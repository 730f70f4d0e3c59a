"""Generated items calibrated by family and level, never one by one, and abilities measured by them.

    chance that a person of ability t solves an item of the cell c = 1 / (1 + exp(b_c - t))

A cell is a family of items and a level of it. That its items share one difficulty b_c is the model of Rasch (1960,
"Probabilistic Models for Some Intelligence and Attainment Tests"), with the difficulty laid on what an item is made of
(Fischer 1973, "The linear logistic test model as an instrument in educational research", Acta Psychologica 37), here
family and level. Abilities are on the scale of the people who were calibrated by: mean 0, standard deviation `sd`, in
logits. How it is estimated, with standard errors: `rasch_fit.py`.

An ability is the mean of its posterior, with the calibrated distribution as prior (EAP; Bock & Mislevy 1982, "Adaptive
EAP estimation of ability in a microcomputer environment", Applied Psychological Measurement 6). It is drawn towards 0
the more, the fewer the answers; its `se` is the posterior's standard deviation and includes that.

An item that was shown and not answered is to be given as 0, as in `totals.py`; one that was void is left out.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import sqrt, sumprod
from typing import Any, Literal

from goodword.assessments.psychometrics.rasch_fit import (
    NODES,
    NotSettled,
    fit,
    mean_reliability,
    posterior,
    standard_errors,
)
from goodword.assessments.psychometrics.versions import SCORING

#: with two items of a cell each, a standard error of 0.14 to 0.18 was found on simulated people; with one, about 0.2
LEAST_PERSONS = 200
#: about 0.4 at best; with less, a cell is hardly told from the next
LEAST_ANSWERS = 30
#: people who differ by less are not told apart by any test
_LEAST_SD = 0.1

type Cell = tuple[str, int]
type Answers = Sequence[tuple[Cell, Literal[0, 1]]]


@dataclass(frozen=True, slots=True)
class Lack:
    """What a calibration lacks: people, or answers, right ones or wrong ones in a cell. `n` there are."""

    kind: Literal["persons", "answers", "right", "wrong"]
    cell: Cell | None
    n: int
    least: int


class NotEnough(ValueError):
    """Too little to calibrate by: `lacks` has all that is missing, for the sentences of a page."""

    def __init__(self, lacks: tuple[Lack, ...]) -> None:
        super().__init__(
            "; ".join(f"{lack.kind} {lack.cell or ''}: {lack.n} of {lack.least}" for lack in lacks)
        )
        self.lacks = lacks


class UnknownCell(LookupError):
    """An answer to an item of a cell that was not calibrated."""

    def __init__(self, cell: Cell) -> None:
        super().__init__(f"The family “{cell[0]}”, level {cell[1]}, is not calibrated.")
        self.cell = cell


@dataclass(frozen=True, slots=True)
class Difficulty:
    """How hard a cell is, in logits (higher is harder), its standard error, and the answers it comes from."""

    b: float
    se: float
    n: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """All cells, the spread of abilities, and the `n` people it comes from. It never changes; a role keeps its own.

    `reliability` is that of the abilities of these people, 0 to 1.
    """

    cells: Mapping[Cell, Difficulty]
    sd: float
    n: int
    iterations: int
    reliability: float


@dataclass(frozen=True, slots=True)
class Ability:
    """An ability and its standard error, in logits; 0 is the mean of those who were calibrated by."""

    theta: float
    se: float


def calibrate(persons: Sequence[Answers]) -> Calibration:
    """The difficulties of all cells that occur, from first attempts: one sequence of answers a person.

    People without an answer are passed over. Raises `NotEnough`, with all that is lacking; `NotSettled` where people
    do not differ or the answers do not determine the difficulties; `ValueError` for an answer other than 0 and 1.
    """
    taken = [person for person in persons if person]
    order = sorted({cell for person in taken for cell, _ in person})
    right, given = dict.fromkeys(order, 0), dict.fromkeys(order, 0)
    groups: dict[tuple[int, ...], dict[int, int]] = {}
    for person in taken:
        pattern, solved = _counts(person, order)
        group = groups.setdefault(pattern, {})
        group[solved] = group.get(solved, 0) + 1
        for cell, answer in person:
            given[cell] += 1
            right[cell] += answer
    if lacks := tuple(_lacks(len(taken), given, right)):
        raise NotEnough(lacks)
    # sorted, so that the order of people does not move a last digit: what was issued can be computed again
    groups = {pattern: dict(sorted(groups[pattern].items())) for pattern in sorted(groups)}
    fitted = fit(groups, [right[cell] for cell in order])
    if fitted.sd < _LEAST_SD:
        raise NotSettled("These people do not differ by more than chance.")
    errors = standard_errors(groups, fitted)
    return Calibration(
        cells={
            cell: Difficulty(b, se, given[cell])
            for cell, b, se in zip(order, fitted.difficulties, errors, strict=True)
        },
        sd=fitted.sd,
        n=len(taken),
        iterations=fitted.rounds,
        reliability=mean_reliability(groups, fitted),
    )


def ability(calibration: Calibration, answers: Answers) -> Ability:
    """The ability behind some answers; without any it is 0, as unsure as the calibrated people are spread.

    Raises `UnknownCell`, and `ValueError` for an answer other than 0 and 1.
    """
    order = list(calibration.cells)
    for cell, _ in answers:
        if cell not in calibration.cells:
            raise UnknownCell(cell)
    given, right = _counts(answers, order)
    weights = posterior(given, right, [calibration.cells[cell].b for cell in order], calibration.sd)
    middle = sumprod(weights, NODES)
    spread = sumprod(weights, [(z - middle) ** 2 for z in NODES])
    return Ability(calibration.sd * middle, calibration.sd * sqrt(spread))


def to_json(calibration: Calibration) -> dict[str, Any]:
    """The calibration as plain JSON, with the version of the rule; `from_json` gives it back."""
    return {
        "rule": SCORING["rasch"],
        "sd": calibration.sd,
        "n": calibration.n,
        "iterations": calibration.iterations,
        "reliability": calibration.reliability,
        "cells": [
            {"family": family, "level": level, "b": found.b, "se": found.se, "n": found.n}
            for (family, level), found in calibration.cells.items()
        ],
    }


def from_json(data: Mapping[str, Any]) -> Calibration:
    """The calibration that `to_json` made plain. Raises `ValueError` for that of another rule, and `KeyError` or
    `TypeError` for anything else."""
    if data["rule"] != SCORING["rasch"]:
        raise ValueError(f"This calibration was made by rule {data['rule']!r}.")
    return Calibration(
        cells={
            (cell["family"], cell["level"]): Difficulty(cell["b"], cell["se"], cell["n"])
            for cell in data["cells"]
        },
        sd=data["sd"],
        n=data["n"],
        iterations=data["iterations"],
        reliability=data["reliability"],
    )


def of_today(data: Mapping[str, Any]) -> Calibration | None:
    """As `from_json`; None for a calibration of another rule than today's, which would be read wrongly."""
    try:
        return from_json(data)
    except ValueError:
        return None


def _counts(answers: Answers, order: Sequence[Cell]) -> tuple[tuple[int, ...], int]:
    """How many answers in each cell, and how many right in all."""
    counts = dict.fromkeys(order, 0)
    solved = 0
    for cell, answer in answers:
        if answer not in (0, 1):
            raise ValueError(f"An answer is 0 or 1, not {answer!r}.")
        counts[cell] += 1
        solved += answer
    return tuple(counts.values()), solved


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
