"""`make items`: generates and solves thousands of items of every family and level.

For each item, the independent solver must find exactly the key. The options must not give it away to rules of thumb, to
elimination strategies, or to a guesser that learns from thousands of other items (`learned_guesser.py`). Keys must be
spread evenly over positions. The table shows the number of different tasks, with names and without. Use ARGS="--seeds
200" for a quick look, "--only sets" for one family. With all seeds, the results are written to `measured.json`, the
source of the technical sheet's figures.
"""

import argparse
import json
import os
import sys
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import asdict, dataclass, field
from hashlib import sha256
from math import sqrt

os.environ.setdefault("OMP_NUM_THREADS", "1")

import without_database
from learned_guesser import Guessed, learned
from reasoning_solver import solve
from reasoning_solver.guessers import CROSSING_OUT, GUESSERS, chance, success

from goodword.assessments.kinds.generated import Deduction, GeneratedItem, Task, from_json, to_json
from goodword.assessments.kinds.reasoning.families import FAMILIES, generate
from goodword.assessments.kinds.reasoning.sheet import FILE, Measured

assert without_database  # the registry of kinds imports models

SEEDS = 10_000
_CHUNK = 500
#: every tenth item is generated twice
_AGAIN = 10
_MOST_TOLD = 40
_HEAD = (
    f"{'family':21}{'level':>6}{'items':>7}{'solved':>7}{'tasks':>7}{'bare':>7}{'chance':>7}"
    f"{'learned (95%)':>22}{'thumb':>7}{'crossed':>8}{'seconds':>8}  most gained by"
)
#: the gain over blind guessing allowed to a rule of thumb, as a share of items, in addition to chance: 0.037 in total
#: for 10,000 seeds
_MOST_GAIN = 0.02
#: the same for the learned guesser and for elimination, with no allowance for chance in a full run
MOST_LEARNED = 0.03
MOST_CROSSED = 0.05
#: different tasks with names, of 10,000
LEAST_TASKS = 1000
#: standard errors attributed to chance: some 900 shares are tested, and one in 30,000 exceeds this by chance
_Z = 4


@dataclass(slots=True)
class Findings:
    """The findings on the items of one family and level."""

    n: int = 0
    solved: int = 0
    faults: list[str] = field(default_factory=list)
    tasks: set[bytes] = field(default_factory=set)
    structures: set[bytes] = field(default_factory=set)
    keys: Counter[str] = field(default_factory=Counter)
    expected_keys: dict[str, float] = field(default_factory=dict)
    gains: dict[str, float] = field(default_factory=dict)
    crossed: dict[str, float] = field(default_factory=dict)
    seconds: float = 0.0

    def add(self, other: "Findings") -> None:
        """Add the findings of other seeds."""
        self.n += other.n
        self.solved += other.solved
        self.faults += other.faults
        self.tasks |= other.tasks
        self.structures |= other.structures
        self.seconds += other.seconds
        self.keys.update(other.keys)
        for mine, theirs in (
            (self.expected_keys, other.expected_keys),
            (self.gains, other.gains),
            (self.crossed, other.crossed),
        ):
            for name, value in theirs.items():
                _count(mine, name, value)

    def fault(self, text: str, item: GeneratedItem) -> None:
        """Record a fault of an item."""
        self.faults.append(f"{item.family}, level {item.level}, seed {item.seed}: {text}")

    def noise(self) -> float:
        """The deviation attributed to chance: _Z standard errors of a share of a quarter, the largest expected."""
        return _Z * sqrt(0.25 * 0.75 / self.n)

    def telling(self) -> list[str]:
        """Describe rules that find the key better than chance, preferred positions of keys, and a lack of different
        tasks."""
        spare = 0 if self.n >= SEEDS else self.noise()
        told = [
            f"“{name}” gains {gain / self.n:+.3f}"
            for gains, allowed in (
                (self.gains, _MOST_GAIN + self.noise()),
                (self.crossed, MOST_CROSSED + spare),
            )
            for name, gain in gains.items()
            if gain / self.n > allowed
        ]
        for place, expected in self.expected_keys.items():
            share, fair = self.keys[place] / self.n, expected / self.n
            if abs(share - fair) > self.noise():
                told.append(f"the key is “{place}” in {share:.3f} of the items, not in {fair:.3f}")
        if self.n >= SEEDS and len(self.tasks) < LEAST_TASKS:
            told.append(f"there are only {len(self.tasks)} different tasks")
        return told


