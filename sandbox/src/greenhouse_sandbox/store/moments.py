"""Rows of a table in the order of one of their moments."""

from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterable
from datetime import UTC, datetime

from greenhouse_sandbox.store.row import Row

HIGHEST_ID = 2**63


class Moments:
    """The ids of a table's rows, sorted by the moment `member`; rows without one are left out."""

    def __init__(self, member: str, rows: Iterable[Row]) -> None:
        self._member = member
        self._known: dict[int, datetime] = {}
        for row in rows:
            moment = getattr(row, member)
            if moment is not None:
                self._known[row.id] = moment
        self._sorted = sorted((moment, row_id) for row_id, moment in self._known.items())

    def put(self, row: Row) -> None:
        """Take in a row."""
        moment = getattr(row, self._member)
        if moment is not None:
            self._known[row.id] = moment
            insort(self._sorted, (moment, row.id))

    def drop(self, row_id: int) -> None:
        """Leave a row out."""
        moment = self._known.pop(row_id, None)
        if moment is not None:
            del self._sorted[bisect_left(self._sorted, (moment, row_id))]

    def between(self, lower: datetime | None, upper: datetime | None, *, at_most: int) -> list[int] | None:
        """Ids from `lower` to `upper`, both included, earliest first; None if more than `at_most`."""
        start = bisect_left(self._sorted, (lower.astimezone(UTC), 0)) if lower else 0
        end = bisect_right(self._sorted, (upper.astimezone(UTC), HIGHEST_ID)) if upper else len(self._sorted)
        if end - start > at_most:
            return None
        return [row_id for _, row_id in self._sorted[start:end]]
