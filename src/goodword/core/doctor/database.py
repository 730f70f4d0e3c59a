"""Checks of the database, its queue and the workers, through one connection."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import cache
from ipaddress import ip_address
from typing import Final

import psycopg
from django.conf import settings
from django.db import connection
from django.db.migrations.loader import MigrationLoader

from goodword.core import crypto, database_settings, job_recovery
from goodword.core.database import connection_settings, first_line, in_one_line, one_value
from goodword.core.doctor.findings import (
    DatabaseCheck,
    DoctorFinding,
    State,
    attention,
    broken,
    counted,
    database_checks,
    duration,
    good,
    size,
)
from goodword.core.startup import (
    MIGRATED_BY,
    MISSING_COLUMNS,
    NO_NOTIFICATIONS,
    POOLER_REFUSES,
    POOLER_REMEDY,
    UNREADABLE,
    can_run_on,
    columns_problem,
    notifications_arrive,
    own_columns,
    own_tables,
    rights_problem,
)
from goodword.core.version import VERSION

DATABASE: Final = "database"
WORKER: Final = "worker"
#: without a heartbeat for this long, the worker counts as stopped
SILENCE_LIMIT: Final = timedelta(minutes=1)
#: difference between this host's clock and the database's that needs attention, and that breaks things
SKEW, HARMFUL_SKEW = timedelta(seconds=10), timedelta(minutes=1)
LATE, STUCK = timedelta(minutes=5), timedelta(minutes=15)
#: how long a session may wait for a lock or stay idle in a transaction
LONG_WAIT, HARMFUL_WAIT = timedelta(seconds=30), timedelta(minutes=10)
#: transactions since the last freeze; PostgreSQL stops accepting writes at two billion
OLD_TRANSACTIONS, TOO_OLD_TRANSACTIONS = 500_000_000, 1_500_000_000
#: milliseconds; shorter time limits need attention
SHORT_LIMIT: Final = 600_000
#: statistics and dead rows are only checked in tables of at least this size
MANY_ROWS = 10_000
#: a worker's connections besides those of its jobs: four for the queue, one each for LISTEN, schedule, heartbeat
EXTRA_CONNECTIONS = 7
TOO_MANY_CONNECTIONS: Final = (
    "Raise PostgreSQL's max_connections (or CONNECTION LIMIT of the role or the database), or lower GOODWORD_POOL and "
    "the number of processes."
)
#: what has a limit, the limit, connections in use. Since PostgreSQL 16, reserved_connections are kept for other roles.
#: An ordinary role doesn't see the backend_type of other roles' connections.
_CONNECTION_LIMITS: Final = """
WITH clients AS (
    SELECT usename, datname FROM pg_stat_activity
    WHERE usesysid IS NOT NULL AND datid IS NOT NULL AND coalesce(backend_type, 'client backend') = 'client backend'
)
SELECT 'PostgreSQL',
    (SELECT sum(CASE name WHEN 'max_connections' THEN setting::int ELSE -setting::int END) FROM pg_settings
    WHERE name IN ('max_connections', 'superuser_reserved_connections', 'reserved_connections'))::int,
    (SELECT count(*) FROM clients)
UNION ALL SELECT 'the role ' || rolname, rolconnlimit, (SELECT count(*) FROM clients WHERE usename = rolname)
    FROM pg_roles WHERE rolname = current_user AND rolconnlimit >= 0 AND NOT rolsuper
UNION ALL SELECT 'the database ' || datname, datconnlimit,
    (SELECT count(*) FROM clients WHERE clients.datname = d.datname)
    FROM pg_database AS d WHERE datname = current_database() AND datconnlimit >= 0
