"""Solves relations of sets by trying every way in which their Venn diagram can be filled.

A region is a set of groups, as bits: those that hold what lies in it. A diagram is the set of the regions that hold
something. Each group has somebody in it. A claim follows if it is true in every diagram in which all statements are.
"""

from collections.abc import Sequence
from itertools import chain, combinations

from goodword.assessments.library.reasoning.item import Deduction, Option

type Claim = tuple[str | int, ...]


def solve(task: Deduction, options: Sequence[Option]) -> frozenset[str]:
    """The ids of the options that follow, else of the one that says that none does."""
    n_groups = len(task.names)
    # Regions that a statement empties are left out beforehand; the rest is tried in full.
    regions = [
        region
        for region in range(1, 2**n_groups)
        if all(_true(statement, (region,)) for statement in task.statements if statement[0] in {"all", "no"})
    ]
    diagrams = [
        diagram
        for diagram in chain.from_iterable(combinations(regions, n) for n in range(1, len(regions) + 1))
        if all(any(region >> group & 1 for region in diagram) for group in range(n_groups))
        and all(_true(statement, diagram) for statement in task.statements)
    ]
    if not diagrams:
        return frozenset()
    right = [
        option.id
        for option in options
        if isinstance(option.value, tuple)
        and option.value[0] != "none_follows"
        and all(_true(option.value, diagram) for diagram in diagrams)
    ]
    return frozenset(right or [option.id for option in options if option.value == ("none_follows",)])


def _true(claim: Claim, diagram: Sequence[int]) -> bool:
    name, a, b = claim[0], int(claim[1]), int(claim[2])
    inside = [region >> b & 1 for region in diagram if region >> a & 1]
    match name:
        case "all":
            return all(inside)
        case "no":
            return not any(inside)
        case "some":
            return any(inside)
        case "some_not":
            return not all(inside)
    raise ValueError(f"There is no statement “{name}”.")
