"""What a family of generated items is, and the randomness that its items come from."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from goodword.assessments.library.reasoning.item import Item

type Category = Literal["numerical", "letters", "figural", "deductive"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """Items that are made by one rule: `generate` is a pure function of (seed, level). A new `version` makes other
    items of the same seed; `levels` are the levels of rule load that it can make."""

    id: str
    category: Category
    version: str
    levels: tuple[int, ...]
    generate: Callable[[int, int], Item]


def random_for(family: str, version: str, level: int, seed: int) -> random.Random:
    """The source of one item's choices.

    A text as seed is hashed the same way in every process. Families draw by `random`, `randrange`, `choice`,
    `sample` and `shuffle` alone: `random` is promised to stay the same for a seed, and the others have been
    built upon it in the same way since Python 3.2 (a test holds some items against change).
    """
    return random.Random(f"{family}:{version}:{level}:{seed}")  # noqa: S311 - the seed is kept with the item
