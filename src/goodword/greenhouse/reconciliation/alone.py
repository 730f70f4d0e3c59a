"""One worker at a time for a connection's starts: two would ask Greenhouse the same."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection as database

#: the first half of the lock's key
_LOCK = 0x6865616C


@contextmanager
def alone(connection_id: int) -> Iterator[bool]:
    """Whether this worker is the one; the lock ends with the block, or with the worker's database session."""
    key = (_LOCK << 32) | (connection_id & 0x7FFFFFFF)
    with database.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [key])
        mine = bool(cursor.fetchone()[0])
    try:
        yield mine
    finally:
        if mine:
            with database.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [key])
