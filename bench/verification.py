"""Measures how often a supervised verification calls honest results lower than expected, and how often it detects help.

.venv/bin/python -m bench.verification [--people 200000] [--form standard_20]

Simulated people answer a built-in form and the verification form, and guess an item with n options correctly with
probability 1/n. *Finalists* are the best fifth by first result; a high first result is 85 % or more. For *helped*
people, somebody else solved this many tasks of the first form that they would have missed. The comparison knows only
the assumed difficulties; other rows show deviations from them and from the model of people.
"""

import argparse
import random
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "scripts"))
import without_database  # noqa: F401 - sets up Django

from goodword.assessments.kinds.reasoning.content import BUILT_IN, VERSION, Blueprint, ReasoningTest
from goodword.assessments.kinds.reasoning.items import (
    ASSUMED_SPREAD,
    curves_of_form,
    options_of,
    start_value,
)
from goodword.assessments.kinds.reasoning.verification import (
    ABILITIES,
    FORMS,
    MEANS,
    high_result,
    verification_form,
)
from goodword.assessments.psychometrics.abilities import point
from goodword.assessments.psychometrics.rasch import Cell
from goodword.assessments.psychometrics.second_result import predictions

#: share of people who are finalists
BEST = 0.2
type Curves = Sequence[tuple[Cell, int]]


@dataclass(frozen=True, kw_only=True)
class World:
    """Deviations from the model, unknown to the comparison.

    `cells`: SD of the errors of assumed difficulties; `spread`: SD of tasks within a cell; `scale`: factor of the
    assumed difficulties; `later`: gain in ability at the second form in logits; `mean`, `sd`: of abilities.
    """

    name: str
    cells: float = 0.0
    spread: float = 0.0
    scale: float = 1.0
    later: float = 0.0
    mean: float = 0.0
    sd: float = 1.0


WORLDS = (
    World(name="as the model assumes"),
    World(name="tasks of a level differ (SD 0.25)", spread=ASSUMED_SPREAD),
    World(name="difficulties wrong (SD 0.3), and that", cells=0.3, spread=ASSUMED_SPREAD),
    World(name="difficulties spread 1.3 times as far", scale=1.3),
    World(name="candidates weaker (mean -0.5)", mean=-0.5),
    World(name="candidates weaker (mean -1)", mean=-1.0),
    World(name="candidates differ more (SD 1.3)", sd=1.3),
    World(name="0.3 abler the second time (practice)", later=0.3),
    World(name="0.3 less able the second time (nerves)", later=-0.3),
)


def items_of(blueprint: Blueprint) -> Curves:
    return [
        ((entry.family, entry.level), options_of(entry.family, entry.level))
        for entry in blueprint.entries
        for _ in range(entry.n)
    ]


class Simulation:
    def __init__(self, form: str, seed: str) -> None:
        second = verification_form(ReasoningTest(version=VERSION, forms=BUILT_IN), form)
        self.first, self.second = items_of(BUILT_IN[form]), items_of(FORMS[second])
        found = predictions(curves_of_form(BUILT_IN[form])[0], curves_of_form(FORMS[second])[0])
        self.least = [prediction.least for prediction in found.by_first]
        self.highest_rate = found.highest_rate
        self.chance = random.Random(seed)

    def person(
        self, world: World, able: float, errors: Callable[[Cell], float], helped: int
    ) -> tuple[int, bool]:
        """The number solved in the first form, and whether the second result is lower than expected."""
        right = sum(self._solves(world, one, able, errors) for one in self.first)
        right = min(len(self.first), right + helped)
        again = sum(self._solves(world, one, able + world.later, errors) for one in self.second)
        return right, again < self.least[right]

    def _solves(
        self, world: World, item: tuple[Cell, int], able: float, errors: Callable[[Cell], float]
    ) -> bool:
        cell, options = item
        b = world.scale * start_value(*cell) + errors(cell)
        if world.spread:
            b += self.chance.gauss(0, world.spread)
        return self.chance.random() < point((b, 1 / options), able).p

    def people(
        self, world: World, n: int, *, helped: int = 0, able: float | None = None
    ) -> list[tuple[int, bool]]:
        """Simulate people in groups of 200 that share the errors of difficulties."""
        found: list[tuple[int, bool]] = []
        while len(found) < n:
            drawn: dict[Cell, float] = {}

            def errors(cell: Cell, drawn: dict[Cell, float] = drawn) -> float:
                return drawn.setdefault(cell, self.chance.gauss(0, world.cells)) if world.cells else 0.0

            for _ in range(min(200, n - len(found))):
                ability = self.chance.gauss(world.mean, world.sd) if able is None else able
                found.append(self.person(world, ability, errors, helped))
        return found


def share(people: Sequence[tuple[int, bool]]) -> float:
    return sum(lower for _, lower in people) / len(people)


def high(people: Sequence[tuple[int, bool]], items: int) -> Sequence[tuple[int, bool]]:
    return [person for person in people if person[0] >= high_result(items)]


def finalists(people: Sequence[tuple[int, bool]]) -> Sequence[tuple[int, bool]]:
    return sorted(people, key=lambda one: -one[0])[: round(BEST * len(people))]


def percent(value: float) -> str:
    return f"{100 * value:.1f} %"


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--people", type=int, default=100_000, help="in each row")
    parser.add_argument("--form", default="standard_20", choices=BUILT_IN)
    options = parser.parse_args()
    simulated = Simulation(options.form, f"verification:{options.form}")
    n = options.people
    print(
        f"{options.form}: nominal 5%, by the model at most {percent(simulated.highest_rate)} at any ability "
        "if everybody is verified\n"
    )
    print("Honest people of one ability shown as lower")
    for able in (-2.0, -1.0, 0.0, 1.0, 2.0):
        print(f"  {able:+.0f}  {percent(share(simulated.people(WORLDS[0], n, able=able)))}")
    print("\nHonest candidates shown as lower: all, finalists")
    for world in WORLDS:
        people = simulated.people(world, n)
        print(f"  {world.name:42} {percent(share(people)):>7} {percent(share(finalists(people))):>7}")
    print(
        f"\nHonest people with {high_result(len(simulated.first))} or more in the first form: by ability, by mean"
    )
    for able in ABILITIES:
        people = simulated.people(WORLDS[0], n, able=able)
        print(f"  ability {able:+.1f}  {percent(share(high(people, len(simulated.first))))}")
    for mean in MEANS:
        people = simulated.people(World(name="a group", mean=mean), n)
        print(f"  mean    {mean:+.1f}  {percent(share(high(people, len(simulated.first))))}")
    print("\nHelped people shown as lower, by ability -1, 0, +1")
    for helped in (2, 4, 6, 8, 10):
        found = [
            share(simulated.people(WORLDS[0], n // 5, able=able, helped=helped)) for able in (-1.0, 0.0, 1.0)
        ]
        print(f"  {helped:2} tasks  " + "  ".join(f"{percent(one):>7}" for one in found))
    return 0


if __name__ == "__main__":
    sys.exit(main())
