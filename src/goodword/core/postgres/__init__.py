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
