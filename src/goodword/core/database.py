import os
import queue
import re
import signal
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType
from typing import Any, Final, LiteralString

import psycopg
from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.db import (
    DatabaseError,
    InterfaceError,
    OperationalError,
    ProgrammingError,
    connection,
    connections,
    transaction,
)
from django.db.migrations.exceptions import MigrationSchemaMissing
from django.db.migrations.executor import MigrationExecutor
from packaging.version import Version
from procrastinate.contrib.django.utils import connector_params
from psycopg.errors import DeadlockDetected, InsufficientPrivilege, LockNotAvailable

from goodword.core import database_settings, process
from goodword.core.environment import SettingError
from goodword.core.notices import is_json, say
from goodword.core.version import VERSION

#: SQLSTATE classes of server problems: connection exceptions, insufficient resources, shutdown and start-up, and a
#: server that is read-only, as after a failover
_OUTAGES = ("08", "53", "57P", "25006")
#: seconds between attempts, doubling up to the limit
FIRST_WAIT, LONGEST_WAIT = 0.25, 5.0
CONNECT_SECONDS = 5
#: milliseconds
_STATEMENT = 1_500
#: seconds between log messages while waiting
SAY_EVERY: Final = 60.0
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
#: the release that last migrated this database, and the oldest that can run on it; works without these columns too
MIGRATED_BY: Final = (
    "SELECT coalesce(to_jsonb(row) ->> 'release', ''), coalesce(to_jsonb(row) ->> 'oldest_release', '') "
    "FROM core_installation AS row"
)
#: existing tables among those given that this role may not read
UNREADABLE: Final = (
    "SELECT name FROM unnest(%s::text[]) AS name WHERE to_regclass(quote_ident(name)) IS NOT NULL "
    "AND NOT has_table_privilege(to_regclass(quote_ident(name)), 'SELECT') ORDER BY name"
)
#: which of these columns (two arrays: tables, columns) don't exist
MISSING_COLUMNS: Final = (
    "SELECT of_table, name FROM unnest(%s::text[], %s::text[]) AS wanted (of_table, name) WHERE NOT EXISTS ("
    "SELECT FROM pg_attribute WHERE attrelid = to_regclass(quote_ident(of_table)) AND attname = name"
    ") ORDER BY of_table, name"
)
#: part of PgBouncer's message, and the remedy
POOLER_REFUSES: Final = "unsupported startup parameter"
POOLER_REMEDY: Final = "Add `ignore_startup_parameters = options` to PgBouncer's settings."
#: seconds
NOTIFIED_WITHIN: Final = 2.0
#: the problem and its remedy
NO_NOTIFICATIONS: Final = (
    "Notifications don't arrive, as behind a pooler in transaction mode.",
    "Point DATABASE_URL at PostgreSQL itself, or at a pooler in session mode.",
)
#: Connection errors of PostgreSQL and libpq that waiting won't fix. There is no SQLSTATE at this point, so if the
#: server's messages aren't in English, we wait anyway.
_REFUSED: Final = re.compile(
    r'authentication failed|no password supplied|(?:role|database) ".*" does not exist|no such (?:user|database)'
    r"|no pg_hba\.conf entry|pg_hba\.conf rejects|not permitted to log in|failed: permission denied"
    r"|permission denied (?:for|to set parameter)|authentication method requirement|must be superuser"
    r"|unsupported startup parameter|weak sslmode|private key file|invalid command-line argument|encryption required"
    r"|does not support SSL|certificate verify failed|(?:root|server|client) certificate|invalid port number"
    r'|invalid "?\w+"? value: "|invalid integer value "|definition of service|channel binding required'
    r"|invalid value for parameter|unrecognized configuration parameter|could not parse network address",
    re.IGNORECASE,
)


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


def check_database() -> None:
    if (error := _try_to_connect()) is not None:
        raise _unreachable(error) from error


