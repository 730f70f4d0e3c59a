"""Settings of the server, the database or the role that don't suit Goodword are refused with a remedy."""

from unittest.mock import patch

import psycopg
import pytest
from django.conf import settings
from django.db import DatabaseError, OperationalError, connection
from django.test import RequestFactory

from goodword import cli
from goodword.core import clock, database_migrations, database_settings, responses, startup
from goodword.core.doctor import database as doctor
from goodword.core.doctor.findings import DoctorFinding, State, attention, good
from goodword.core.environment import SettingError
from tests.core.test_database_outage import execute

pytestmark = pytest.mark.django_db


def shown(statement: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return str(cursor.fetchone()[0])


def change() -> str:
    return shown("SELECT format('ALTER ROLE %I IN DATABASE %I SET', current_user, current_database())")


def time_limits() -> DoctorFinding:
    assert isinstance(connection.connection, psycopg.Connection)
    return doctor.time_limits(connection.connection, clock.now())


def refused(sentence: str, remedy: str) -> None:
    """Programs don't start, and doctor says the same."""
    for act in (startup.check_migrations, database_migrations.migrate):
        with pytest.raises(SettingError) as error:
            act()
        assert str(error.value) == f"{sentence} {remedy}"
    assert isinstance(connection.connection, psycopg.Connection)
    assert doctor.findings(connection.connection, now=clock.now()) == [
        DoctorFinding("database", State.BROKEN, sentence, remedy)
    ]


@pytest.mark.matrix
@pytest.mark.parametrize(
    ("name", "value", "needed", "remedy"),
    [
        ("default_transaction_isolation", "repeatable read", "read committed", "'read committed'"),
        ("DateStyle", "German, DMY", "ISO", "ISO"),
        ("IntervalStyle", "sql_standard", "postgres", "postgres"),
        ("standard_conforming_strings", "off", "on", "on"),
    ],
)
def test_a_setting_that_changes_results_is_refused(name: str, value: str, needed: str, remedy: str) -> None:
    execute("SELECT set_config(%s, %s, true)", name, value)
    refused(
        f"The setting {name} of PostgreSQL is {value!r} for this role, and Goodword needs {needed!r}.",
        f"Run `{change()} {name} = {remedy}` as this role.",
    )


def test_a_schema_other_than_public_is_refused() -> None:
    execute("CREATE SCHEMA hr")
    execute("SET LOCAL search_path = hr, public")
    refused(
        "search_path is hr, public, so Goodword's tables would be in the schema hr; they must be in public.",
        f"Run `{change()} search_path = public` as this role.",
    )


def test_an_extension_in_a_schema_that_is_not_searched_is_refused() -> None:
    execute("CREATE SCHEMA extensions")
    execute("ALTER EXTENSION pg_trgm SET SCHEMA extensions")
    execute("SET LOCAL search_path = public")
    refused(
        "The extension pg_trgm is in the schema extensions, which is not in search_path (public).",
        f"Run `{change()} search_path = public, extensions` as this role.",
    )
    execute("SET LOCAL search_path = public, extensions")
    startup.check_migrations()


def test_a_server_without_the_extension_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database_migrations, "EXTENSION", "pg_missing")
    with pytest.raises(SettingError) as error:
        database_migrations.migrate()
    assert str(error.value) == (
        "The database server lacks PostgreSQL's extension pg_missing. Install it there (on Red Hat the package "
        "postgresql-contrib), and run `goodword migrate` again."
    )


def test_an_extension_in_a_schema_that_the_role_may_not_use_is_refused() -> None:
    execute('CREATE SCHEMA "Extensions"')
    execute('ALTER EXTENSION pg_trgm SET SCHEMA "Extensions"')
    execute("CREATE ROLE settings_without_usage NOSUPERUSER")
    execute('SET LOCAL search_path = public, "Extensions"')
    execute("SET LOCAL ROLE settings_without_usage")
    with connection.cursor() as cursor:
        assert database_settings.problem(cursor) == (
            'The extension pg_trgm is in the schema "Extensions", which this role may not use.',
            'Run `GRANT USAGE ON SCHEMA "Extensions" TO settings_without_usage` as the schema\'s owner.',
        )
    execute("RESET ROLE")
    execute('GRANT USAGE ON SCHEMA "Extensions" TO settings_without_usage')
    execute("SET LOCAL ROLE settings_without_usage")
    with connection.cursor() as cursor:
        assert database_settings.problem(cursor) is None


def test_migrations_have_no_time_limits() -> None:
    execute("SET statement_timeout = '1h'")
    with database_migrations._no_time_limits():
        assert shown("SHOW statement_timeout") == "0"


def test_doctor_lists_short_time_limits() -> None:
    assert time_limits() == good("time_limits", "PostgreSQL sets no short time limits for this role.")
    limits = "-c lock_timeout=5s -c statement_timeout=30s -c idle_in_transaction_session_timeout=1d"
    with patch.dict(settings.DATABASES["default"]["OPTIONS"], {"options": limits}):
        assert time_limits() == attention(
            "time_limits",
            "PostgreSQL ends what takes longer, also jobs and commands: lock_timeout 5 s, statement_timeout 30 s.",
            f"Turn them off, for example with `{change()} lock_timeout = 0` as this role.",
        )


def exceeded() -> DatabaseError:
    error = OperationalError("canceling statement due to lock timeout")
    error.__cause__ = psycopg.errors.LockNotAvailable("canceling statement due to lock timeout")
    return error


def test_a_page_that_exceeds_a_time_limit_says_that_it_took_too_long(rf: RequestFactory) -> None:
    try:
        raise exceeded()
    except DatabaseError:
        response = responses.failed(rf.get("/"))
    assert (response.status_code, "This took too long" in response.content.decode()) == (503, True)


def test_a_command_that_exceeds_a_time_limit_says_so_in_a_sentence() -> None:
    assert cli._database_problem(exceeded()) == (
        "a time limit of PostgreSQL has ended this: canceling statement due to lock timeout. `goodword doctor` shows "
        "the role's limits."
    )
