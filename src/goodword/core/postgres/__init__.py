"""The embedded PostgreSQL: for machines without a DATABASE_URL. Knows nothing of Django.

`start` is for the commands that run everything (and for tests), `attach` for all others.
"""

from .attach import attach
from .errors import AlreadyRunningError, CannotStartError, NotRunningError, OtherVersionError, PostgresError
from .server import Server, start

__all__ = [
    "AlreadyRunningError",
    "CannotStartError",
    "NotRunningError",
    "OtherVersionError",
    "PostgresError",
    "Server",
    "attach",
    "start",
]
