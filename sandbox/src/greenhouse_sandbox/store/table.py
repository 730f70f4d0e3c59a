"""A table of rows in the order of their ids, with look-up by id, by chosen fields and by times."""

from bisect import bisect_left, bisect_right, insort
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise, repeat

HIGHEST_ID = 2**63
STEP = 10
SPACING = 1000


@dataclass(kw_only=True)
class Row:
    """A record with its id and two timestamps (aware, UTC)."""

    id: int
    created_at: datetime
    updated_at: datetime


class Moments:
    """Ids of a table's rows, sorted by the time `member`. Rows without that time are left out."""

    def __init__(self, member: str, rows: Iterable[Row]) -> None:
        self._member = member
        self._known: dict[int, datetime] = {}
        for row in rows:
            moment = getattr(row, member)
            if moment is not None:
                self._known[row.id] = moment
        self._sorted = sorted((moment, row_id) for row_id, moment in self._known.items())

    def put(self, row: Row) -> None:
        moment = getattr(row, self._member)
        if moment is not None:
            self._known[row.id] = moment
            insort(self._sorted, (moment, row.id))

    def drop(self, row_id: int) -> None:
        moment = self._known.pop(row_id, None)
        if moment is not None:
            del self._sorted[bisect_left(self._sorted, (moment, row_id))]

    def between(self, lower: datetime | None, upper: datetime | None, *, at_most: int) -> list[int] | None:
        """Return the ids from `lower` to `upper`, both included, earliest first. None if more than `at_most`."""
        start = bisect_left(self._sorted, (lower.astimezone(UTC), 0)) if lower else 0
        end = bisect_right(self._sorted, (upper.astimezone(UTC), HIGHEST_ID)) if upper else len(self._sorted)
        if end - start > at_most:
            return None
        return [row_id for _, row_id in self._sorted[start:end]]


