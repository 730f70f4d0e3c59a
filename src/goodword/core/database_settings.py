"""Settings of PostgreSQL's sessions, which the server, the database or the role can change, and what Goodword needs."""

from typing import Any, Final

from psycopg.errors import (
    IdleInTransactionSessionTimeout,
    LockNotAvailable,
    QueryCanceled,
    TransactionTimeout,
)

from goodword.core.environment import SettingError

#: errors of a statement or transaction that took longer than a time limit
TimeLimitExceeded: Final = (
    QueryCanceled,
    LockNotAvailable,
    IdleInTransactionSessionTimeout,
    TransactionTimeout,
)
#: time limits that are off by default; the last one exists since PostgreSQL 17
TIME_LIMITS: Final = (
    "statement_timeout",
    "lock_timeout",
    "idle_in_transaction_session_timeout",
    "idle_session_timeout",
    "transaction_timeout",
)
#: name and milliseconds of each given limit that is set and shorter than the given number of milliseconds
SHORT_LIMITS: Final = (
    "SELECT name, setting::bigint FROM pg_settings WHERE name = ANY(%s) "
    "AND setting::bigint > 0 AND setting::bigint < %s ORDER BY name"
)
#: sets the given limits for the session: name, milliseconds; unknown ones are left out
SET_LIMITS: Final = (
    "SELECT set_config(name, wanted, false) FROM unnest(%s::text[], %s::text[]) AS given (name, wanted) "
    "JOIN pg_settings USING (name)"
)
#: name, the value that Goodword needs, and the prefix that identifies it
_NEEDED: Final = (
    ("DateStyle", "ISO", "ISO"),
    ("IntervalStyle", "postgres", "postgres"),
    ("default_transaction_isolation", "read committed", "read committed"),
    ("standard_conforming_strings", "on", "on"),
)
_LOOK: Final = """
SELECT format('ALTER ROLE %%I IN DATABASE %%I SET', current_user, current_database()),
    current_setting('server_encoding'), current_setting('search_path'), current_schema(),
    extension.in_schema, extension.missing_grant,
    (SELECT array_agg(ARRAY[name, current_setting(name)]) FROM unnest(%s::text[]) AS name)
FROM (VALUES (1)) AS one LEFT JOIN (
    SELECT quote_ident(n.nspname) AS in_schema, CASE WHEN NOT has_schema_privilege(n.oid, 'USAGE')
        THEN format('GRANT USAGE ON SCHEMA %%I TO %%I', n.nspname, current_user) END AS missing_grant
    FROM pg_extension AS e JOIN pg_namespace AS n ON n.oid = e.extnamespace
    WHERE e.extname = 'pg_trgm' AND n.nspname <> ALL(current_schemas(true))
) AS extension ON true
"""


def no_time_limits() -> tuple[list[str], list[str]]:
    """Parameters for SET_LIMITS."""
    return list(TIME_LIMITS), ["0"] * len(TIME_LIMITS)


def problem(cursor: Any) -> tuple[str, str] | None:
    """Return why Goodword can't work in sessions like this one, and the remedy; None if it can."""
    cursor.execute(_LOOK, [[name for name, _, _ in _NEEDED]])
    change, encoding, path, schema, extension, grant, settings = cursor.fetchone()
    if encoding != "UTF8":
        remedy = (
            "Create another database with `createdb --encoding=UTF8 --template=template0` and name it in DATABASE_URL; "
            "data moves with `goodword backup` and `goodword restore`."
        )
        return f"The database's encoding is {encoding}, and Goodword needs UTF8.", remedy
    if schema not in (None, "public"):  # if it is None, an error of the first migration says so
        return (
            f"search_path is {path}, so Goodword's tables would be in the schema {schema}; they must be in public.",
            f"Run `{change} search_path = public` as this role.",
        )
    if grant is not None:
        return (
            f"The extension pg_trgm is in the schema {extension}, which this role may not use.",
            f"Run `{grant}` as the schema's owner.",
        )
    if extension is not None:
        return (
            f"The extension pg_trgm is in the schema {extension}, which is not in search_path ({path}).",
            f"Run `{change} search_path = public, {extension}` as this role.",
        )
    found = dict(settings)
    for name, wanted, begins in _NEEDED:
        if not found[name].startswith(begins):
            value = f"'{wanted}'" if " " in wanted else wanted
            return (
                f"The setting {name} of PostgreSQL is {found[name]!r} for this role, and Goodword needs {wanted!r}.",
                f"Run `{change} {name} = {value}` as this role.",
            )
    return None


def check(cursor: Any) -> None:
    """Raise SettingError if Goodword can't work in sessions like this one."""
    if found := problem(cursor):
        raise SettingError(" ".join(found))
