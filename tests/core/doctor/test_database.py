"""`goodword doctor` on the database, the queue and the workers."""

import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import psycopg
import pytest
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from pytest_django.fixtures import Settings

from goodword.core import clock, crypto, installation
from goodword.core.doctor import database
from goodword.core.doctor.findings import DatabaseCheck, DoctorFinding, State, good
from goodword.core.models import Event, Installation, Reaction
from goodword.core.version import VERSION
from tests.core.test_database_outage import execute
from tests.core.test_killed_worker import here

pytestmark = pytest.mark.django_db


@pytest.fixture
def conn() -> psycopg.Connection:
    connection.ensure_connection()
    assert isinstance(connection.connection, psycopg.Connection)
    return connection.connection


def states(found: list[DoctorFinding]) -> dict[str, str]:
    return {finding.area: finding.state for finding in found}


def found_by(look: Callable[..., DoctorFinding], conn: psycopg.Connection) -> tuple[str, str]:
    one = look(conn, clock.now())
    return one.state, one.sentence


def test_a_healthy_database_is_good_in_every_area_but_for_autovacuum(conn: psycopg.Connection) -> None:
    execute("INSERT INTO core_heartbeat VALUES ('worker', now())")
    execute("ANALYZE")
    found = database.findings(conn, now=clock.now())
    # the tests' database has no autovacuum, to be faster
    assert {area: state for area, state in states(found).items() if state != "good"} == {
        "vacuum": "attention"
    }
    assert [finding.area for finding in found] == [
        *("clock", "database", "migrations", "field_key", "worker", "jobs", "reactions", "database_size"),
        *("connections", "time_limits", "notifications", "locks", "vacuum", "backup", "mail"),
        *("deliveries", "notes"),
    ]


@pytest.mark.matrix
@pytest.mark.parametrize(
    ("seconds", "state", "words"),
    [
        (-5, "good", "agrees"),
        (20.5, "attention", "20 seconds ahead of"),
        (-600, "broken", "10 minutes behind"),
    ],
)
def test_the_clock_is_compared_with_the_database_s(
    conn: psycopg.Connection, seconds: float, state: str, words: str
) -> None:
    one = database.clock(conn, clock.now() + timedelta(seconds=seconds))
    assert (one.area, one.state) == ("clock", state)
    assert words in one.sentence


def test_a_missing_migration_ends_the_checks(conn: psycopg.Connection) -> None:
    execute("DELETE FROM django_migrations WHERE app = 'core' AND name = '0001_initial'")
    *_, last = database.findings(conn, now=clock.now())
    assert last == DoctorFinding(
        "migrations",
        State.BROKEN,
        "1 migration of this version is not applied.",
        "Run `goodword migrate`.",
    )


def test_a_missing_column_is_broken(conn: psycopg.Connection) -> None:
    execute("ALTER TABLE candidates_candidate DROP COLUMN company")
    one = database.migrations(conn)
    assert (one.state, one.remedy) == (
        "broken",
        "Start with an empty database (DATABASE_URL) or data folder (GOODWORD_DATA).",
    )
    assert one.sentence.startswith("The database lacks company in candidates_candidate")


def test_a_newer_database_on_which_this_version_does_not_start_is_broken(conn: psycopg.Connection) -> None:
    MigrationRecorder(connection).record_applied("core", "0099_later")
    state, sentence = found_by(lambda conn, _: database.migrations(conn), conn)
    assert (state, "core.0099_later" in sentence) == ("broken", True)


def test_an_upgrade_under_way_needs_attention(conn: psycopg.Connection) -> None:
    MigrationRecorder(connection).record_applied("core", "0099_later")
    installation.current()
    Installation.objects.update(release="99.1.0", oldest_release=VERSION)
    one = database.migrations(conn)
    assert (one.state, one.sentence, one.remedy) == (
        "attention",
        f"Goodword 99.1.0 has migrated the database; this is {VERSION}, which can run on it.",
        "Finish the upgrade to 99.1.0, unless you went back on purpose.",
    )


def test_a_lost_field_key_is_named_with_its_remedy(conn: psycopg.Connection, settings: Settings) -> None:
    settings.GOODWORD_FIELD_KEYS = {"k1": b"1" * 32}
    crypto.check_field_keys()
    settings.GOODWORD_FIELD_KEYS = {"k2": b"2" * 32}
    one = database.field_key(conn, clock.now())
    assert one.state == "broken"
    assert "'k1'" in one.sentence
    assert "goodword forget-field-key k1" in one.remedy