def wait_for_database(*, migrated: bool = True) -> None:
    """Wait for the database and, with `migrated`, for its migrations. SIGTERM exits with status 0. Raises SettingError
    for errors that waiting won't fix."""
    before = signal.signal(signal.SIGTERM, _leave)
    try:
        said_at: float | None = None
        for wait in waits():
            error = _connection_error(migrated=migrated)
            if error is None:
                break
            if _REFUSED.search(str(error)) or not is_outage(error):
                raise _unreachable(error) from error
            if said_at is None or time.monotonic() - said_at >= SAY_EVERY:
                say(f"Waiting for the database at {_address()} (DATABASE_URL): {_reason(error)}")
                said_at = time.monotonic()
            time.sleep(wait)
        if said_at is not None:
            say("The database can be reached.")
    finally:
        signal.signal(signal.SIGTERM, before)


def _connection_error(*, migrated: bool) -> Exception | None:
    """Return why the database can't be reached, or None if it can. Raises SettingError."""
    tried: queue.SimpleQueue[Exception | None] = queue.SimpleQueue()
    # in a thread, since a DNS lookup can take long and can't be interrupted
    threading.Thread(target=lambda: tried.put(_try_to_connect()), daemon=True).start()
    if (failed := tried.get()) is not None:
        return failed
    try:
        if migrated:
            check_pooler()
            check_migrations()
    except DatabaseError as error:
        if not is_outage(error):
            raise
        return error
    finally:
        connection.close()
    return None


def _try_to_connect() -> psycopg.Error | None:
    try:
        given = connection.get_connection_params()
        # with an option, as later connections have: a pooler may refuse it
        options = f"{given.get('options', '')} -c lock_timeout=0".strip()
        psycopg.connect(**given | {"connect_timeout": CONNECT_SECONDS, "options": options}).close()
    except psycopg.Error as error:
        return error
    return None


def _unreachable(error: Exception) -> SettingError:
    message = in_one_line(error)
    if POOLER_REFUSES in message:
        return SettingError(f"A pooler refuses the connection. {POOLER_REMEDY} Error: {message}")
    return SettingError(
        "The database cannot be reached. Check DATABASE_URL, and that PostgreSQL is running and accepts "
        f"connections from this machine. Error: {message}"
    )


def _address() -> str:
    given = connection.settings_dict
    hosts = str(given["HOST"] or "localhost").split(",")
    ports = str(given["PORT"] or 5432).split(",")
    return ",".join(map(_with_port, hosts, ports if len(ports) == len(hosts) else ports[:1] * len(hosts)))


def _with_port(host: str, port: str) -> str:
    return f"{f'[{host}]' if ':' in host else host}:{port or 5432}"


def _reason(error: Exception) -> str:
    line = first_line(error)
    if "resolve host" in line or "translate host name" in line:
        return "This host name is not known. If it is wrong, correct it."
    return line.rpartition("failed: ")[2].rstrip(".") + "."


def _leave(number: int, frame: FrameType | None) -> None:  # noqa: ARG001 - a signal handler's signature
    os._exit(0)  # exit immediately: nothing has been started, and stopping the interpreter can take seconds


def check_known_migrations() -> None:
    """Raise SettingError if the database has migrations unknown to this version, unless the newer version that applied
    them allows this one."""
    loader = MigrationExecutor(connection).loader
    unknown = sorted(
        f"{app}.{name}"
        for app, name in loader.applied_migrations
        if app in loader.migrated_apps and (app, name) not in loader.disk_migrations
    )
    if not unknown:
        return
    release, oldest = migrated_by()
    if release in ("", VERSION):  # also by another state of the code before its release
        raise SettingError(
            f"The database was made by another version of Goodword: this one does not know {unknown[0]}. Install the "
            "version that made it, or start with an empty database (DATABASE_URL) or data folder (GOODWORD_DATA)."
        )
    if not can_run_on(oldest):
        raise SettingError(
            f"The database was migrated by Goodword {release} and needs Goodword {oldest} or newer; this is {VERSION}. "
            f"Install {release}."
        )