"""
#: enough rows that a sort exceeds 64 kB of memory and writes about a megabyte to PostgreSQL's disk
_SPILLED_ROWS = 40_000


def findings(conn: psycopg.Connection, *, now: datetime, ready: bool = False) -> list[DoctorFinding]:
    """`ready`: only run the checks of /readyz. Raises psycopg.Error if the database fails."""
    if wrong := database_settings.problem(conn.cursor()):
        return [broken(DATABASE, *wrong)]
    found = [clock(conn, now), _write(conn), migrations(conn)]
    if found[-1].state is State.BROKEN:  # tables may be missing
        return found
    for check in (*_CHECKS, *database_checks):
        if ready and not check.ready:
            continue
        try:
            with conn.transaction():
                found.append(check.look(conn, now))
        except psycopg.Error as error:
            if check.ready or conn.broken:
                raise
            found.append(
                attention(
                    check.area,
                    f"This could not be checked: {first_line(error)}.",
                    "Grant the database role what is missing, or look at PostgreSQL's log.",
                )
            )
    return found


def failure(error: Exception) -> DoctorFinding:
    message = in_one_line(error)
    words = message.casefold()
    state = getattr(error, "sqlstate", None) or ""
    sentence = f"The database can't be used: {message.rstrip('.')}."
    match state, words:
        case "53100" | "53400", _:
            return broken(
                DATABASE, f"PostgreSQL's disk is full: {message}.", "Free space on it, or enlarge it."
            )
        case "25006", _:
            return broken(
                DATABASE,
                "The database is read-only.",
                "Point DATABASE_URL at the primary server, or end PostgreSQL's read-only mode.",
            )
        case "42P01", _:
            return broken(DATABASE, "The database has no tables of Goodword yet.", "Run `goodword migrate`.")
        case "42501", _:
            remedy = "Run deploy/grants.sql as the tables' owner, or use the owner's role in DATABASE_URL."
            return broken(DATABASE, sentence, remedy)
        case "53300", _:
            return broken(DATABASE, sentence, TOO_MANY_CONNECTIONS)
        case _, text if POOLER_REFUSES in text:
            return broken(DATABASE, sentence, POOLER_REMEDY)
        case _, text if "authentication failed" in text or "no password supplied" in text:
            return broken(DATABASE, sentence, "Correct the user and the password in DATABASE_URL.")
        case _, text if "does not exist" in text:
            remedy = "Create it (docs/install.md), or correct DATABASE_URL."
            return broken(DATABASE, sentence, remedy)
        case _, text if "remaining connection slots" in text or "too many c" in text:
            return broken(DATABASE, sentence, TOO_MANY_CONNECTIONS)
    return broken(
        DATABASE,
        sentence,
        "Check DATABASE_URL, and that PostgreSQL is running and accepts connections from this machine.",
    )


def no_answer(silent: timedelta) -> DoctorFinding:
    sentence = f"The database has not responded for {duration(silent)}."
    return broken(DATABASE, sentence, "Check PostgreSQL, its disk and the network.")


def clock(conn: psycopg.Connection, now: datetime) -> DoctorFinding:
    """Compare `now`, which was read just before, with the database's clock."""
    if settings.GOODWORD_CLOCK_MAY_MOVE:
        return good("clock", "The demo's clock may differ from the real time.")
    theirs = one_value(conn, "SELECT clock_timestamp()")
    skew = now - theirs
    if abs(skew) <= SKEW:
        return good("clock", "This host's clock agrees with the database's.")
    direction = "ahead of" if skew > timedelta(0) else "behind"
    sentence = f"This host's clock is {duration(skew)} {direction} the database's."
    remedy = "Synchronise the clocks of all hosts by NTP (timedatectl set-ntp true)."
    return (broken if abs(skew) > HARMFUL_SKEW else attention)("clock", sentence, remedy)


def _write(conn: psycopg.Connection) -> DoctorFinding:
    """Commit a row and write a megabyte of temporary data, since a single row may still fit on a full disk."""
    with conn.transaction():
        conn.execute(
            "INSERT INTO core_heartbeat (program, seen_at) VALUES ('web', now()) "
            "ON CONFLICT (program) DO UPDATE SET seen_at = now()"
        )
    with conn.transaction():
        conn.execute("SET LOCAL work_mem = '64kB'")
        conn.execute(
            "SELECT count(*) FROM (SELECT n FROM generate_series(1, %s) AS n ORDER BY md5(n::text)) AS sorted",
            [_SPILLED_ROWS],
        )
    version, least = conn.info.server_version, connection.features.minimum_database_version
    shown = f"PostgreSQL {version // 10_000}.{version % 10_000}"
    if least and version < least[0] * 10_000:
        return broken(DATABASE, f"{shown} is too old.", f"Upgrade it to PostgreSQL {least[0]} or newer.")
    if not conn.pgconn.ssl_in_use and not _is_here(conn):
        return attention(
            DATABASE,
            f"{shown} accepts writes, but the connection to it is not encrypted.",
            "Unless both are on a network of their own, as with compose.yaml, add ?sslmode=require to DATABASE_URL.",
        )
    return good(DATABASE, f"{shown} accepts writes.")


