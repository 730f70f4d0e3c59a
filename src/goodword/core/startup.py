"""What is checked before a program starts: the database, its migrations and rights, and the data folder."""

import os
import queue
import re
import signal
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from types import FrameType
from typing import Final

import psycopg
from django.apps import apps
from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from packaging.version import Version

from goodword.core import database_settings
from goodword.core.database import first_line, in_one_line, is_outage, quick_connection, waits
from goodword.core.environment import SettingError
from goodword.core.notices import say
from goodword.core.version import VERSION

CONNECT_SECONDS = 5
#: seconds between log messages while waiting
SAY_EVERY: Final = 60.0
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
