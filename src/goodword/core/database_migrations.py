"""`goodword migrate`: migrations of a database that programs are using."""

import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any, Final, LiteralString

from django.core.management import call_command
from django.db import DatabaseError, OperationalError, ProgrammingError, connection
from django.db.migrations.exceptions import MigrationSchemaMissing
from psycopg.errors import DeadlockDetected, InsufficientPrivilege, LockNotAvailable

from goodword.core import database_settings
from goodword.core.database import first_line
from goodword.core.environment import SettingError
from goodword.core.notices import is_json, say
from goodword.core.startup import (
    SAY_EVERY,
    check_columns,
    check_known_migrations,
    check_pooler,
    check_session,
    migrated_by,
)

#: a migration that waits longer for a lock gives up, since other statements queue behind it. This is shorter than
#: PostgreSQL's deadlock_timeout, so that in a deadlock the migration usually gives way.
MIGRATION_LOCK_MS: Final = 500
#: advisory lock of the program that is migrating ("migrate" as a number)
_MIGRATING: Final = 0x6D696772617465
#: attempts of `migrate`, and seconds between them
MIGRATION_TRIES, MIGRATION_PAUSE = 120, 1.0
#: seconds to wait for another program that is migrating
OTHER_MIGRATION: Final = 7200.0
_INVALID_INDEXES: Final = (
    "SELECT format('%I.%I', n.nspname, c.relname) FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid "
    "JOIN pg_namespace n ON n.oid = c.relnamespace WHERE NOT i.indisvalid AND n.nspname = current_schema()"
)
#: comes with PostgreSQL, in some distributions as a separate package
EXTENSION: Final = "pg_trgm"


def migrate(*, verbosity: int = 1) -> None:
    """Apply the migrations while programs are running. A migration that can't get a lock quickly, or is in a
    deadlock with a program, is tried again later. Waits for other hosts that are migrating. Raises SettingError if it
    never gets the lock."""
    from goodword.core import installation

    check_pooler()
    check_session()
    _check_extension()
    with _no_time_limits(), _no_other_migrating():
        check_known_migrations()
        _apply(verbosity)
        check_columns()
        call_command("createcachetable", verbosity=0)
        installation.record_release()


def _check_extension() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_available_extensions WHERE name = %s", [EXTENSION])
        if cursor.fetchone() == (0,):
            raise SettingError(
                f"The database server lacks PostgreSQL's extension {EXTENSION}. Install it there (on Red Hat the "
                "package postgresql-contrib), and run `goodword migrate` again."
            )


def _apply(verbosity: int) -> None:
    for tries_left in reversed(range(MIGRATION_TRIES)):
        try:
            with _short_lock_timeout():
                _drop_invalid_indexes()
                call_command("migrate", interactive=False, verbosity=0 if is_json() else verbosity)
            break
        except OperationalError as error:
            if not isinstance(error.__cause__, LockNotAvailable | DeadlockDetected):
                raise
            if not tries_left:
                raise SettingError(
                    "The migration could not lock a table, because of a long transaction. `SELECT * FROM "
                    "pg_stat_activity` shows it. Wait for it or end it, and run `goodword migrate` again."
                ) from error
            say("The migration is waiting for another transaction and will be tried again.")
            time.sleep(MIGRATION_PAUSE)
        except (MigrationSchemaMissing, ProgrammingError) as error:
            if isinstance(error, ProgrammingError) and not isinstance(error.__cause__, InsufficientPrivilege):
                raise
            reason = first_line(error.__cause__ or error.__context__ or error)
            if migrated_by()[0]:
                remedy = "Run `goodword migrate` as the owner of the tables (docs/operating.md, Two database roles)."
            else:
                remedy = (
                    "Make it the owner of the database (ALTER DATABASE ... OWNER TO ...), and run `goodword migrate` "
                    "again."
                )
            raise SettingError(
                f"The role in DATABASE_URL may not create what Goodword needs: {reason}. {remedy}"
            ) from error


@contextmanager
def _no_other_migrating() -> Iterator[None]:
    began = time.monotonic()
    said_at: float | None = None
    with connection.cursor() as cursor:
        # a statement that waits for the lock would block CREATE INDEX CONCURRENTLY in the other program
        while not _got(cursor, "pg_try_advisory_lock"):
            if time.monotonic() - began >= OTHER_MIGRATION:
                raise SettingError(
                    f"Another program has been migrating this database for {OTHER_MIGRATION / 3600:g} hours: see "
                    "pg_stat_activity. Wait for it or end it, and run `goodword migrate` again."
                )
            if said_at is None or time.monotonic() - said_at >= SAY_EVERY:
                say("Another program is migrating this database; waiting for it.")
                said_at = time.monotonic()
            time.sleep(MIGRATION_PAUSE)
    try:
        yield
    finally:
        with suppress(DatabaseError), connection.cursor() as cursor:
            _got(cursor, "pg_advisory_unlock")


def _got(cursor: Any, function: LiteralString) -> bool:
    cursor.execute(f"SELECT {function}(%s)", [_MIGRATING])
    return bool(cursor.fetchone()[0])


@contextmanager
def _no_time_limits() -> Iterator[None]:
    """Lift the time limits of the server and the role, since a migration may take long."""
    with connection.cursor() as cursor:
        cursor.execute(database_settings.SET_LIMITS, database_settings.no_time_limits())
    try:
        yield
    finally:
        with suppress(DatabaseError), connection.cursor() as cursor:
            cursor.execute(
                "SELECT set_config(name, reset_val, false) FROM pg_settings WHERE name = ANY(%s)",
                [list(database_settings.TIME_LIMITS)],
            )


@contextmanager
def _short_lock_timeout() -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('lock_timeout', %s, false)", [str(MIGRATION_LOCK_MS)])
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("RESET lock_timeout")


def _drop_invalid_indexes() -> None:
    """Drop what an interrupted CREATE INDEX CONCURRENTLY left behind, since it blocks the next attempt."""
    with connection.cursor() as cursor:
        cursor.execute(_INVALID_INDEXES)
        for (name,) in cursor.fetchall():
            cursor.execute(f"DROP INDEX {name}")