def migrations(conn: psycopg.Connection) -> DoctorFinding:
    if unreadable := [name for (name,) in conn.execute(UNREADABLE, [own_tables()]).fetchall()]:
        sentence, _, remedy = rights_problem(unreadable).partition(". ")
        return broken("migrations", f"{sentence}.", remedy)
    applied = set(conn.execute("SELECT app, name FROM django_migrations").fetchall())
    if missing := len(known_migrations() - applied):
        sentence = f"{counted(missing, 'migration')} of this version {_are(missing)} not applied."
        return broken("migrations", sentence, "Run `goodword migrate`.")
    if columns := conn.execute(MISSING_COLUMNS, own_columns()).fetchall():
        sentence, _, remedy = columns_problem(columns).partition(". ")
        return broken("migrations", f"{sentence}.", remedy)
    ours = {app for app, _ in known_migrations()}
    if unknown := sorted(f"{app}.{name}" for app, name in applied - known_migrations() if app in ours):
        release, oldest = conn.execute(MIGRATED_BY).fetchone() or ("", "")
        if oldest and can_run_on(oldest):
            return attention(
                "migrations",
                f"Goodword {release} has migrated the database; this is {VERSION}, which can run on it.",
                f"Finish the upgrade to {release}, unless you went back on purpose.",
            )
        return broken(
            "migrations",
            f"The database is newer than this version, which doesn't know {unknown[0]}.",
            "Install the version that migrated it: this one won't start again.",
        )
    return good("migrations", "All migrations are applied.")


@cache
def known_migrations() -> frozenset[tuple[str, str]]:
    """App and name of each migration of this version. Cached, so an upgrade on disk has no effect until a restart."""
    return frozenset(MigrationLoader(None, ignore_no_migrations=True).disk_migrations)


def field_key(conn: psycopg.Connection, now: datetime) -> DoctorFinding:  # noqa: ARG001 - a check's signature
    canaries = conn.execute("SELECT key_id, sealed FROM core_fieldkeycanary ORDER BY id").fetchall()
    if problem := crypto.canary_problem(canaries):
        return broken("field_key", problem.sentence, problem.remedy)
    return good("field_key", "GOODWORD_FIELD_KEYS opens the secrets in the database.")


def worker(conn: psycopg.Connection, now: datetime) -> DoctorFinding:  # noqa: ARG001 - by the database's clock
    silence = one_value(conn, "SELECT now() - max(seen_at) FROM core_heartbeat WHERE program = %s", [WORKER])
    remedy = (
        "Mail, reminders, reports, notes and webhook deliveries are waiting. On the server, start the worker "
        "and check its log."
    )
    if silence is None:
        return broken(WORKER, "No worker has run yet.", remedy)
    if silence > SILENCE_LIMIT:
        return broken(WORKER, f"No worker for {duration(silence)}.", remedy)
    if silence < -SILENCE_LIMIT:
        return broken(WORKER, "No worker since the database's clock was set back.", remedy)
    running = one_value(
        conn,
        "SELECT count(*) FROM procrastinate_workers "
        "WHERE abs(extract(epoch FROM now() - last_heartbeat)) < 30",
    )
    return good(WORKER, f"{counted(running, 'worker')} running, last heartbeat {duration(silence)} ago.")


def database_size(conn: psycopg.Connection, now: datetime) -> DoctorFinding:  # noqa: ARG001
    largest = conn.execute(
        "SELECT relname, pg_total_relation_size(oid) FROM pg_class "
        "WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace ORDER BY 2 DESC LIMIT 3"
    ).fetchall()
    total = size(one_value(conn, "SELECT pg_database_size(current_database())"))
    tables = ", ".join(f"{name} {size(number)}" for name, number in largest)
    return good("database_size", f"{total}. Largest tables: {tables}.")


