"""What a family of generated items is."""

from collections.abc import Callable
from dataclasses import dataclass

from goodword.assessments.library.reasoning.item import Item


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """Items that are made by one rule: `generate` is a pure function of (seed, level). A new `version` makes other
    items of the same seed; `levels` are the levels of rule load that it can make."""

    id: str
    category: str
    version: str
    levels: tuple[int, ...]
    generate: Callable[[int, int], Item]
