"""Recognise database outages and wait until they are over."""

from collections.abc import Iterator

import psycopg
from django.db import DatabaseError, InterfaceError, connection, transaction

from goodword.core import stopping

#: SQLSTATE classes about the server rather than the statement: connection exceptions, insufficient resources, shutdown
#: and start-up; and a read-only server, as after a failover
_OUTAGES = ("08", "53", "57P", "25006")

#: seconds between two attempts
FIRST_WAIT, LONGEST_WAIT = 0.25, 5.0


def is_outage(error: BaseException) -> bool:
    """Whether the database was unavailable, whatever the statement. Such an error does not count as an attempt."""
    return any(_says_outage(one) for one in _chain(error))


def wait_until_back() -> None:
    """Return once Django's connection of this thread works again. Raises stopping.Stopped.

    Does nothing within a transaction, which is lost and will fail when it ends.
    """
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
        stopping.pause(wait)


def waits() -> Iterator[float]:
    """Seconds to wait before each retry, indefinitely."""
    wait = FIRST_WAIT
    while True:
        yield wait
        wait = min(2 * wait, LONGEST_WAIT)


def first_line(error: BaseException) -> str:
    """The database's message, without the context of the statement."""
    return (str(error).strip().splitlines() or [type(error).__name__])[0]


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__


def _says_outage(error: BaseException) -> bool:
    if isinstance(error, psycopg.Error):
        if error.sqlstate is not None:
            return error.sqlstate.startswith(_OUTAGES)
        return isinstance(error, psycopg.OperationalError | psycopg.InterfaceError)
    # Django's own error for a connection it knows is closed; psycopg's, if there is no cause
    return isinstance(error, InterfaceError) and error.__cause__ is None
