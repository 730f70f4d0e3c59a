"""The embedded server: its data, its refusals and its recoveries, on clusters of the test's own."""

import os
import shutil
import signal
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from goodword.core import postgres
from goodword.core.postgres import layout

pytestmark = pytest.mark.programs


@pytest.fixture(scope="module")
def made() -> Iterator[Path]:
    """A data directory with a cluster that was made, given one row, and stopped in order."""
    with tempfile.TemporaryDirectory(prefix="goodword-tests-") as folder:
        data = Path(folder, "made")
        with postgres.start(data, durable=False) as server, psycopg.connect(server.url) as connection:
            connection.execute("CREATE TABLE kept (word text PRIMARY KEY)")
            connection.execute("INSERT INTO kept VALUES ('before')")
        yield data


@pytest.fixture
def data(made: Path) -> Iterator[Path]:
    """A copy of it. Not in pytest's own folder, which would keep forty megabytes a test."""
    with tempfile.TemporaryDirectory(prefix="goodword-tests-") as folder:
        yield shutil.copytree(made, Path(folder, "data"))


def add(url: str, word: str) -> None:
    with psycopg.connect(url) as connection:
        connection.execute("INSERT INTO kept VALUES (%s)", [word])


def words(url: str) -> list[str]:
    with psycopg.connect(url) as connection:
        return [row[0] for row in connection.execute("SELECT word FROM kept ORDER BY word")]


def permissions(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_what_was_written_is_found_after_a_restart(data: Path) -> None:
    with postgres.start(data) as server:
        add(server.url, "first")
    with postgres.start(data) as server:
        assert words(server.url) == ["before", "first"]
        assert words(server.dsn) == ["before", "first"]


def test_attach_gives_the_address_of_the_running_server(data: Path) -> None:
    with postgres.start(data, durable=False) as server:
        assert postgres.attach(data) == server.url


def test_attach_says_why_not_when_nothing_runs(data: Path) -> None:
    with pytest.raises(postgres.NotRunningError) as refusal:
        postgres.attach(data)
    assert str(refusal.value) == (
        f"PostgreSQL is not running for {data}; start `goodword up` or set DATABASE_URL."
    )


def test_attach_is_not_fooled_by_what_a_killed_server_left(data: Path) -> None:
    server = postgres.start(data, durable=False)
    os.kill(server.pid, signal.SIGKILL)
    while server.alive:
        pass
    try:
        with pytest.raises(postgres.NotRunningError):
            postgres.attach(data)
    finally:
        server.stop()


def test_a_second_start_is_refused_and_names_the_first(data: Path) -> None:
    with postgres.start(data, durable=False, who="goodword demo") as server:
        with pytest.raises(postgres.AlreadyRunningError) as refusal:
            postgres.start(data)
        assert str(refusal.value) == (
            f"The database in {data}/postgres is already in use by `goodword demo` (process {os.getpid()}). "
            "Stop it first, or set GOODWORD_DATA to another directory."
        )
        assert words(server.url) == ["before"]


def test_data_of_another_major_version_is_refused_with_the_way_out(data: Path) -> None:
    (data / "postgres/data/PG_VERSION").write_text("15\n")
    with pytest.raises(postgres.OtherVersionError) as refusal:
        postgres.start(data)
    assert str(refusal.value).startswith(
        f"The database in {data}/postgres/data was written by PostgreSQL 15; "
        f"this Goodword brings {layout.major_version()}, which cannot read it. Either start the Goodword"
    )


def test_the_data_and_the_socket_are_closed_to_others(data: Path) -> None:
    with postgres.start(data, durable=False) as server:
        with psycopg.connect(server.url) as connection:
            row = connection.execute("SHOW unix_socket_directories").fetchone()
            network = connection.execute("SHOW listen_addresses").fetchone()
        assert row is not None
        sockets = Path(row[0])
        closed = [data / "postgres", data / "postgres/data", sockets]
        assert [permissions(path) for path in closed] == [0o700, 0o700, 0o700]
        assert network == ("",)
    assert not sockets.exists()


def test_a_long_data_path_works(made: Path) -> None:
    with tempfile.TemporaryDirectory(prefix="goodword-tests-") as folder:
        far = Path(folder, "long" * 30, "way" * 30)
        shutil.copytree(made, far)
        with postgres.start(far, durable=False) as server:
            assert words(server.url) == ["before"]


def test_names_sort_and_compare_without_accents(data: Path) -> None:
    with postgres.start(data, durable=False) as server, psycopg.connect(server.url) as connection:
        connection.execute("CREATE EXTENSION unaccent")
        row = connection.execute("SELECT unaccent(lower('ÉLODIE Ørsted'))").fetchone()
    assert row == ("elodie orsted",)


def test_the_log_names_nobody(data: Path) -> None:
    with postgres.start(data) as server, pytest.raises(psycopg.errors.UniqueViolation):
        for _ in range(2):
            add(server.url, "ada@example.com")
    log = (data / "postgres/postgres.log").read_text()
    assert ["kept_pkey" in log, "ada@example.com" in log] == [True, False]


def test_a_start_that_fails_shows_the_last_words_of_the_server(data: Path) -> None:
    (data / "postgres/data/postgresql.conf").write_text("shared_buffers = much\n")
    with pytest.raises(postgres.CannotStartError) as refusal:
        postgres.start(data)
    assert 'invalid value for parameter "shared_buffers": "much"' in str(refusal.value)
    with pytest.raises(postgres.NotRunningError):
        postgres.attach(data)
