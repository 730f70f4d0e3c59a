"""Startup checks, waiting for the database, and one-line errors."""

import json
import os
import re
import runpy
import signal
import socket
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, suppress
from datetime import datetime
from itertools import repeat
from pathlib import Path

import psycopg
import pytest
from django.conf import settings
from django.db import connection, transaction
from django.db.migrations.recorder import MigrationRecorder

from goodword.core import database_migrations, environment, installation, notices, postgres, startup
from goodword.core.environment import SettingError
from goodword.core.models import Installation
from goodword.core.supervise import goodword
from goodword.core.version import OLDEST_ON_SCHEMA, VERSION
from tests.core.test_killed_worker import here, until
from tests.support.database import start as start_server
from tests.support.ports import free_port

SETTINGS = Path(settings.LOCALE_PATHS[0]).parent / "settings.py"
PRODUCTION = {
    "GOODWORD_ENV": "production",
    "DATABASE_URL": "postgresql://goodword@127.0.0.1:9/goodword",
    "GOODWORD_SECRET_KEY": "Vq3t9Zr0yXH6sL2mN8bC5kJ1wE4uT7aQpRfGdSoIxYzA",
    "GOODWORD_FIELD_KEYS": "k1:QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUE=",
    "GOODWORD_BASE_URL": "https://goodword.example.com",
    "GOODWORD_TRUSTED_PROXIES": "1",
    "GOODWORD_MAIL_FROM": "people@example.com",
    "GOODWORD_SMTP_URL": "smtp://mail.example.com",
    "GOODWORD_HELP_CONTACT": "it@example.com",
}


