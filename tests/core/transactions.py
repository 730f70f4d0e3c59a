"""Counts transactions."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from django.db import connection
from django.test.utils import CaptureQueriesContext


@dataclass
class Transactions:
    """The statements of each transaction, without those that begin or end something."""

    seen: list[list[str]] = field(default_factory=list)


@contextmanager
def transactions() -> Iterator[Transactions]:
    """Those of this connection in the block. Only for tests that commit."""
    found = Transactions()
    with CaptureQueriesContext(connection) as captured:
        yield found
    within = False
    for query in captured.captured_queries:
        match query["sql"].split():
            case ["BEGIN"]:
                within = True
                found.seen.append([])
            case ["COMMIT" | "ROLLBACK"]:
                within = False
            case ["SAVEPOINT" | "RELEASE" | "ROLLBACK", *_]:
                pass
            case _ if within:
                found.seen[-1].append(query["sql"])
            case _:
                found.seen.append([query["sql"]])
    found.seen = [statements for statements in found.seen if statements]  # BEGIN is sent with the first one