def connections(conn: psycopg.Connection, now: datetime) -> DoctorFinding:  # noqa: ARG001
    """Compare the tightest of three limits (server, role, database) with what Goodword may use."""
    limits = conn.execute(_CONNECTION_LIMITS).fetchall()
    of, most, used = min(limits, key=lambda row: row[1] - row[2])
    need = settings.GOODWORD_POOL + EXTRA_CONNECTIONS
    room = min(limit for _, limit, _ in limits) // need
    sentence = (
        f"{used} of {most} connections of {of} are in use; each process takes up to {need}, so there is room for "
        f"{counted(room, 'web process or worker', 'web processes and workers')} in all."
    )
    if most - used < need:
        return attention("connections", sentence, TOO_MANY_CONNECTIONS)
    return good("connections", sentence)


def time_limits(conn: psycopg.Connection, now: datetime) -> DoctorFinding:  # noqa: ARG001
    """Limits that the server, the database or the role sets. The given connection has its own."""
    with psycopg.connect(**connection_settings() | {"connect_timeout": 2}, autocommit=True) as other:
        limits = other.execute(
            database_settings.SHORT_LIMITS, [list(database_settings.TIME_LIMITS), SHORT_LIMIT]
        ).fetchall()
    if not limits:
        return good("time_limits", "PostgreSQL sets no short time limits for this role.")
    change = one_value(
        conn, "SELECT format('ALTER ROLE %I IN DATABASE %I SET', current_user, current_database())"
    )
    shown = ", ".join(f"{name} {milliseconds / 1000:g} s" for name, milliseconds in limits)
    return attention(
        "time_limits",
        f"PostgreSQL ends what takes longer, also jobs and commands: {shown}.",
        f"Turn them off, for example with `{change} {limits[0][0]} = 0` as this role.",
    )


def notifications(conn: psycopg.Connection, now: datetime) -> DoctorFinding:  # noqa: ARG001
    """Whether workers are notified of new jobs. A pooler in transaction mode prevents that, since it shares
    sessions."""
    if notifications_arrive():
        return good("notifications", "Workers are notified of new jobs at once.")
    return broken("notifications", *NO_NOTIFICATIONS)


def locks(conn: psycopg.Connection, now: datetime) -> DoctorFinding:  # noqa: ARG001 - by the database's clock
    waiting = conn.execute(
        "SELECT max(clock_timestamp() - state_change), count(*), (array_agg(blocker))[1] "
        "FROM pg_stat_activity, unnest(pg_blocking_pids(pid)) AS blocker "
        "WHERE datname = current_database() AND wait_event_type = 'Lock'"
    ).fetchone()
    longest, count, blocker = waiting or (None, 0, None)
    if longest is not None and longest > LONG_WAIT:
        sentence = (
            f"{counted(count, 'session')} {_have(count)} waited for a lock for up to {duration(longest)}."
        )
        remedy = f"If this doesn't end, end the session that has it: SELECT pg_terminate_backend({blocker})."
        return (broken if longest > HARMFUL_WAIT else attention)("locks", sentence, remedy)
    idle = conn.execute(
        "SELECT clock_timestamp() - state_change, pid FROM pg_stat_activity WHERE datname = current_database() "
        "AND state LIKE 'idle in transaction%' ORDER BY 1 DESC LIMIT 1"
    ).fetchone()
    if idle is not None and idle[0] > HARMFUL_WAIT:
        return attention(
            "locks",
            f"A session has kept a transaction open for {duration(idle[0])} without using it.",
            f"It keeps VACUUM from cleaning up. If nobody needs it: SELECT pg_terminate_backend({idle[1]}).",
        )
    return good("locks", "No session has been waiting long for a lock.")


