"""Connections to the database, and what happens while it is unreachable."""

from collections.abc import Iterator, Sequence
from typing import Any

import psycopg
from django.db import DatabaseError, InterfaceError, connection, connections, transaction
from procrastinate.contrib.django.utils import connector_params

from goodword.core import process

#: SQLSTATE classes of server problems: connection exceptions, insufficient resources, shutdown and start-up, and a
#: server that is read-only, as after a failover
_OUTAGES = ("08", "53", "57P", "25006")
#: seconds between attempts, doubling up to the limit
FIRST_WAIT, LONGEST_WAIT = 0.25, 5.0
#: milliseconds
_STATEMENT = 1_500


def is_outage(error: BaseException) -> bool:
    """Whether the database was unavailable. Such errors don't count as attempts."""
    return any(_says_outage(cause) for cause in _chain(error))


def wait_until_back() -> None:
    """Wait until this thread's connection works again. Returns at once inside a transaction. Raises process.Stopped."""
    if connection.in_atomic_block:
        return
    for wait in waits():
        connection.close()
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("SELECT 1")
        except DatabaseError as error:
            if not is_outage(error):
                raise
        else:
            return
        process.pause(wait)


def waits() -> Iterator[float]:
    wait = FIRST_WAIT
    while True:
        yield wait
        wait = min(2 * wait, LONGEST_WAIT)


def first_line(error: BaseException) -> str:
    """The database's message without the context of the statement."""
    return (str(error).strip().splitlines() or [type(error).__name__])[0]


def in_one_line(error: BaseException) -> str:
    """The database's message, without libpq's question about whether the server is running."""
    lines = (line.strip() for line in str(error).splitlines())
    return " ".join(line for line in lines if line and not line.startswith("Is the server running"))


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__


def _says_outage(error: BaseException) -> bool:
    if isinstance(error, psycopg.Error):
        if error.sqlstate is not None:
            return error.sqlstate.startswith(_OUTAGES)
        return isinstance(error, psycopg.OperationalError | psycopg.InterfaceError)
    # Django raises its own error, without a cause, for a connection that it knows is closed
    return isinstance(error, InterfaceError) and error.__cause__ is None


def connection_settings() -> dict[str, Any]:
    """Django's settings as arguments of psycopg."""
    return {name: value for name, value in connector_params().items() if name != "pool"}


def quick_connection(*, milliseconds: int = _STATEMENT) -> dict[str, Any]:
    """Connection settings for checks, which give up after two seconds. `milliseconds`: limit per statement."""
    given = connection_settings()
    options = f"{given.get('options', '')} -c statement_timeout={milliseconds}".strip()
    return given | {"connect_timeout": 2, "tcp_user_timeout": 2_000, "options": options}


def one_value(conn: psycopg.Connection, sql: Any, values: Sequence[object] = ()) -> Any:
    """The first column of the first row, or None."""
    row = conn.execute(sql, values or None).fetchone()
    return row[0] if row else None


def disconnect() -> None:
    for each in connections.all(initialized_only=True):
        each.close()
        if hasattr(each, "close_pool"):
            each.close_pool()
