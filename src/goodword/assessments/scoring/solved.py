"""Right-or-wrong tests: how many of how many were solved, in each category and in all.

    n = items answered right
    m = items given, less the void ones

An item without an answer was not solved: the time is part of the task, and so is every item of the form. An item that
a break of the line took from the screen is void: it counts neither in n nor in m, whatever was answered to it, and
the fresh item in its place counts instead. So m stays the length of the form.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True, slots=True, kw_only=True)
class Marked:
    """One item of a form as it was held against its key. `right` is None where there is no answer."""

    category: str
    right: bool | None
    void: bool = False


@dataclass(frozen=True, slots=True)
class Solved:
    """`right` of `given` items solved. `category` is empty for all of them together."""

    category: str
    right: int
    given: int

    @property
    def share(self) -> Fraction | None:
        """The share that was solved, exact; None where nothing was given."""
        return Fraction(self.right, self.given) if self.given else None


def solved(items: Iterable[Marked]) -> tuple[Solved, ...]:
    """One `Solved` a category, in the order in which categories first come.

    `items` are all items of the form, those not reached included. A category of void items alone has 0 of 0.
    """
    right: dict[str, int] = {}
    given: dict[str, int] = {}
    for item in items:
        right[item.category] = right.get(item.category, 0) + (item.right is True and not item.void)
        given[item.category] = given.get(item.category, 0) + (not item.void)
    return tuple(Solved(category, right[category], given[category]) for category in given)


def in_all(categories: Iterable[Solved]) -> Solved:
    """All categories together: the sums, not the mean of shares."""
    parts = tuple(categories)
    return Solved("", sum(part.right for part in parts), sum(part.given for part in parts))