def look_at(family: str, level: int, seeds: Sequence[int]) -> Findings:
    """Generate and solve one item for each seed, from 1."""
    found = Findings()
    began = time.perf_counter()
    for seed in seeds:
        item = generate(family, seed=seed, level=level)
        found.n += 1
        found.tasks.add(_mark(_as_shown(item.task)))
        found.structures.add(_mark(_bare(item.task)))
        right = solve(item.task, item.options)
        if right == {item.key}:
            found.solved += 1
        else:
            found.fault(f"solved as {sorted(right)}, keyed “{item.key}”", item)
        for text in faults_of_form(item):
            found.fault(text, item)
        if seed % _AGAIN == 0 and generate(family, seed=seed, level=level) != item:
            found.fault("the same seed gives another item", item)
        found.keys[item.key] += 1
        for option in item.options:
            _count(found.expected_keys, option.id, chance(item))
        for sums, guessers in ((found.gains, GUESSERS), (found.crossed, CROSSING_OUT)):
            for name, guesser in guessers.items():
                _count(sums, name, success(item, guesser) - chance(item))
    found.seconds = time.perf_counter() - began
    return found


def learn_from(family: str, level: int, n: int) -> tuple[Guessed, float]:
    """Return the learned guesser's results on the items of seeds 1 to n, and the seconds taken."""
    began = time.perf_counter()
    guessed = learned([generate(family, seed=seed, level=level) for seed in range(1, n + 1)])
    return guessed, time.perf_counter() - began


def betrays(guessed: Guessed, family: str, level: int) -> str:
    """Return a message if the options give away the key. With fewer seeds than usual, the allowance for chance is
    larger."""
    allowed = guessed.chance + MOST_LEARNED
    if guessed.n < SEEDS:
        allowed += _Z * sqrt(guessed.chance * (1 - guessed.chance) / guessed.n)
    if guessed.accuracy <= allowed:
        return ""
    low, high = guessed.interval
    return (
        f"{family}, level {level}: the learned guesser finds {guessed.accuracy:.3f} of the keys from the options "
        f"alone (95% {low:.3f} to {high:.3f}); at most {allowed:.3f} is allowed"
    )


def _count(sums: dict[str, float], name: str, value: float) -> None:
    sums[name] = sums.get(name, 0.0) + value


def _mark(shown: object) -> bytes:
    """A digest of the task, the same in every process."""
    return sha256(repr(shown).encode()).digest()[:10]


def _as_shown(task: Task) -> object:
    """Return the task with names for their numbers, so that two numberings of a task are equal."""
    if not isinstance(task, Deduction):
        return task
    return task.topic, sorted(task.names), _with(task, dict(enumerate(task.names))), task.question


def _bare(task: Task) -> object:
    """Return the task with things numbered by first mention."""
    if not isinstance(task, Deduction):
        return task
    named: dict[int, int] = {}
    for statement in task.statements:
        for thing in _things(statement):
            named.setdefault(thing, len(named))
    return len(task.names), _with(task, named), task.question


def _with(task: Deduction, names: dict[int, str] | dict[int, int]) -> list[tuple[object, ...]]:
    return [
        (name, *(names[thing] for thing in _things((name, *arguments))), *arguments[1:] * (name == "at"))
        for name, *arguments in task.statements
    ]


def _things(statement: tuple[str | int, ...]) -> list[int]:
    name, *arguments = statement
    return [int(argument) for argument in (arguments[:1] if name == "at" else arguments)]


def faults_of_form(item: GeneratedItem) -> list[str]:
    """The faults of an item other than its solution."""
    faults = []
    if len({repr(option.value) for option in item.options}) < len(item.options):
        faults.append("two options are the same")
    if [option.id for option in item.options if not option.error] != [item.key]:
        faults.append("not every wrong option has its error, or the right one has one")
    if from_json(to_json(item)) != item:
        faults.append("it is another item when it comes back from JSON")
    return faults


