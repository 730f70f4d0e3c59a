import select
from typing import Any

from psycopg import Connection
from psycopg_pool import ConnectionPool


def check(connection: Connection[Any]) -> None:
    """Raise an error if the connection was closed while it was idle. This only sends a query if there is something to
    read, such as the end of the connection: a query before each request would take longer than most of its
    statements."""
    waiting = select.poll()
    waiting.register(connection.fileno(), select.POLLIN)
    if waiting.poll(0):
        ConnectionPool.check_connection(connection)
