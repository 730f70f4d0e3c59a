"""Items of all families except matrices, generated once for all tests."""

from functools import cache

from goodword.assessments.kinds.generated import GeneratedItem
from goodword.assessments.kinds.reasoning.families import FAMILIES, generate

N_SEEDS = 200
EACH = [
    (family.id, level)
    for family in FAMILIES.values()
    if family.category != "figural"
    for level in family.levels
]


@cache
def drawn(family: str, level: int) -> tuple[GeneratedItem, ...]:
    """The items of the first seeds."""
    return tuple(generate(family, seed=seed, level=level) for seed in range(1, N_SEEDS + 1))
