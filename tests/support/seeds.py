"""Tests with a seed: the normal run tries each combination of other values once, `exhaustive` the rest."""

from collections import defaultdict
from collections.abc import Iterable

import pytest

#: a test's items by seed, for one combination of its other values
type BySeed = dict[object, pytest.Item]


def mark_rest(items: Iterable[pytest.Item], *, name: str = "seed") -> None:
    """Mark as `exhaustive` what the normal run leaves out of tests with a parameter of this name.

    The combinations take the seeds in turn, again from the first if there are more seeds than combinations.
    """
    tests: dict[str, dict[str, BySeed]] = defaultdict(lambda: defaultdict(dict))
    for item in items:
        values = dict(item.callspec.params) if hasattr(item, "callspec") else {}
        if name in values:
            seed = values.pop(name)
            others = repr(sorted(values.items(), key=lambda value: value[0]))
            tests[item.nodeid.partition("[")[0]][others][seed] = item
    for found in tests.values():
        cases = list(found.values())
        seeds = list(cases[0])
        taken = chosen(len(cases), len(seeds))
        for case, by_seed in enumerate(cases):
            for seed, item in by_seed.items():
                if (case, seeds.index(seed)) not in taken:
                    item.add_marker(pytest.mark.exhaustive)


def chosen(cases: int, seeds: int) -> set[tuple[int, int]]:
    """Each case and each seed at least once. Shifted each round, so that values meet different seeds."""
    return {(turn % cases, (turn + turn // seeds) % seeds) for turn in range(max(cases, seeds))}