def main(arguments: Sequence[str]) -> int:
    """Return 0 if no item has a fault."""
    parser = argparse.ArgumentParser(prog="make items", description="Generate items and have them solved.")
    parser.add_argument("--seeds", type=int, default=SEEDS, help="how many of each family and level")
    parser.add_argument("--only", choices=sorted(FAMILIES), help="one family alone")
    chosen = parser.parse_args(arguments)
    if chosen.seeds < 2:
        parser.error("--seeds must be at least 2.")
    began = time.perf_counter()
    faults: list[str] = []
    cells: list[dict[str, object]] = []
    print(_HEAD, flush=True)
    parts = [range(at, min(at + _CHUNK, chosen.seeds + 1)) for at in range(1, chosen.seeds + 1, _CHUNK)]
    with ProcessPoolExecutor() as pool:
        work: list[tuple[str, int, Future[tuple[Guessed, float]], list[Future[Findings]]]] = [
            (
                family.id,
                level,
                pool.submit(learn_from, family.id, level, chosen.seeds),
                [pool.submit(look_at, family.id, level, seeds) for seeds in parts],
            )
            for family in FAMILIES.values()
            if chosen.only in {None, family.id}
            for level in family.levels
        ]
        for family_id, level, learning, looking in work:
            found = Findings()
            for one in looking:
                found.add(one.result())
            guessed, seconds = learning.result()
            found.seconds += seconds
            cell = _measured(family_id, found, guessed)
            cells.append({"family": family_id, "level": level, **asdict(cell)})
            print(_row(family_id, level, cell, found.seconds), flush=True)
            faults += found.faults + [f"{family_id}, level {level}: {text}" for text in found.telling()]
            if text := betrays(guessed, family_id, level):
                faults.append(text)
    for fault in faults[:_MOST_TOLD]:
        print(f"FAULT {fault}")
    print(f"{len(faults)} faults" if faults else "no faults")
    print(f"{time.perf_counter() - began:.0f} seconds")
    if not faults and chosen.seeds >= SEEDS:
        measured = {"seeds": chosen.seeds, "cells": _replaced(cells) if chosen.only else cells}
        FILE.write_text(json.dumps(measured, indent=1) + "\n", encoding="utf-8")
    return 1 if faults else 0


def _replaced(cells: list[dict[str, object]]) -> list[dict[str, object]]:
    """The stored findings with these replacing those of the same family and level."""
    new = {(cell["family"], cell["level"]): cell for cell in cells}
    stored = json.loads(FILE.read_text(encoding="utf-8"))["cells"]
    return [new.get((one["family"], one["level"]), one) for one in stored]


def _measured(family: str, found: Findings, guessed: Guessed) -> Measured:
    thumb, crossed = (max(gains, key=gains.__getitem__) for gains in (found.gains, found.crossed))
    low, high = guessed.interval
    return Measured(
        version=FAMILIES[family].version,
        items=found.n,
        solved=found.solved,
        tasks=len(found.tasks),
        structures=len(found.structures),
        chance=guessed.chance,
        learned=round(guessed.accuracy, 4),
        low=round(low, 4),
        high=round(high, 4),
        thumb=round(found.gains[thumb] / found.n, 4),
        thumb_name=thumb,
        crossed=round(found.crossed[crossed] / found.n, 4),
        crossed_name=crossed,
    )


def _row(family: str, level: int, cell: Measured, seconds: float) -> str:
    learnt = f"{cell.learned:.3f} ({cell.low:.3f}–{cell.high:.3f})"
    return (
        f"{family:21}{level:6}{cell.items:7}{cell.solved:7}{cell.tasks:7}{cell.structures:7}{cell.chance:7.3f}"
        f"{learnt:>22}{cell.thumb:+7.3f}{cell.crossed:+8.3f}{seconds:8.0f}"
        f"  “{cell.thumb_name}”; “{cell.crossed_name}”"
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