@pytest.mark.matrix
@pytest.mark.parametrize(
    ("seconds", "state", "sentence"),
    [
        (3, "good", "0 workers running, last heartbeat 3 seconds ago."),
        (130, "broken", "No worker for 2 minutes."),
        (-3600, "broken", "No worker since the database's clock was set back."),
        (None, "broken", "No worker has run yet."),
    ],
)
def test_the_heartbeat_of_workers(
    conn: psycopg.Connection, seconds: int | None, state: str, sentence: str
) -> None:
    if seconds is not None:
        execute("INSERT INTO core_heartbeat VALUES ('worker', now() - %s * interval '1 second')", seconds)
    assert found_by(database.worker, conn) == (state, sentence)


def queued(minutes: int, status: str = "todo", *, task: str = "email.sweep") -> None:
    execute(
        "INSERT INTO procrastinate_jobs (queue_name, task_name, args, status, scheduled_at) "
        "VALUES ('default', %s, '{}', %s, now() - %s * interval '1 minute')",
        task,
        status,
        minutes,
    )


@pytest.mark.matrix
@pytest.mark.parametrize(
    ("minutes", "state", "sentence"),
    [
        (1, "good", "2 jobs waiting."),
        (6, "attention", "2 jobs are waiting, the oldest for 6 minutes."),
        (60, "broken", "2 jobs are waiting, the oldest for 1 hour."),
        (-60, "good", "1 job waiting."),
    ],
)
def test_the_age_of_jobs(conn: psycopg.Connection, minutes: int, state: str, sentence: str) -> None:
    queued(0)
    queued(minutes)
    assert found_by(database.jobs, conn) == (state, sentence)


def test_failed_jobs_need_attention(conn: psycopg.Connection) -> None:
    queued(0, "failed")
    queued(0, "failed", task="email.send")  # a sweep repeats it, so `goodword jobs` doesn't list it
    assert found_by(database.jobs, conn) == ("attention", "1 job failed.")


@pytest.mark.matrix
@pytest.mark.parametrize(
    ("minutes", "kind", "state"),
    [
        (1, "waiting", "good"),
        (6, "waiting", "attention"),
        (20, "waiting", "broken"),
        (1, "failed", "attention"),
        (60, "done", "good"),
    ],
)
def test_the_age_of_reactions(conn: psycopg.Connection, minutes: int, kind: str, state: str) -> None:
    at = clock.now() - timedelta(minutes=minutes)
    event = Event.objects.create(name="candidate.changed", organisation_id=1, actor="x", occurred_at=at)
    Reaction.objects.create(event=event, handler="x", state=kind)
    assert found_by(database.reactions, conn)[0] == state


def test_little_room_for_connections_needs_attention(conn: psycopg.Connection, settings: Settings) -> None:
    assert found_by(database.connections, conn)[0] == "good"
    settings.GOODWORD_POOL = 10_000
    state, sentence = found_by(database.connections, conn)
    assert state == "attention"
    assert sentence.endswith("takes up to 10007, so there is room for 0 web processes and workers in all.")


@pytest.mark.parametrize(("limited", "kind"), [("ROLE doctor_of_few", "role"), ("DATABASE {}", "database")])
def test_the_tightest_limit_of_connections_counts(conn: psycopg.Connection, limited: str, kind: str) -> None:
    execute("CREATE ROLE doctor_of_few NOSUPERUSER")
    database_name = connection.settings_dict["NAME"]
    execute(f"ALTER {limited.format(database_name)} CONNECTION LIMIT 25")
    execute("SET LOCAL ROLE doctor_of_few")
    _, sentence = found_by(database.connections, conn)
    name = "doctor_of_few" if kind == "role" else database_name
    begins, _, rest = sentence.partition(" of 25 connections of ")
    assert begins.isdecimal()
    assert rest == (
        f"the {kind} {name} are in use; each process takes up to 19, so there is room for 1 web process or worker in "
        "all."
    )


def test_connections_of_other_roles_count_too(conn: psycopg.Connection) -> None:
    execute("CREATE ROLE doctor_of_few NOSUPERUSER")
    execute(f"ALTER DATABASE {connection.settings_dict['NAME']} CONNECTION LIMIT 25")
    execute("SET LOCAL ROLE doctor_of_few")

    def used() -> int:
        return int(found_by(database.connections, conn)[1].partition(" of 25 connections of ")[0])

    before = used()
    with psycopg.connect(**connection.get_connection_params()):
        execute("SELECT pg_stat_clear_snapshot()")
        assert used() == before + 1


def test_an_old_age_of_transactions_is_found(
    conn: psycopg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "OLD_TRANSACTIONS", -1)
    assert found_by(database.vacuum, conn)[0] == "attention"
    monkeypatch.setattr(database, "TOO_OLD_TRANSACTIONS", -1)
    assert found_by(database.vacuum, conn)[0] == "broken"


