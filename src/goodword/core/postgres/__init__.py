from .layout import (
    DATABASE,
    AlreadyRunningError,
    CannotStartError,
    NotRunningError,
    OtherVersionError,
    PostgresError,
)
from .running import attach
from .server import PostgresServer, start

__all__ = [
    "DATABASE",
    "AlreadyRunningError",
    "CannotStartError",
    "NotRunningError",
    "OtherVersionError",
    "PostgresError",
    "PostgresServer",
    "attach",
    "start",
]
