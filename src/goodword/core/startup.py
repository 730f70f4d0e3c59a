"""Checks at start, so that the operator gets one sentence instead of a traceback."""

from pathlib import Path

import psycopg
from django.conf import settings
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from goodword.core.environment import SettingError

CONNECT_SECONDS = 5


def check_database() -> None:
    """Raises SettingError if the database of DATABASE_URL cannot be reached."""
    try:
        psycopg.connect(**connection.get_connection_params() | {"connect_timeout": CONNECT_SECONDS}).close()
    except psycopg.OperationalError as error:
        reason = " ".join(str(error).split())
        raise SettingError(
            "The database cannot be reached. Check DATABASE_URL, and that PostgreSQL is running and accepts "
            f"connections from this machine. Error: {reason}"
        ) from error


def check_migrations() -> None:
    """Raises SettingError if the database lacks a migration of this version."""
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        raise SettingError("The database is not at this version yet. Run `goodword migrate` first.")


def check_static_files() -> None:
    """Raises SettingError if static files have not been collected into GOODWORD_DATA."""
    if settings.PRODUCTION and not (Path(settings.STATIC_ROOT) / "staticfiles.json").is_file():
        raise SettingError(
            f"There are no static files in {settings.STATIC_ROOT}. Run `goodword collectstatic --noinput` with "
            "the same GOODWORD_DATA."
        )


def check_writable(folder: Path) -> None:
    """Raises SettingError if the folder is not writable; creates a missing one."""
    probe = folder / ".writable"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise SettingError(
            f"GOODWORD_DATA ({folder}) cannot be written: {error.strerror}. Use a folder that the user running "
            "this program can write to."
        ) from error