def test_a_failing_check_does_not_stop_the_others(
    conn: psycopg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(conn: psycopg.Connection, now: Any) -> DoctorFinding:
        conn.execute("SELECT FROM no_such_table")
        return good("extra", "")

    after = DatabaseCheck("after", lambda *_: good("after", "It ran."))
    monkeypatch.setattr(database, "database_checks", [DatabaseCheck("extra", fail), after])
    *_, extra, last = database.findings(conn, now=clock.now())
    assert (extra.area, extra.state) == ("extra", "attention")
    assert "no_such_table" in extra.sentence
    assert last == good("after", "It ran.")


@pytest.mark.parametrize(
    ("url", "words", "remedy"),
    [
        ("port=1", "refused", "Check DATABASE_URL, and that PostgreSQL is running"),
        ("dbname=nowhere", '"nowhere" does not exist', "Create it"),
    ],
)
def test_an_unusable_database_is_broken_with_its_remedy(url: str, words: str, remedy: str) -> None:
    name, _, value = url.partition("=")
    changed: dict[str, Any] = {name: value} | ({"host": "127.0.0.1"} if name == "port" else {})
    with pytest.raises(psycopg.Error) as error:
        psycopg.connect(here()["DATABASE_URL"], **changed)
    one = database.failure(error.value)
    assert (one.area, one.state) == ("database", "broken")
    assert words in one.sentence
    assert "?" not in one.sentence
    assert one.remedy.startswith(remedy)


@pytest.mark.matrix
@pytest.mark.parametrize(
    ("error", "words", "remedy"),
    [
        (psycopg.errors.DiskFull("could not extend file"), "disk is full", "Free space"),
        (psycopg.errors.ReadOnlySqlTransaction("cannot execute INSERT"), "read-only", "Point DATABASE_URL"),
        (psycopg.errors.UndefinedTable('relation "x" does not exist'), "no tables", "Run `goodword migrate`"),
        (psycopg.errors.InsufficientPrivilege("permission denied"), "permission denied", "Run deploy/grants"),
        (psycopg.errors.TooManyConnections("too many"), "too many", "Raise PostgreSQL's max_connections"),
        (
            psycopg.OperationalError('FATAL:  too many connections for role "goodword"'),
            "too many connections",
            "Raise PostgreSQL's max_connections (or CONNECTION LIMIT",
        ),
        (
            psycopg.OperationalError('FATAL:  password authentication failed for user "goodword"'),
            "password authentication failed",
            "Correct the user and the password",
        ),
    ],
)
def test_errors_of_the_database_have_remedies(error: psycopg.Error, words: str, remedy: str) -> None:
    one = database.failure(error)
    assert one.state == "broken"
    assert words in one.sentence
    assert one.remedy.startswith(remedy)


@pytest.fixture
def waiting_for_a_lock(transactional_db: None) -> Iterator[psycopg.Connection]:
    """A connection beside a session that waits for another session's lock."""
    url = here()["DATABASE_URL"]
    with (
        psycopg.connect(url) as first,
        psycopg.connect(url) as second,
        psycopg.connect(url, autocommit=True) as own,
    ):
        lock = "LOCK TABLE core_heartbeat IN ACCESS EXCLUSIVE MODE"
        first.execute(lock)
        waits = threading.Thread(target=second.execute, args=[lock])
        waits.start()
        # of this session: other processes' tests use the same server
        waiting = "SELECT 1 FROM pg_stat_activity WHERE pid = %s AND wait_event_type = 'Lock'"
        while not own.execute(waiting, [second.info.backend_pid]).fetchone():
            time.sleep(0.01)
        yield own
        first.rollback()
        waits.join()
        second.rollback()


@pytest.mark.parametrize(("limit", "state"), [("LONG_WAIT", "attention"), ("HARMFUL_WAIT", "broken")])
def test_a_session_that_waits_for_a_lock_is_found(
    waiting_for_a_lock: psycopg.Connection, monkeypatch: pytest.MonkeyPatch, limit: str, state: str
) -> None:
    assert database.locks(waiting_for_a_lock, clock.now()).state == "good"
    monkeypatch.setattr(database, "LONG_WAIT", timedelta(0))
    monkeypatch.setattr(database, limit, timedelta(0))
    one = database.locks(waiting_for_a_lock, clock.now())
    assert one.state == state
    assert one.sentence.startswith("1 session has waited for a lock for up to 0 seconds")
    assert "pg_terminate_backend(" in one.remedy
