"""What a program checks as it starts, so that an operator reads one sentence and no traceback."""

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
            "The database cannot be reached. Check DATABASE_URL, and that PostgreSQL is running and lets this "
            f"machine in. It said: {reason}"
        ) from error


def check_migrations() -> None:
    """Raises SettingError if the database lacks a migration of this version."""
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        raise SettingError("The database is not at this version yet. Run `goodword migrate` first.")


def check_static_files() -> None:
    """Raises SettingError if the pages' styles and scripts have not been collected into GOODWORD_DATA."""
    if settings.PRODUCTION and not (Path(settings.STATIC_ROOT) / "staticfiles.json").is_file():
        raise SettingError(
            f"There are no static files in {settings.STATIC_ROOT}. Run `goodword collectstatic --noinput` with "
            "the same GOODWORD_DATA."
        )


def check_writable(folder: Path) -> None:
    """Raises SettingError if nothing can be written in the folder; makes it if it is missing."""
    probe = folder / ".writable"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise SettingError(
            f"GOODWORD_DATA ({folder}) cannot be written: {error.strerror}. Name a folder that belongs to the "
            "user this program runs as."
        ) from error
