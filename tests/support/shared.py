"""Test data built once for many tests."""

from collections.abc import Callable, Iterator

import pytest_django
from django.db import connection, transaction


def shared_world[W](blocker: pytest_django.DjangoDbBlocker, build: Callable[[], W]) -> Iterator[W]:
    """Yield what `build` returns, and keep the rows it wrote until the fixture ends.

    The body of a module- or package-scoped fixture that requests `django_db_setup` and `django_db_blocker`. A test
    marked `django_db` runs in a savepoint of this transaction, so its changes are undone; give each test a
    `copy.deepcopy` of the world, since Python objects are not. Tests marked `django_db(transaction=True)` cannot run
    inside: they would wait for this transaction forever.
    """
    with blocker.unblock():
        outer = transaction.atomic()
        outer.__enter__()
    try:
        with blocker.unblock():
            world = build()
            # otherwise each test would check its foreign keys again
            connection.check_constraints()
        yield world
    finally:
        with blocker.unblock():
            transaction.set_rollback(True)
            outer.__exit__(None, None, None)
