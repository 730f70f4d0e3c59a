"""What a form is made of; draws one, and a fresh item in place of one that was seen."""

import random
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

from goodword.assessments.library.reasoning.families import generate
from goodword.assessments.library.reasoning.item import Item

_SEEDS = 2**31
#: after so many items that do not fit, the form is begun anew; so many beginnings are tried
_TRIES_AN_ITEM = 200
_BEGINNINGS = 50
_TRIES_AN_ORDER = 60


@dataclass(frozen=True, slots=True)
class Entry:
    """`n` items of a family and level."""

    family: str
    level: int
    n: int


@dataclass(frozen=True, slots=True)
class Blueprint:
    """How many items of which families and levels make a form, and the minutes that there are for it."""

    entries: tuple[Entry, ...]
    minutes: int

    @property
    def n(self) -> int:
        """How many items a form has."""
        return sum(entry.n for entry in self.entries)


def draw(blueprint: Blueprint, *, seed: int) -> tuple[Item, ...]:
    """The items of a form, always the same for a blueprint and a seed.

    They rise by level, families mixed within one. No task comes twice; no key position has more items than its fair
    share and one; three keys in a row are never in one position. Raises `LookupError` or `ValueError` for families
    and levels that there are not, and `ValueError` if no such form is found (a blueprint with more items than a
    family can make).
    """
    source = random.Random(f"form:{seed}")  # noqa: S311 - the seed is kept with the form
    slots = _slots(source, blueprint.entries)
    fair = _fair_shares(slots)
    for _ in range(_BEGINNINGS):
        items = _form(source, slots, fair)
        if items is not None:
            return items
    raise ValueError("No form of items that all differ can be drawn to this blueprint.")


def replacement(item: Item, *, seed: int, taken: Collection[Item]) -> Item:
    """Another item of the same family and level, whose task is neither the item's nor one of those `taken`.

    It is the same one for an item, a seed and what was taken. Raises `ValueError` if there is none left.
    """
    name = f"replacement:{item.family}:{item.level}:{item.seed}:{seed}"
    source = random.Random(name)  # noqa: S311 - the item it draws is kept whole
    known = {item.task, *(one.task for one in taken)}
    for _ in range(_TRIES_AN_ITEM):
        other = generate(item.family, seed=source.randrange(1, _SEEDS), level=item.level)
        if other.task not in known:
            return other
    raise ValueError(f"There is no other item of “{item.family}” and level {item.level} left.")


def _slots(source: random.Random, entries: Sequence[Entry]) -> list[tuple[str, int]]:
    """Family and level of each item: by level, and within one mixed, with as few neighbours of a family as may be."""
    orders = []
    for _ in range(_TRIES_AN_ORDER):
        slots: list[tuple[str, int]] = []
        for level in sorted({entry.level for entry in entries}):
            same = [
                (entry.family, level) for entry in entries if entry.level == level for _ in range(entry.n)
            ]
            slots += source.sample(same, len(same))
        orders.append(slots)
    return min(orders, key=lambda slots: sum(one[0] == other[0] for one, other in pairwise(slots)))


def _fair_shares(slots: Sequence[tuple[str, int]]) -> Mapping[str, float]:
    """How many keys each position would have if all options were right equally often."""
    fair: dict[str, float] = {}
    for family, level in slots:
        positions = _positions(family, level)
        for position in positions:
            fair[position] = fair.get(position, 0) + 1 / len(positions)
    return fair


@cache
def _positions(family: str, level: int) -> tuple[str, ...]:
    """The ids of the options of a family and level; all its items have the same."""
    return tuple(option.id for option in generate(family, seed=0, level=level).options)


def _form(
    source: random.Random, slots: Sequence[tuple[str, int]], fair: Mapping[str, float]
) -> tuple[Item, ...] | None:
    """One item for each slot; None where no item fits what came before it."""
    items: list[Item] = []
    for family, level in slots:
        for _ in range(_TRIES_AN_ITEM):
            item = generate(family, seed=source.randrange(1, _SEEDS), level=level)
            if _fits(item, items, fair):
                items.append(item)
                break
        else:
            return None
    return tuple(items)


def _fits(item: Item, items: Sequence[Item], fair: Mapping[str, float]) -> bool:
    n_same = sum(one.key == item.key for one in items)
    return (
        n_same + 1 <= fair[item.key] + 1
        and [one.key for one in items[-2:]] != [item.key] * 2
        and all(one.task != item.task for one in items)
    )