def migrated_by() -> tuple[str, str]:
    """The release that last migrated this database, and the oldest that can run on it; both empty if unknown."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass('core_installation')")
        if cursor.fetchone() == (None,):
            return "", ""
        cursor.execute(MIGRATED_BY)
        return cursor.fetchone() or ("", "")


def can_run_on(oldest: str) -> bool:
    return Version(VERSION) >= Version(oldest)


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


def own_tables() -> list[str]:
    cache = settings.CACHES["default"].get("LOCATION")
    names = connection.introspection.django_table_names(include_views=True)
    return sorted({*names, "django_migrations", *([str(cache)] if cache else [])})


def rights_problem(unreadable: Sequence[str]) -> str:
    """`unreadable`: tables that the query UNREADABLE has found."""
    return (
        f"The database role may not read {len(unreadable)} of Goodword's tables, such as {unreadable[0]}. Run "
        "deploy/grants.sql as the owner of the tables (docs/operating.md, Two database roles)."
    )


def check_rights() -> None:
    """Raise SettingError if the role lacks rights, as after an upgrade without `deploy/grants.sql`."""
    with connection.cursor() as cursor:
        cursor.execute(UNREADABLE, [own_tables()])
        if unreadable := [name for (name,) in cursor.fetchall()]:
            raise SettingError(rights_problem(unreadable))


def own_columns() -> tuple[list[str], list[str]]:
    """Return the tables and the names of all columns of models with migrations."""
    models = [model for model in apps.get_models(include_auto_created=True) if model._meta.managed]
    pairs = [
        (model._meta.db_table, field.column)
        for model in models
        for field in model._meta.concrete_fields
        if field.column  # not a composite key
    ]
    return [table for table, _ in pairs], [column for _, column in pairs]


def columns_problem(missing: Sequence[tuple[str, str]]) -> str:
    """`missing`: table and column, as found by the query MISSING_COLUMNS."""
    table, column = missing[0]
    return (
        f"The database lacks {column} in {table} although its migrations are applied, so a development version of "
        "Goodword made it. Start with an empty database (DATABASE_URL) or data folder (GOODWORD_DATA)."
    )


def check_columns() -> None:
    """Raise SettingError if a column is missing. This happens when a migration is changed after it was applied, which
    we only do before the first release."""
    with connection.cursor() as cursor:
        cursor.execute(MISSING_COLUMNS, own_columns())
        if missing := cursor.fetchall():
            raise SettingError(columns_problem(missing))


def check_session() -> None:
    """Raise SettingError if PostgreSQL's settings for this role don't suit Goodword."""
    with connection.cursor() as cursor:
        database_settings.check(cursor)


def check_pooler() -> None:
    """Raise SettingError behind a pooler that shares sessions, as in transaction mode."""
    try:
        with psycopg.connect(**quick_connection(), autocommit=True) as direct:
            # poolers make up the id of the process
            pooled = direct.execute("SELECT pg_backend_pid()").fetchone() != (direct.info.backend_pid,)
        works = not pooled or notifications_arrive()
    except psycopg.Error:  # such as on a standby server
        return
    if not works:
        raise SettingError(" ".join(NO_NOTIFICATIONS))


def notifications_arrive() -> bool:
    with (
        psycopg.connect(**quick_connection(), autocommit=True) as listening,
        psycopg.connect(**quick_connection(), autocommit=True) as other,
    ):
        listening.execute("LISTEN goodword_doctor")
        other.execute("NOTIFY goodword_doctor")
        return any(listening.notifies(timeout=NOTIFIED_WITHIN, stop_after=1))


def check_migrations() -> None:
    """Raise SettingError if the database lacks migrations of this version, if its role lacks rights or has unsuitable
    settings, or if this version can't run on it."""
    check_session()
    check_rights()
    check_known_migrations()
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        raise SettingError("The database is not at this version yet. Run `goodword migrate` first.")
    check_columns()


def check_static_files() -> None:
    if settings.PRODUCTION and not (Path(settings.STATIC_ROOT) / "staticfiles.json").is_file():
        raise SettingError(
            f"There are no static files in {settings.STATIC_ROOT}. Run `goodword collectstatic --noinput` with "
            "the same GOODWORD_DATA."
        )


def check_writable(folder: Path, *, setting: str = "GOODWORD_DATA") -> None:
    """Raise SettingError if the folder isn't writable. A missing folder is created."""
    probe = folder / ".writable"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise SettingError(
            f"{setting} ({folder}) cannot be written: {error.strerror}. Use a folder that the user running "
            "this program can write to."
        ) from error


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
