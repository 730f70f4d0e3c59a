"""What reactions of one transaction read once, since many of them ask for the same."""

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
    """Remember until the end of the block, which is within one transaction."""
    token = _memory.set({})
    try:
        yield
    finally:
        _memory.reset(token)


def remembered[T](key: Hashable, find: Callable[[], T]) -> T:
    """What was found before within the block, if any. What was read or locked in a savepoint is forgotten with it. For
    rows that reactions don't change."""
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
