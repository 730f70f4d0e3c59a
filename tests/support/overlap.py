"""Two actions that overlap: one begins before the other commits."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection, transaction


@contextmanager
def before_commit(act: Callable[[], Any], *, then: Callable[[], Any] = lambda: None) -> Iterator[list[Any]]:
    """Run the block in a transaction. Before it commits, `act` begins in another thread, still sees the rows as they
    were, and waits for a lock of the block. Yields a list that contains what `act` returned, once the block has ended.
    `then`: the rest of the transaction, while `act` waits.
    """
    found: list[Any] = []

    def run() -> None:
        try:
            found.append(act())
        finally:
            connection.close()

    other = threading.Thread(target=run)
    with transaction.atomic():
        yield found
        other.start()
        while not _somebody_waits():
            assert other.is_alive(), f"the other action has not waited: {found}"
            time.sleep(0.02)
        then()
    other.join(30)
    assert found, "the other action has failed or hangs"


def _somebody_waits() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
        return bool(cursor.fetchone()[0])
