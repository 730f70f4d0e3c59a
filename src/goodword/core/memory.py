"""A cache for the reactions of one transaction, many of which read the same rows."""

from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.db import connection

_memory: ContextVar[dict[Hashable, tuple[tuple[str, ...], Any]] | None] = ContextVar(
    "goodword.memory", default=None
)


@contextmanager
def remembering() -> Iterator[None]:
    """Cache until the end of the block, which must be within one transaction."""
    token = _memory.set({})
    try:
        yield
    finally:
        _memory.reset(token)


def remembered[T](key: Hashable, find: Callable[[], T]) -> T:
    """The cached result of `find`. Results from a savepoint that was rolled back are discarded. Only for rows that
    reactions don't change."""
    memory = _memory.get()
    if memory is None:
        return find()
    here = tuple(connection.savepoint_ids)
    known = memory.get(key)
    if known is not None and here[: len(known[0])] == known[0]:
        found: T = known[1]
        return found
    new = find()
    memory[key] = here, new
    return new
