"""Two actions that overlap: one begins before the other commits."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection, transaction


@contextmanager
def before_commit(act: Callable[[], Any], *, then: Callable[[], Any] = lambda: None) -> Iterator[list[Any]]:
    """Run the block in a transaction. Before it commits, start `act` in another thread, where it sees the old rows and
    waits for a lock that the block holds. Yields a list; after the block it contains what `act` returned. `then`:
    called before the commit, while `act` waits."""
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
    other.join(60)
    assert found, "the other action has failed or hangs"


def _somebody_waits() -> bool:
    with connection.cursor() as cursor:
        # for this connection: other processes' tests use the same server
        cursor.execute(
            "SELECT count(*) FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))"
        )
        return bool(cursor.fetchone()[0])
