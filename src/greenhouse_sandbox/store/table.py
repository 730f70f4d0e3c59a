"""A table of rows by id, in id order, with look-up by chosen members."""

from bisect import bisect_right, insort
from collections.abc import Iterator
from datetime import datetime

from greenhouse_sandbox.store.row import Row


class Table[R: Row]:
    """Rows of one kind. Not locked by itself: hold the store's lock.

    Ids look like Greenhouse's: beyond 32 bits, rising, the low digits always the same.
    """

    def __init__(self, kind: type[R], base: int, *indexes: str) -> None:
        self.kind = kind
        self.base = base
        self.made = 0
        self._rows: dict[int, R] = {}
        self._order: list[int] = []
        self._indexes: dict[str, dict[object, dict[int, None]]] = {name: {} for name in indexes}
        self._indexed: dict[int, dict[str, object]] = {}

    def __len__(self) -> int:
        return len(self._rows)

    def new_id(self) -> int:
        """The next free id."""
        self.made += 1
        return self.base + self.made * 1000 + 2

    def insert(self, row: R) -> R:
        """Keep `row`, which has an id of its own."""
        self._rows[row.id] = row
        insort(self._order, row.id)
        self._index(row)
        return row

    def get(self, row_id: int | None) -> R | None:
        """The row of that id, or none."""
        return None if row_id is None else self._rows.get(row_id)

    def __getitem__(self, row_id: int) -> R:
        return self._rows[row_id]

    def changed(self, row: R, now: datetime) -> None:
        """Stamp a row that was changed, and find it under its new values."""
        row.updated_at = now
        self._unindex(row.id)
        self._index(row)

    def delete(self, row_id: int) -> None:
        """Remove the row of that id."""
        self._unindex(row_id)
        del self._rows[row_id]
        self._order.remove(row_id)

    def rising(self) -> Iterator[R]:
        """All rows, lowest id first."""
        return (self._rows[row_id] for row_id in list(self._order))

    def falling(self, start: int | None = None) -> Iterator[R]:
        """Rows from id `start` (inclusive; default the highest) downwards."""
        end = len(self._order) if start is None else bisect_right(self._order, start)
        return (self._rows[row_id] for row_id in reversed(self._order[:end]))

    def by(self, member: str, value: object) -> list[R]:
        """Rows whose indexed `member` equals `value`, lowest id first."""
        return [self._rows[row_id] for row_id in sorted(self._indexes[member].get(value, ()))]

    def _index(self, row: R) -> None:
        values = {name: getattr(row, name) for name in self._indexes}
        for name, value in values.items():
            self._indexes[name].setdefault(value, {})[row.id] = None
        self._indexed[row.id] = values

    def _unindex(self, row_id: int) -> None:
        for name, value in self._indexed.pop(row_id, {}).items():
            self._indexes[name][value].pop(row_id, None)
