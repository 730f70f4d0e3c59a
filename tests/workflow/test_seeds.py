"""The default run covers all values and seeds."""

from itertools import product

from tests.support.seeds import chosen


def test_all_combinations_and_seeds_are_covered() -> None:
    for cases, seeds in product(range(1, 21), range(1, 6)):
        taken = chosen(cases, seeds)
        found = {case for case, _ in taken}, {seed for _, seed in taken}, len(taken)
        assert found == (set(range(cases)), set(range(seeds)), max(cases, seeds)), (cases, seeds)
