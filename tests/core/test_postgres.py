"""The embedded PostgreSQL server: data, permissions, logs, errors."""

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
from goodword.core.postgres import launch, layout
from tests.core.test_cli import as_another_user

pytestmark = pytest.mark.programs


@pytest.fixture
def data(made: Path) -> Iterator[Path]:
    """A copy of the cluster outside pytest's folder, which would keep 40 MB per test."""
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


def test_data_survives_a_restart(data: Path) -> None:
    with postgres.start(data) as server:
        add(server.url, "first")
    with postgres.start(data) as server:
        assert words(server.url) == ["before", "first"]
        assert words(server.dsn) == ["before", "first"]


def test_attach_returns_the_url_of_the_running_server(data: Path) -> None:
    with postgres.start(data, durable=False) as server:
        assert postgres.attach(data) == server.url


def test_attach_explains_that_nothing_is_running(data: Path) -> None:
    with pytest.raises(postgres.NotRunningError) as refusal:
        postgres.attach(data)
    assert str(refusal.value) == (
        f"PostgreSQL is not running for {data}; start `goodword up` or set DATABASE_URL."
    )


def test_attach_ignores_files_of_a_killed_server(data: Path) -> None:
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


def test_data_of_another_major_version_is_refused_with_a_remedy(data: Path) -> None:
    (data / "postgres/data/PG_VERSION").write_text("15\n")
    with pytest.raises(postgres.OtherVersionError) as refusal:
        postgres.start(data)
    assert str(refusal.value).startswith(
        f"The database in {data}/postgres/data was written by PostgreSQL 15; "
        f"Goodword now includes {layout.major_version()}, which cannot read it. Run `goodword upgrade-postgres`"
    )


def test_data_directory_and_socket_are_private(data: Path) -> None:
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


def test_a_full_temporary_folder_is_named(monkeypatch: pytest.MonkeyPatch, data: Path) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(data / "none"))
    with pytest.raises(postgres.CannotStartError, match="no temporary folder for PostgreSQL's socket"):
        launch.make_socket_folder(launch.launcher_for(layout.Layout.of(data)))


def test_long_data_paths_work(made: Path) -> None:
    with tempfile.TemporaryDirectory(prefix="goodword-tests-") as folder:
        far = Path(folder, "long" * 30, "way" * 30)
        shutil.copytree(made, far)
        with postgres.start(far, durable=False) as server:
            assert words(server.url) == ["before"]


def test_unaccent_is_available(data: Path) -> None:
    with postgres.start(data, durable=False) as server, psycopg.connect(server.url) as connection:
        connection.execute("CREATE EXTENSION unaccent")
        row = connection.execute("SELECT unaccent(lower('ÉLODIE Ørsted'))").fetchone()
    assert row == ("elodie orsted",)


def test_logs_contain_no_row_values(data: Path) -> None:
    with postgres.start(data) as server, pytest.raises(psycopg.errors.UniqueViolation):
        for _ in range(2):
            add(server.url, "ada@example.com")
    log = (data / "postgres/postgres.log").read_text()
    assert ["kept_pkey" in log, "ada@example.com" in log] == [True, False]


def test_a_failed_start_shows_the_servers_last_log_lines(data: Path) -> None:
    (data / "postgres/data/postgresql.conf").write_text("shared_buffers = much\n")
    with pytest.raises(postgres.CannotStartError) as refusal:
        postgres.start(data)
    assert 'invalid value for parameter "shared_buffers": "much"' in str(refusal.value)
    with pytest.raises(postgres.NotRunningError):
        postgres.attach(data)


def test_a_folder_of_another_user_is_named() -> None:
    with tempfile.TemporaryDirectory() as made:  # not below tmp_path, which only this user may use
        data = Path(made)
        data.chmod(0o755)
        (data / "postgres").mkdir(mode=0o700)
        with as_another_user(), pytest.raises(postgres.CannotStartError) as refused:
            postgres.attach(data)
    assert str(refused.value) == (
        f"The database in {data / 'postgres'} can't be used: Permission denied. Run as the user who owns it."
    )
