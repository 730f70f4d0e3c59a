"""The embedded PostgreSQL: for machines without a DATABASE_URL. Knows nothing of Django.

`start` is for the commands that run everything (and for tests), `attach` for all others.
"""

from .layout import (
    DATABASE,
    AlreadyRunningError,
    CannotStartError,
    NotRunningError,
    OtherVersionError,
    PostgresError,
)
from .running import attach
from .server import Server, start

__all__ = [
    "DATABASE",
    "AlreadyRunningError",
    "CannotStartError",
    "NotRunningError",
    "OtherVersionError",
    "PostgresError",
    "Server",
    "attach",
    "start",
]