def vacuum(conn: psycopg.Connection, now: datetime) -> DoctorFinding:  # noqa: ARG001
    age = one_value(conn, "SELECT age(datfrozenxid) FROM pg_database WHERE datname = current_database()")
    if age > OLD_TRANSACTIONS:
        sentence = f"The oldest transaction is {age:,} transactions old: autovacuum does not keep up."
        say = broken if age > TOO_OLD_TRANSACTIONS else attention
        return say("vacuum", sentence, "Run VACUUM (FREEZE) on the database, and look for old transactions.")
    if one_value(conn, "SELECT current_setting('autovacuum')") == "off":
        return attention("vacuum", "Autovacuum is off.", "Set autovacuum = on in PostgreSQL.")
    tables = conn.execute(
        "SELECT relname, n_dead_tup > greatest(n_live_tup, %(many)s) AS dead FROM pg_stat_user_tables "
        "WHERE n_dead_tup > greatest(n_live_tup, %(many)s) "
        "OR (n_live_tup > %(many)s AND coalesce(last_analyze, last_autoanalyze) IS NULL) ORDER BY n_live_tup DESC",
        {"many": MANY_ROWS},
    ).fetchall()
    if dead := [name for name, is_dead in tables if is_dead]:
        return attention(
            "vacuum",
            f"More than half of these tables are dead rows: {', '.join(dead[:5])}.",
            "Run VACUUM (ANALYZE) on them, and look for old transactions.",
        )
    if tables:
        names = ", ".join(name for name, _ in tables[:5])
        return attention("vacuum", f"These tables have no statistics: {names}.", "Run ANALYZE.")
    return good("vacuum", "Autovacuum keeps up.")


def jobs(conn: psycopg.Connection, now: datetime) -> DoctorFinding:  # noqa: ARG001 - the queue has the database's clock
    row = conn.execute(
        "SELECT count(*) FILTER (WHERE status = 'todo' AND coalesce(scheduled_at, now()) <= now()), "
        "count(*) FILTER (WHERE status = 'failed' AND task_name <> ALL(%s)), "
        "(SELECT now() - min(coalesce(job.scheduled_at, event.at)) FROM procrastinate_jobs AS job "
        "JOIN procrastinate_events AS event ON event.job_id = job.id AND event.type = 'deferred' "
        "WHERE job.status = 'todo' AND coalesce(job.scheduled_at, now()) <= now()) FROM procrastinate_jobs",
        [sorted(job_recovery.swept_tasks())],
    ).fetchone()
    waiting, failed, oldest = row or (0, 0, None)
    return _queue("jobs", "job", waiting=waiting, oldest=oldest, failed=failed)


def reactions(conn: psycopg.Connection, now: datetime) -> DoctorFinding:
    row = conn.execute(
        "SELECT count(*) FILTER (WHERE r.state = 'waiting'), count(*) FILTER (WHERE r.state = 'failed'), "
        "%(now)s::timestamptz - min(coalesce(r.not_before, e.occurred_at)) FILTER (WHERE r.state = 'waiting') "
        "FROM core_reaction AS r JOIN core_event AS e ON e.id = r.event_id WHERE r.state IN ('waiting', 'failed')",
        {"now": now},
    ).fetchone()
    waiting, failed, oldest = row or (0, 0, None)
    return _queue("reactions", "reaction", waiting=waiting, oldest=oldest, failed=failed)


def _queue(area: str, noun: str, *, waiting: int, oldest: timedelta | None, failed: int) -> DoctorFinding:
    if oldest is not None and oldest > LATE:
        sentence = f"{counted(waiting, noun)} {_are(waiting)} waiting, the oldest for {duration(oldest)}."
        remedy = "Check that a worker is running, and look at its log. If it is busy, start another one."
        return (broken if oldest > STUCK else attention)(area, sentence, remedy)
    if failed:
        remedy = "Look at the worker's log, then run `goodword jobs list --failed` and `goodword jobs retry --failed`."
        return attention(area, f"{counted(failed, noun)} failed.", remedy)
    return good(area, f"{counted(waiting, noun)} waiting.")


_CHECKS: Sequence[DatabaseCheck] = (
    DatabaseCheck("field_key", field_key, ready=True),
    DatabaseCheck(WORKER, worker, ready=True),
    DatabaseCheck("jobs", jobs),
    DatabaseCheck("reactions", reactions),
    DatabaseCheck("database_size", database_size),
    DatabaseCheck("connections", connections),
    DatabaseCheck("time_limits", time_limits),
    DatabaseCheck("notifications", notifications),
    DatabaseCheck("locks", locks),
    DatabaseCheck("vacuum", vacuum),
)


def _is_here(conn: psycopg.Connection) -> bool:
    host = conn.info.hostaddr
    return not host or conn.info.host.startswith("/") or ip_address(host.partition("%")[0]).is_loopback


def _are(number: int) -> str:
    return "is" if number == 1 else "are"


def _have(number: int) -> str:
    return "has" if number == 1 else "have"