@pytest.fixture
def production(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> pytest.MonkeyPatch:
    for name, value in (PRODUCTION | {"GOODWORD_DATA": str(tmp_path)}).items():
        monkeypatch.setenv(name, value)
    return monkeypatch


def test_production_has_safe_cookies_and_headers(production: pytest.MonkeyPatch) -> None:
    read = runpy.run_path(str(SETTINGS))
    assert {
        name: read[name]
        for name in (
            "SESSION_COOKIE_NAME",
            "CSRF_COOKIE_NAME",
            "SESSION_COOKIE_SECURE",
            "CSRF_COOKIE_SECURE",
            "SECURE_SSL_REDIRECT",
            "SECURE_HSTS_SECONDS",
            "SECURE_HSTS_INCLUDE_SUBDOMAINS",
            "SESSION_COOKIE_AGE",
        )
    } == {
        "SESSION_COOKIE_NAME": "__Host-goodword_session",
        "CSRF_COOKIE_NAME": "__Host-goodword_csrf",
        "SESSION_COOKIE_SECURE": True,
        "CSRF_COOKIE_SECURE": True,
        "SECURE_SSL_REDIRECT": True,
        "SECURE_HSTS_SECONDS": 31_536_000,
        "SECURE_HSTS_INCLUDE_SUBDOMAINS": False,
        "SESSION_COOKIE_AGE": 8 * 3600,
    }
    production.setenv("GOODWORD_HSTS_SUBDOMAINS", "yes")
    assert runpy.run_path(str(SETTINGS))["SECURE_HSTS_INCLUDE_SUBDOMAINS"] is True


def test_a_database_host_that_vanishes_blocks_nothing_for_long(production: pytest.MonkeyPatch) -> None:
    def options() -> dict[str, object]:
        found: dict[str, object] = runpy.run_path(str(SETTINGS))["DATABASES"]["default"]["OPTIONS"]
        del found["pool"]
        return found

    limits = {
        "keepalives_idle": 10,
        "keepalives_interval": 5,
        "keepalives_count": 2,
        "tcp_user_timeout": 20_000,
    }
    assert options() == limits
    production.setenv("DATABASE_URL", "postgresql://h/db?tcp_user_timeout=5000")
    assert options() == limits | {"tcp_user_timeout": "5000"}


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("GOODWORD_SECRET_KEY", "x", "must be at least 40 random characters"),
        ("GOODWORD_SECRET_KEY", "x" * 60, "must be at least 40 random characters"),
        ("GOODWORD_BASE_URL", "http://goodword.example.com", "must begin with https://"),
        ("GOODWORD_BASE_URL", "goodword.example.com", "must be a URL like https://goodword.example.com"),
        ("GOODWORD_BASE_URL", "https://goodword.example.com/app", "must be scheme and host only"),
        ("GOODWORD_BASE_URL", "https://goodword.example.com:seven", "must be a URL like"),
        ("GOODWORD_BASE_URL", "https://[::1", "must be a URL like"),
        ("GOODWORD_TRUSTED_PROXIES", "0", "must be at least 1 when GOODWORD_BASE_URL is https"),
        ("GOODWORD_TRUSTED_PROXIES", "-1", "must be at least 0, not -1"),
        ("GOODWORD_HELP_CONTACT", "notmail", "must be an e-mail address like it@example.com, not 'notmail'"),
        ("GOODWORD_MAIL_FROM", "Goodword <people@example.com>", "must be an e-mail address"),
        (
            "GOODWORD_GREENHOUSE_V3_URL",
            "nonsense",
            "must be a URL like https://harvest.greenhouse.io/v3",
        ),
        ("GOODWORD_GREENHOUSE_AUTH_URL", "http://auth.greenhouse.io", "must begin with https://"),
        ("GOODWORD_LOG_LEVEL", "LOUD", "must be one of DEBUG, INFO, WARNING, ERROR, CRITICAL, not 'LOUD'"),
        ("GOODWORD_POOL", "0", "must be at least 1, not 0"),
        ("GOODWORD_SYNC_MINUTES", "-5", "must be at least 0, not -5"),
        ("GOODWORD_SESSION_HOURS", "0", "must be at least 1, not 0"),
        ("GOODWORD_INBOX_DAYS", "1", "must be at least 2, not 1"),
        ("GOODWORD_SIGN_IN_DAYS", "9" * 20, f"must be at most 100,000, not {'9' * 20}"),
        ("GOODWORD_CLAMD", "tcp://[", "must be like tcp://127.0.0.1:3310"),
        ("GOODWORD_SMTP_URL", "smtp://[", "must look like smtp+starttls://"),
        ("GOODWORD_RETURN_ADDRESS", "https://u@h/x", "must be an address like bounce@example.com"),
        (
            "GOODWORD_OIDC_CLIENT_ID",
            "x",
            "or GOODWORD_OIDC_CLIENT_SECRET is set, but GOODWORD_OIDC_URL is not",
        ),
        (
            "GOODWORD_SSO_VERIFIED_DOMAINS",
            "@example.com",
            "must be domains like example.com, not '@example.com'",
        ),
        (
            "GOODWORD_SIGNING_KEY",
            "/etc/goodword/key.pem",
            "or GOODWORD_SIGNING_PASSWORD is set, but GOODWORD_SIGNING_CERTIFICATE is not",
        ),
        ("GOODWORD_MAIL_PROVIDER", "postmark", "needs GOODWORD_MAIL_WEBHOOK_SECRET, to receive its events"),
        (
            "GOODWORD_WORKER_METRICS",
            "127.0.0.1:9464",
            "needs GOODWORD_METRICS_TOKEN or GOODWORD_METRICS_FROM",
        ),
    ],
)
def test_an_invalid_setting_is_named_with_a_remedy(
    production: pytest.MonkeyPatch, name: str, value: str, said: str
) -> None:
    production.setenv(name, value)
    with pytest.raises(SettingError) as refused:
        runpy.run_path(str(SETTINGS))
    assert str(refused.value).startswith(f"{name} {said}")


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ('{"POSTMARK_SERVER_TOKEN": 3}', "must be a non-empty string."),
        ('{"POSTMARK_SERVER_TOKEN": ""}', "must be a non-empty string."),
        ('{"POSTMARK_TOKEN": "abc"}', "To send by SMTP instead, set GOODWORD_SMTP_URL."),
    ],
)
def test_incomplete_credentials_of_a_provider_are_refused(
    production: pytest.MonkeyPatch, given: str, said: str
) -> None:
    production.delenv("GOODWORD_SMTP_URL")
    production.setenv("GOODWORD_MAIL_PROVIDER", "postmark")
    production.setenv("GOODWORD_MAIL_PROVIDER_SETTINGS", given)
    with pytest.raises(SettingError, match="GOODWORD_MAIL_PROVIDER_SETTINGS") as refused:
        runpy.run_path(str(SETTINGS))
    assert str(refused.value).endswith(said)


