"""`make items`: generates and solves thousands of items of every family and level.

For each item the independent solver must find exactly the key; no rule of thumb on the form of the options may do
better than chance, and keys must be spread evenly over positions. The table shows the number of different tasks and the
share of items (with their options) that another seed gives too. ARGS="--seeds 200" for a quick look, "--only sets" for
one family.
"""

import argparse
import sys
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from hashlib import sha256
from math import sqrt

import without_database

from goodword.assessments.kinds.reasoning.families import FAMILIES, generate
from goodword.assessments.kinds.reasoning.generated import GeneratedItem, from_json, to_json
from goodword.assessments.kinds.reasoning.solver import solve
from goodword.assessments.kinds.reasoning.solver.guessers import GUESSERS, chance, success

assert without_database  # the registry of kinds imports models

SEEDS = 10_000
_CHUNK = 500
#: every tenth item is generated twice
_AGAIN = 10
_MOST_TOLD = 40
_HEAD = (
    f"{'family':22}{'level':>6}{'items':>8}{'solved':>8}{'tasks':>8}{'twice':>8}{'seconds':>9}"
    "  key positions; the rule of thumb that gains most"
)
#: the gain over blind guessing allowed to a rule of thumb, as a share of items, in addition to chance: 0.037 in total
#: for 10,000 seeds
_MOST_GAIN = 0.02
#: standard errors attributed to chance: some 900 shares are tested, and one in 30,000 exceeds this by chance
_Z = 4


@dataclass(slots=True)
class Findings:
    """The findings on the items of one family and level."""

    n: int = 0
    solved: int = 0
    faults: list[str] = field(default_factory=list)
    tasks: set[bytes] = field(default_factory=set)
    items: set[bytes] = field(default_factory=set)
    keys: Counter[str] = field(default_factory=Counter)
    expected_keys: dict[str, float] = field(default_factory=dict)
    gains: dict[str, float] = field(default_factory=dict)
    seconds: float = 0.0

    def add(self, other: "Findings") -> None:
        """Add the findings of other seeds."""
        self.n += other.n
        self.solved += other.solved
        self.faults += other.faults
        self.tasks |= other.tasks
        self.items |= other.items
        self.seconds += other.seconds
        self.keys.update(other.keys)
        for mine, theirs in ((self.expected_keys, other.expected_keys), (self.gains, other.gains)):
            for name, value in theirs.items():
                _count(mine, name, value)

    def fault(self, text: str, item: GeneratedItem) -> None:
        """Record a fault of an item."""
        self.faults.append(f"{item.family}, level {item.level}, seed {item.seed}: {text}")

    def noise(self) -> float:
        """The deviation attributed to chance: _Z standard errors of a share of a quarter, the largest expected."""
        return _Z * sqrt(0.25 * 0.75 / self.n)

    def telling(self) -> list[str]:
        """The rules of thumb that do better than chance, and the positions preferred by keys."""
        allowed = _MOST_GAIN + self.noise()
        told = [
            f"“{name}” gains {gain / self.n:+.3f}"
            for name, gain in self.gains.items()
            if gain / self.n > allowed
        ]
        for place, expected in self.expected_keys.items():
            share, fair = self.keys[place] / self.n, expected / self.n
            if abs(share - fair) > self.noise():
                told.append(f"the key is “{place}” in {share:.3f} of the items, not in {fair:.3f}")
        return told


def look_at(family: str, level: int, seeds: Sequence[int]) -> Findings:
    """Generate and solve one item for each seed, from 1."""
    found = Findings()
    began = time.perf_counter()
    for seed in seeds:
        item = generate(family, seed=seed, level=level)
        found.n += 1
        found.tasks.add(_mark(item.task))
        found.items.add(_mark((item.task, [option.value for option in item.options])))
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
        for name, guesser in GUESSERS.items():
            _count(found.gains, name, success(item, guesser) - chance(item))
    found.seconds = time.perf_counter() - began
    return found


def _count(sums: dict[str, float], name: str, value: float) -> None:
    sums[name] = sums.get(name, 0.0) + value


def _mark(shown: object) -> bytes:
    """A digest of the task, the same in every process."""
    return sha256(repr(shown).encode()).digest()[:10]


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
    """Returns 0 if no item has a fault."""
    parser = argparse.ArgumentParser(prog="make items", description="Generate items and have them solved.")
    parser.add_argument("--seeds", type=int, default=SEEDS, help="how many of each family and level")
    parser.add_argument("--only", choices=sorted(FAMILIES), help="one family alone")
    chosen = parser.parse_args(arguments)
    if chosen.seeds < 1:
        parser.error("--seeds needs a number of at least 1.")
    faults: list[str] = []
    print(_HEAD, flush=True)
    with ProcessPoolExecutor() as pool:
        for family in FAMILIES.values():
            if chosen.only not in {None, family.id}:
                continue
            for level in family.levels:
                found = Findings()
                parts = [
                    range(at, min(at + _CHUNK, chosen.seeds + 1)) for at in range(1, chosen.seeds + 1, _CHUNK)
                ]
                for part in pool.map(
                    look_at, *zip(*((family.id, level, seeds) for seeds in parts), strict=True)
                ):
                    found.add(part)
                print(_row(family.id, level, found), flush=True)
                faults += found.faults + [f"{family.id}, level {level}: {text}" for text in found.telling()]
    for fault in faults[:_MOST_TOLD]:
        print(f"FAULT {fault}")
    print(f"{len(faults)} faults" if faults else "no faults")
    return 1 if faults else 0


def _row(family: str, level: int, found: Findings) -> str:
    places = " ".join(f"{place} {count / found.n:.3f}" for place, count in sorted(found.keys.items()))
    twice = 1 - len(found.items) / found.n
    counts = f"{found.n:8}{found.solved:8}{len(found.tasks):8}{twice:8.1%}{found.seconds:9.1f}"
    best = max(found.gains, key=found.gains.__getitem__)
    return f"{family:22}{level:6}{counts}  {places}; {best} {found.gains[best] / found.n:+.3f}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