class Table[R: Row]:
    """Rows of one kind. Hold the store's lock, and call `changed` after changing a row.

    Ids look like Greenhouse's: beyond 32 bits, and rising. If an indexed field is a tuple, each of its elements finds
    the row.
    """

    def __init__(self, kind: type[R], base: int, *indexes: str) -> None:
        self.kind = kind
        self.base = base
        self.made = 0
        self.touched: set[int] | None = None
        """Ids of rows added, changed or removed since this was set to an empty set."""
        self._rows: dict[int, R] = {}
        self._order: list[int] = []
        self._names = indexes
        self._indexes: dict[str, dict[object, dict[int, None]]] = {name: {} for name in indexes}
        self._indexed: dict[int, tuple[object, ...]] = {}
        self._moments: dict[str, Moments] = {}

    def __len__(self) -> int:
        return len(self._rows)

    def new_id(self) -> int:
        self.made += 1
        return self.base + self.made * 1000 + 2

    def insert(self, row: R) -> R:
        """Insert a row, replacing one with the same id."""
        if row.id in self._rows:
            self._unindex(row.id)
        elif not self._order or row.id > self._order[-1]:
            self._order.append(row.id)
        else:
            insort(self._order, row.id)
        self._rows[row.id] = row
        self._index(row)
        return row

    def extend(self, rows: Iterable[R]) -> None:
        """Insert rows. This is fastest if their ids are higher than the existing ones."""
        rows = list(rows)
        ids = [row.id for row in rows]
        newest = self._order[-1] if self._order else 0
        if self._moments or any(one >= other for one, other in pairwise([newest, *ids])):
            for row in rows:
                self.insert(row)
            return
        self._rows.update(zip(ids, rows, strict=True))
        self._order += ids
        if self.touched is not None:
            self.touched.update(ids)
        columns = [[getattr(row, name) for row in rows] for name in self._names]
        for name, column in zip(self._names, columns, strict=True):
            index = self._indexes[name]
            for row_id, value in zip(ids, column, strict=True):
                for part in value if isinstance(value, tuple) else (value,):
                    if part in index:
                        index[part][row_id] = None
                    else:
                        index[part] = {row_id: None}
        values = zip(*columns, strict=True) if columns else repeat(())
        self._indexed.update(zip(ids, values, strict=False))

    def get(self, row_id: int | None) -> R | None:
        return None if row_id is None else self._rows.get(row_id)

    def __getitem__(self, row_id: int) -> R:
        return self._rows[row_id]

    def changed(self, row: R, now: datetime) -> None:
        """Update the timestamp and index entries of a changed row."""
        row.updated_at = now
        self._unindex(row.id)
        self._index(row)

    def delete(self, row_id: int) -> None:
        self._unindex(row_id)
        del self._rows[row_id]
        del self._order[bisect_left(self._order, row_id)]

    def delete_by(self, member: str, value: object) -> None:
        """Delete the rows that `by` finds."""
        for row in self.by(member, value):
            self.delete(row.id)

    def rising(self) -> Iterator[R]:
        return (self._rows[row_id] for row_id in list(self._order))

    def falling(self, start: int | None = None) -> Iterator[R]:
        """Yield rows by descending id from `start` (inclusive; default: the highest). Don't change the table while
        iterating."""
        end = len(self._order) if start is None else bisect_right(self._order, start)
        return (self._rows[self._order[place]] for place in range(end - 1, -1, -1))

    def page(self, start: int, stop: int) -> list[R]:
        """The rows at these positions, in ascending order."""
        return [self._rows[row_id] for row_id in self._order[start:stop]]

    def by(self, member: str, value: object) -> list[R]:
        """Rows whose indexed `member` equals (or contains) `value`, lowest id first."""
        return [self._rows[row_id] for row_id in sorted(self._indexes[member].get(value, ()))]

    def count(self, member: str, value: object) -> int:
        """The number of rows that `by` finds."""
        return len(self._indexes[member].get(value, ()))

    def within(
        self, member: str, lower: datetime | None, upper: datetime | None, *, at_most: int
    ) -> list[R] | None:
        """Rows whose datetime `member` is between both. None if more than `at_most`. The first call sorts the table."""
        moments = self._moments.get(member)
        if moments is None:
            moments = self._moments[member] = Moments(member, self._rows.values())
        found = moments.between(lower, upper, at_most=at_most)
        return None if found is None else [self._rows[row_id] for row_id in found]

    def _index(self, row: R) -> None:
        if self.touched is not None:
            self.touched.add(row.id)
        values = tuple(getattr(row, name) for name in self._names)
        for name, value in zip(self._names, values, strict=True):
            index = self._indexes[name]
            for part in value if isinstance(value, tuple) else (value,):
                index.setdefault(part, {})[row.id] = None
        self._indexed[row.id] = values
        for moments in self._moments.values():
            moments.put(row)

    def _unindex(self, row_id: int) -> None:
        if self.touched is not None:
            self.touched.add(row_id)
        values = self._indexed.pop(row_id, ())
        for name, value in zip(self._names, values, strict=False):
            index = self._indexes[name]
            for part in value if isinstance(value, tuple) else (value,):
                rows = index.get(part, {})
                rows.pop(row_id, None)
                if not rows:
                    index.pop(part, None)
        for moments in self._moments.values():
            moments.drop(row_id)


def child_id(parent: Row, place: int) -> int:
    """Return the id of the parent's child at this place. Ids of parents are a thousand apart."""
    return parent.id + STEP * (place + 1)


class Derived[P: Row, R: Row]:
    """A read-only table. `make` gives a parent's children by ascending id. `among` finds parents by an index."""

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
        if row_id is None:
            return None
        parent = self._parents.get(row_id // SPACING * SPACING + 2)
        children = self._make(parent) if parent else []
        return next((child for child in children if child.id == row_id), None)

    def by(self, member: str, value: object) -> list[R]:
        assert member == self._key
        parent = self._parents.get(value) if isinstance(value, int) else None
        return self._make(parent) if parent else []

    def count(self, member: str, value: object) -> int:
        return len(self.by(member, value))

    def falling(self, start: int | None = None) -> Iterator[R]:
        """Children from id `start` (inclusive; default: the highest) downwards."""
        for parent in self._all(start):
            for child in reversed(self._make(parent)):
                if start is None or child.id <= start:
                    yield child

    def within(self, _: str, __: datetime | None, ___: datetime | None, *, at_most: int) -> list[R] | None:
        """Always None, since children are not sorted by datetime."""
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
