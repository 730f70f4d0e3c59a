"""Which rows of a table a query has to look at, so that no list reads a hundred thousand rows for a few."""

from collections.abc import Callable, Iterator
from typing import Any

from greenhouse_sandbox.api.v3 import filters
from greenhouse_sandbox.store.derived import Derived
from greenhouse_sandbox.store.table import Table

MANY = 2000
SHARE = 3

type Source = Table[Any] | Derived[Any, Any]


def rows(
    source: Source,
    query: dict[str, str],
    *,
    indexed: dict[str, tuple[str, filters.Keys]],
    dated: dict[str, str],
    elsewhere: dict[str, Callable[[str, str], list[int]]],
    start: int | None,
) -> Iterator[Any]:
    """Rows that may match the query, highest id first, from id `start` (inclusive) downwards.

    `indexed` names, for a filter, the indexed member and how the text becomes keys of it; `dated`, for a filter of
    moments, the member; `elsewhere`, for a filter, what finds the ids of rows by another table. What is found by
    them is still to be tested: they only narrow.
    """
    found = _narrowed(source, query, indexed, dated, elsewhere)
    if found is None:
        return source.falling(start)
    falling = sorted(found, reverse=True)
    return (found[one] for one in falling if start is None or one <= start)


def _narrowed(
    source: Source,
    query: dict[str, str],
    indexed: dict[str, tuple[str, filters.Keys]],
    dated: dict[str, str],
    elsewhere: dict[str, Callable[[str, str], list[int]]],
) -> dict[int, Any] | None:
    """The smallest set of rows that an index knows to hold all that match; None if reading on is as quick."""
    if query.get("ids"):
        wanted = filters.parse_ids("ids", query["ids"])
        return {row.id: row for row in (source.get(one) for one in wanted) if row}
    best: tuple[str, list[Any]] | None = None
    fewest = MANY if isinstance(source, Derived) else max(MANY, len(source) // SHARE)
    for name, (member, keys) in indexed.items():
        if query.get(name):
            values = keys(name, query[name])
            count = sum(source.count(member, value) for value in values)
            if count < fewest or isinstance(source, Derived):
                best, fewest = (member, values), count
    for name, find in elsewhere.items():
        if query.get(name):
            ids = find(name, query[name])
            if len(ids) < fewest:
                return {row.id: row for row in (source.get(one) for one in ids) if row}
    for name, member in dated.items():
        if query.get(name):
            lower, upper = filters.bounds(filters.parse_dates(name, query[name]))
            within = source.within(member, lower, upper, at_most=fewest)
            if within is not None and len(within) < fewest:
                return {row.id: row for row in within}
    if best is None:
        return None
    return {row.id: row for value in best[1] for row in source.by(best[0], value)}
