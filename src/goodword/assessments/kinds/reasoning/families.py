"""All item families by id, and the one way to an item."""

from collections.abc import Mapping
from types import MappingProxyType

from goodword.assessments.kinds.reasoning import (
    letter_series,
    matrices,
    number_series,
    ordering,
    seating,
    sets,
)
from goodword.assessments.kinds.reasoning.item import Family, GeneratedItem

FAMILIES: Mapping[str, Family] = MappingProxyType(
    {
        family.id: family
        for family in (
            number_series.FAMILY,
            letter_series.FAMILY,
            *matrices.FAMILIES,
            seating.FAMILY,
            ordering.FAMILY,
            sets.FAMILY,
        )
    }
)

#: the seed of the items that people practise on; no form draws it
PRACTICE_SEED = 0


def family_of(family_id: str) -> Family:
    """The family with this id. Raises `LookupError` for an unknown one."""
    try:
        return FAMILIES[family_id]
    except KeyError:
        raise LookupError(f"There is no item family “{family_id}”.") from None


def generate(family_id: str, *, seed: int, level: int) -> GeneratedItem:
    """The item of a family for a seed and level, always the same one.

    Raises `LookupError` for an unknown family, `ValueError` for a level that it does not have or a seed below 0.
    """
    family = family_of(family_id)
    if level not in family.levels:
        levels = ", ".join(str(one) for one in family.levels)
        raise ValueError(f"The item family “{family_id}” has the levels {levels}, not {level}.")
    if seed < 0:
        raise ValueError(f"A seed is 0 or more, not {seed}.")
    return family.generate(seed, level)


def practice_item(family_id: str) -> GeneratedItem:
    """An easy item to practise on, the same for everybody. Raises `LookupError` for an unknown family."""
    return generate(family_id, seed=PRACTICE_SEED, level=family_of(family_id).levels[0])