@pytest.mark.slow
@pytest.mark.parametrize("value", ["http://[", "9" * 20, '{"a": [1]}'])
def test_no_value_of_any_setting_is_an_error_of_ours(production: pytest.MonkeyPatch, value: str) -> None:
    for name in sorted(environment.names_read):
        with production.context() as changed:
            changed.setenv(name, value)
            with suppress(SettingError):
                runpy.run_path(str(SETTINGS))


def test_a_local_installation_needs_no_tls(production: pytest.MonkeyPatch) -> None:
    production.setenv("GOODWORD_BASE_URL", "http://localhost:8000/")
    production.setenv("GOODWORD_TRUSTED_PROXIES", "0")
    read = runpy.run_path(str(SETTINGS))
    assert (read["GOODWORD_BASE_URL"], read["SESSION_COOKIE_NAME"], read["SECURE_SSL_REDIRECT"]) == (
        "http://localhost:8000",
        "goodword_session",
        False,
    )


@pytest.mark.programs
def test_a_database_with_another_encoding_is_refused(tmp_path: Path) -> None:
    server, _, template = os.environ["DATABASE_URL"].rpartition("/")
    query = template.partition("?")[2]
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as admin:
        admin.execute(
            "CREATE DATABASE ascii ENCODING SQL_ASCII LOCALE 'C' LOCALE_PROVIDER libc TEMPLATE template0"
        )
    done = subprocess.run(
        goodword("migrate"),
        env=os.environ | {"DATABASE_URL": f"{server}/ascii?{query}", "GOODWORD_DATA": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert done.stderr.startswith("goodword: The database's encoding is SQL_ASCII, and Goodword needs UTF8.")


@pytest.mark.programs
def test_an_unreachable_database_is_reported_in_one_line(tmp_path: Path) -> None:
    done = subprocess.run(
        goodword("migrate"),
        env=os.environ | PRODUCTION | {"GOODWORD_DATA": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert done.stderr.startswith("goodword: The database cannot be reached. Check DATABASE_URL, ")
    assert done.stderr.count("\n") == 1


@pytest.mark.programs
@pytest.mark.parametrize("command", ["up", "serve", "worker", "migrate"])
def test_errors_at_start_are_json_if_the_log_is(tmp_path: Path, command: str) -> None:
    done = subprocess.run(
        goodword(command),
        env=os.environ
        | PRODUCTION
        | {"GOODWORD_DATA": str(tmp_path), "GOODWORD_LOG_FORMAT": "json", "GOODWORD_PORT": "none"},
        capture_output=True,
        text=True,
        check=False,
    )
    [said] = done.stderr.splitlines()
    line = json.loads(said)
    assert datetime.fromisoformat(line.pop("time")).tzinfo is not None
    assert "GOODWORD_PORT" in line.pop("message")
    assert (done.returncode, done.stdout, line) == (2, "", {"level": "CRITICAL", "logger": "goodword"})


def test_messages_are_json_if_a_file_sets_the_format(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("GOODWORD_LOG_FORMAT_FILE", str(tmp_path / "format"))
    notices.say("The file is missing.")
    (tmp_path / "format").write_text("json\n")
    notices.say("The file is there.")
    plain, line = capsys.readouterr().err.splitlines()
    assert (plain, json.loads(line)["message"]) == ("goodword: The file is missing.", "The file is there.")


@pytest.mark.django_db
def test_waiting_is_json_if_the_log_is(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    tries: list[psycopg.Error | None] = [psycopg.OperationalError("failed: the server is starting up"), None]
    monkeypatch.setattr(startup, "_try_to_connect", lambda: tries.pop(0))
    monkeypatch.setattr(startup, "waits", lambda: repeat(0.0))
    monkeypatch.setenv("GOODWORD_LOG_FORMAT", "json")
    startup.wait_for_database()
    said = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert [line["message"].partition(" ")[0] for line in said] == ["Waiting", "The"]


@pytest.fixture
def stopped(tmp_path: Path) -> Iterator[postgres.PostgresServer]:
    """A database server that is not running, with all migrations in its database."""
    with start_server(tmp_path / "later") as server:
        os.kill(server.pid, signal.SIGQUIT)
        until(lambda: not server.alive)
        yield server


Start = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def start() -> Iterator[Start]:
    """Starts Goodword's programs with this DATABASE_URL."""
    with ExitStack() as stack:

        def started(*command: str, url: str) -> "subprocess.Popen[str]":
            program = stack.enter_context(
                subprocess.Popen(
                    goodword(*command),
                    env=os.environ | {"DATABASE_URL": url},
                    stderr=subprocess.PIPE,
                    text=True,
                )
            )
            stack.callback(program.kill)
            return program

        yield started


def answers(port: str) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", int(port))) == 0


def line(of: "subprocess.Popen[str]") -> str:
    assert of.stderr is not None
    return of.stderr.readline()


@pytest.mark.programs
def test_programs_wait_for_a_database_that_starts_later(
    stopped: postgres.PostgresServer, start: Start
) -> None:
    port = str(free_port())
    worker = start("worker", url=stopped.url)
    web = start("serve", "--port", port, url=stopped.url)
    migrate = start("migrate", "--wait", url=stopped.url)
    for one in (worker, web, migrate):
        assert re.match(r"goodword: Waiting for the database at .*:5432 \(DATABASE_URL\): \S", line(one))
    stopped.restart()
    for one in (worker, web, migrate):
        assert line(one) == "goodword: The database can be reached.\n"
    assert migrate.wait(60) == 0
    with psycopg.connect(stopped.url, autocommit=True) as looker:
        workers = "SELECT 1 FROM procrastinate_workers"
        until(lambda: looker.execute(workers).fetchone() is not None)
    until(lambda: answers(port))
    for one in (worker, web):
        one.terminate()
        assert one.wait(60) == 0


@pytest.mark.programs
@pytest.mark.parametrize(
    ("host", "reason"),
    [
        ("127.0.0.1:9", "Connection refused."),
        ("nowhere.invalid", "This host name is not known. If it is wrong, "),
    ],
)
def test_sigterm_ends_a_program_waiting_for_its_database(start: Start, host: str, reason: str) -> None:
    waiting = start("worker", url=f"postgresql://goodword@{host}/goodword")
    address = host if ":" in host else f"{host}:5432"
    assert line(waiting).startswith(
        f"goodword: Waiting for the database at {address} (DATABASE_URL): {reason}"
    )
    waiting.terminate()
    assert waiting.wait(60) == 0
    assert waiting.stderr is not None
    assert waiting.stderr.read() == ""


@pytest.mark.django_db
@pytest.mark.parametrize(("every", "lines"), [(60.0, 1), (0.0, 5)])
def test_waiting_for_the_database_is_logged_now_and_then(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], every: float, lines: int
) -> None:
    tries: list[psycopg.Error | None] = [
        *[psycopg.OperationalError("failed: the server is starting up")] * 5,
        None,
    ]
    monkeypatch.setattr(startup, "_try_to_connect", lambda: tries.pop(0))
    monkeypatch.setattr(startup, "waits", lambda: repeat(0.0))
    monkeypatch.setattr(startup, "SAY_EVERY", every)
    startup.wait_for_database()
    said = capsys.readouterr().err.splitlines()
    assert len(said) == lines + 1
    assert said[0].endswith("(DATABASE_URL): the server is starting up.")
    assert said[-1] == "goodword: The database can be reached."


@pytest.mark.parametrize(
    ("host", "port", "shown"),
    [
        ("", "", "localhost:5432"),
        ("::1", "5433", "[::1]:5433"),
        ("db1,db2", "5433", "db1:5433,db2:5433"),
        ("db1,db2", ",5433", "db1:5432,db2:5433"),
    ],
)
def test_each_host_is_shown_with_its_port(
    monkeypatch: pytest.MonkeyPatch, host: str, port: str, shown: str
) -> None:
    monkeypatch.setitem(connection.settings_dict, "HOST", host)
    monkeypatch.setitem(connection.settings_dict, "PORT", port)
    assert startup._address() == shown


@pytest.mark.django_db
def test_a_missing_database_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    startup.wait_for_database()
    for setting in ("NAME", "USER"):
        with monkeypatch.context() as wrong:
            wrong.setitem(connection.settings_dict, setting, "nobody_has_this")
            with pytest.raises(SettingError, match='"nobody_has_this" does not exist'):
                startup.wait_for_database()


@pytest.mark.parametrize(
    "refusal",
    [
        'FATAL:  password authentication failed for user "goodword"',
        "fe_sendauth: no password supplied",
        'FATAL:  no pg_hba.conf entry for host "10.0.0.1", user "goodword", database "goodword", no encryption',
        "server does not support SSL, but SSL was required",
        "SSL error: certificate verify failed",
        'root certificate file "/root/.postgresql/root.crt" does not exist',
        'FATAL:  role "goodword" is not permitted to log in',
        "FATAL:  no such database: goodword",  # PgBouncer
        "Permission denied",
        'FATAL:  pg_hba.conf rejects connection for host "10.0.0.1", user "goodword", database "goodword"',
        'FATAL:  permission denied to set parameter "log_statement"',
        "FATAL:  invalid command-line argument for server process: nonsense",
        "FATAL:  must be superuser or replication role to start walsender",
        'authentication method requirement "md5" failed: server requested SASL authentication',
        'weak sslmode "require" may not be used with sslrootcert=system (use "verify-full")',
        'private key file "/etc/goodword/key" has group or world access',
        "FATAL:  unsupported startup parameter in options: statement_timeout",  # PgBouncer
        "GSSAPI encryption required but no credential cache",
        'invalid sslmode value: "requier"',
        'invalid integer value "x" for connection option "keepalives"',
        'definition of service "goodword" not found',
        'FATAL:  unrecognized configuration parameter "work_men"',
        'FATAL:  invalid value for parameter "work_mem": "much"',
        'invalid "ssl_min_protocol_version" value: "x"',
        'could not parse network address "x": Name or service not known',
    ],
)
def test_permanent_connection_errors_are_reported_at_once(
    monkeypatch: pytest.MonkeyPatch, refusal: str
) -> None:
    monkeypatch.setattr(startup, "_try_to_connect", lambda: psycopg.OperationalError(f"failed: {refusal}"))
    with pytest.raises(SettingError, match=r"The database cannot be reached|A pooler refuses the connection"):
        startup.wait_for_database()


@pytest.mark.django_db
def test_a_database_of_an_earlier_version_is_refused() -> None:
    startup.check_database()
    startup.check_migrations()
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'reports'")
    with pytest.raises(SettingError, match="Run `goodword migrate` first"):
        startup.check_migrations()


@pytest.mark.django_db
def test_a_database_of_a_development_version_is_refused() -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE candidates_candidate DROP COLUMN company")
    for check in (startup.check_migrations, database_migrations.migrate):
        with pytest.raises(SettingError) as refused:
            check()
        assert str(refused.value) == (
            "The database lacks company in candidates_candidate although its migrations are applied, so a development "
            "version of Goodword made it. Start with an empty database (DATABASE_URL) or data folder (GOODWORD_DATA)."
        )


def apply_later_migration(*, release: str, oldest: str) -> None:
    """Record a migration of a later release."""
    MigrationRecorder(connection).record_applied("core", "0099_later")
    installation.current()
    Installation.objects.update(release=release, oldest_release=oldest)


@pytest.mark.django_db
@pytest.mark.parametrize("release", ["", VERSION])
def test_a_database_of_another_version_is_refused(release: str) -> None:
    apply_later_migration(release=release, oldest=release)
    for check in (startup.check_migrations, startup.check_known_migrations):
        with pytest.raises(SettingError) as refused:
            check()
        assert str(refused.value) == (
            "The database was made by another version of Goodword: this one does not know core.0099_later. Install "
            "the version that made it, or start with an empty database (DATABASE_URL) or data folder (GOODWORD_DATA)."
        )


@pytest.mark.django_db
def test_a_newer_database_that_allows_this_version_is_used_and_keeps_its_release() -> None:
    apply_later_migration(release="99.1.0", oldest=VERSION)
    startup.check_migrations()
    database_migrations.migrate(verbosity=0)
    assert startup.migrated_by() == ("99.1.0", VERSION)


@pytest.mark.django_db
def test_a_newer_database_that_needs_a_later_version_is_refused() -> None:
    apply_later_migration(release="99.1.0", oldest="99.0.0")
    for check in (startup.check_migrations, startup.check_known_migrations, database_migrations.migrate):
        with pytest.raises(SettingError) as refused:
            check()
        assert str(refused.value) == (
            f"The database was migrated by Goodword 99.1.0 and needs Goodword 99.0.0 or newer; this is {VERSION}. "
            "Install 99.1.0."
        )


@pytest.mark.django_db
def test_migrating_notes_this_version_unless_a_newer_one_was_there() -> None:
    assert startup.migrated_by() == ("", "")
    database_migrations.migrate(verbosity=0)
    assert startup.migrated_by() == (VERSION, OLDEST_ON_SCHEMA)


@pytest.mark.django_db(transaction=True)
def test_a_migration_gives_way_to_a_long_transaction(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The migration waits for the lock of a table until another transaction ends."""
    other = psycopg.connect(here()["DATABASE_URL"])
    other.execute("LOCK TABLE core_event IN ACCESS SHARE MODE")

    def change_table(*_: object, **__: object) -> None:
        with connection.cursor() as cursor:
            cursor.execute("LOCK TABLE core_event IN ACCESS EXCLUSIVE MODE")

    def end_the_other(_: float) -> None:
        other.rollback()

    monkeypatch.setattr(database_migrations, "call_command", transaction.atomic(change_table))
    monkeypatch.setattr(database_migrations, "MIGRATION_LOCK_MS", 20)
    monkeypatch.setattr("goodword.core.database_migrations.time.sleep", end_the_other)
    with closing(other):
        database_migrations.migrate()
    assert capsys.readouterr().err == (
        "goodword: The migration is waiting for another transaction and will be tried again.\n"
    )
    with connection.cursor() as cursor:
        cursor.execute("SHOW lock_timeout")
        assert cursor.fetchone() == ("0",)


@pytest.mark.django_db(transaction=True)
def test_a_migration_in_a_deadlock_is_tried_again(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A program holds the second table that the migration needs, and waits for the first."""
    other = psycopg.connect(here()["DATABASE_URL"])
    pid = other.info.backend_pid
    other.execute("LOCK TABLE core_event IN ACCESS SHARE MODE")
    waiting = threading.Thread(
        target=other.execute, args=["LOCK TABLE workflow_steprequest IN ACCESS SHARE MODE"]
    )

    def is_waiting() -> bool:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM pg_locks WHERE pid = %s AND NOT granted", [pid])
            return cursor.fetchone() is not None

    def change_tables(*_: object, **__: object) -> None:
        with connection.cursor() as cursor:
            if waiting.ident:  # the second attempt
                waiting.join()
                other.close()
            # the first to notice a deadlock is cancelled
            cursor.execute("SET LOCAL deadlock_timeout = '10ms'")
            cursor.execute("LOCK TABLE workflow_steprequest IN ACCESS EXCLUSIVE MODE")
            if not waiting.ident:
                waiting.start()
                until(is_waiting)
            cursor.execute("LOCK TABLE core_event IN ACCESS EXCLUSIVE MODE")

    monkeypatch.setattr(database_migrations, "call_command", transaction.atomic(change_tables))
    monkeypatch.setattr(database_migrations, "MIGRATION_LOCK_MS", 60_000)
    monkeypatch.setattr(database_migrations, "MIGRATION_PAUSE", 0)
    database_migrations.migrate()
    assert capsys.readouterr().err == (
        "goodword: The migration is waiting for another transaction and will be tried again.\n"
    )


@pytest.mark.django_db(transaction=True)
def test_a_role_that_may_not_create_tables_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object, **__: object) -> None:
        with connection.cursor() as cursor:
            cursor.execute("DO $$ BEGIN RAISE insufficient_privilege USING MESSAGE = 'not yours'; END $$")

    monkeypatch.setattr(database_migrations, "call_command", refused)
    with pytest.raises(SettingError, match=r"may not create what Goodword needs: not yours\. Make it"):
        database_migrations.migrate()


@pytest.mark.django_db(transaction=True)
def test_a_second_migration_waits_for_the_first(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with psycopg.connect(here()["DATABASE_URL"]) as other:
        other.execute("SELECT pg_advisory_lock(%s)", [database_migrations._MIGRATING])
        monkeypatch.setattr("goodword.core.database_migrations.time.sleep", lambda _: other.close())
        database_migrations.migrate(verbosity=0)
    assert capsys.readouterr().err == (
        "goodword: Another program is migrating this database; waiting for it.\n"
    )
    with psycopg.connect(here()["DATABASE_URL"]) as other:
        assert other.execute(
            "SELECT pg_try_advisory_lock(%s)", [database_migrations._MIGRATING]
        ).fetchone() == (True,)


@pytest.mark.django_db(transaction=True)
def test_a_second_migration_does_not_wait_forever(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    passed = [0.0]
    monkeypatch.setattr(
        "goodword.core.database_migrations.time.sleep", lambda _: passed.append(passed[-1] + 50)
    )
    monkeypatch.setattr("goodword.core.database_migrations.time.monotonic", lambda: passed[-1])
    with psycopg.connect(here()["DATABASE_URL"]) as other:
        other.execute("SELECT pg_advisory_lock(%s)", [database_migrations._MIGRATING])
        with pytest.raises(
            SettingError, match="Another program has been migrating this database for 2 hours"
        ):
            database_migrations.migrate(verbosity=0)
    lines = capsys.readouterr().err.splitlines()
    assert set(lines) == {"goodword: Another program is migrating this database; waiting for it."}
    assert len(lines) == database_migrations.OTHER_MIGRATION / 100


@pytest.mark.django_db(transaction=True)
def test_an_index_left_half_made_by_a_migration_is_removed() -> None:
    with connection.cursor() as cursor:
        cursor.execute("CREATE INDEX half_made ON core_event (actor)")
        cursor.execute("UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'half_made'::regclass")
        database_migrations.migrate(verbosity=0)
        cursor.execute("SELECT to_regclass('half_made'), to_regclass('event_timeline') IS NOT NULL")
        assert cursor.fetchone() == (None, True)


def test_missing_static_files_are_refused_only_in_production(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(settings, "STATIC_ROOT", tmp_path)
    startup.check_static_files()
    monkeypatch.setattr(settings, "PRODUCTION", True)
    with pytest.raises(SettingError, match="Run `goodword collectstatic --noinput`"):
        startup.check_static_files()
    (tmp_path / "staticfiles.json").write_text("{}")
    startup.check_static_files()


def test_an_unwritable_data_directory_is_named(tmp_path: Path) -> None:
    startup.check_writable(tmp_path / "new")
    assert list((tmp_path / "new").iterdir()) == []
    (tmp_path / "file").touch()
    with pytest.raises(
        SettingError, match=r"^GOODWORD_DATA \(.*/file/data\) cannot be written: Not a directory"
    ):
        startup.check_writable(tmp_path / "file" / "data")
