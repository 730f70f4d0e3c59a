"""Records that Greenhouse lists apart but that stand with a parent here."""

from collections.abc import Callable, Iterator
from datetime import datetime

from greenhouse_sandbox.store.row import Row
from greenhouse_sandbox.store.table import Table

STEP = 10
SPACING = 1000


def child_id(parent: Row, place: int) -> int:
    """The id of a parent's child at that place; ids of parents are a thousand apart."""
    return parent.id + STEP * (place + 1)


class Derived[P: Row, R: Row]:
    """A table that can be read only: `make` gives the children of a parent, in the order of their ids.

    `key` is the member in which a child names its parent. `among` finds the parents by an index, if not all are.
    """

    def __init__(
        self,
        parents: Table[P],
        make: Callable[[P], list[R]],
        *,
        key: str,
        among: tuple[str, object] | None = None,
    ) -> None:
        self._parents = parents
        self._make = make
        self._key = key
        self._among = among

    def __len__(self) -> int:
        return sum(len(self._make(parent)) for parent in self._all(None))

    def get(self, row_id: int | None) -> R | None:
        """The child of that id, or none."""
        if row_id is None:
            return None
        parent = self._parents.get(row_id // SPACING * SPACING + 2)
        children = self._make(parent) if parent else []
        return next((child for child in children if child.id == row_id), None)

    def by(self, member: str, value: object) -> list[R]:
        """The children of one parent."""
        assert member == self._key
        parent = self._parents.get(value) if isinstance(value, int) else None
        return self._make(parent) if parent else []

    def count(self, member: str, value: object) -> int:
        """How many children one parent has."""
        return len(self.by(member, value))

    def falling(self, start: int | None = None) -> Iterator[R]:
        """Children from id `start` (inclusive; default the highest) downwards."""
        for parent in self._all(start):
            for child in reversed(self._make(parent)):
                if start is None or child.id <= start:
                    yield child

    def within(self, _: str, __: datetime | None, ___: datetime | None, *, at_most: int) -> list[R] | None:
        """Children are not sorted by moments: never known, whatever `at_most`."""
        del at_most
        return None

    def _all(self, start: int | None) -> Iterator[P]:
        if self._among is None:
            return self._parents.falling(start)
        return (
            parent
            for parent in reversed(self._parents.by(*self._among))
            if start is None or parent.id <= start
        )
