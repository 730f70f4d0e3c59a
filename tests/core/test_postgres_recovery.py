"""The embedded PostgreSQL server after a crash of the server, of its parent or during the first start."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from goodword.core import postgres
from goodword.core.postgres import running

pytestmark = pytest.mark.programs

PARENT = """
import sys, time
from pathlib import Path
from goodword.core import postgres

server = postgres.start(Path(sys.argv[1]))
print(server.pid, server.url, flush=True)
time.sleep(600)
"""


@pytest.fixture
def data() -> Iterator[Path]:
    """An empty data directory."""
    with tempfile.TemporaryDirectory(prefix="goodword-tests-") as folder:
        yield Path(folder, "data")


def count(url: str) -> int:
    """Add a row, creating the table if needed, and return the number of rows."""
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS kept (at timestamptz)")
        connection.execute("INSERT INTO kept VALUES (now())")
        row = connection.execute("SELECT count(*) FROM kept").fetchone()
    assert row is not None
    return int(row[0])


def killed_parent(data: Path) -> tuple[int, str]:
    """Start a server in another process, write a row, kill that process. Returns the server's process id and URL."""
    with subprocess.Popen(
        [sys.executable, "-c", PARENT, str(data)], stdout=subprocess.PIPE, text=True
    ) as parent:
        assert parent.stdout is not None
        pid, url = parent.stdout.readline().split()
        assert count(url) == 1
        parent.kill()
    return int(pid), url


def has_stopped(pid: int, data: Path) -> bool:
    """Wait for the server to stop, for as long as a clean shutdown may take."""
    for _ in range(600):
        if not running.is_server(pid, data / "postgres/data"):
            return True
        time.sleep(0.05)
    return False


def test_a_start_after_a_crash_recovers_the_data(data: Path) -> None:
    with postgres.start(data) as server:
        assert count(server.url) == 1
        os.kill(server.pid, signal.SIGKILL)
        while server.alive:
            time.sleep(0.01)
    with postgres.start(data) as server:
        assert count(server.url) == 2


def test_a_start_after_its_parent_was_killed_takes_over_at_once(data: Path) -> None:
    stray, _ = killed_parent(data)
    with postgres.start(data) as server:
        assert count(server.url) == 2
        assert not running.is_server(stray, data / "postgres/data")


def test_a_server_stops_when_its_parent_is_killed(data: Path) -> None:
    stray, _ = killed_parent(data)
    assert has_stopped(stray, data)
    with pytest.raises(postgres.NotRunningError):
        postgres.attach(data)


def test_a_reused_process_id_does_not_block_the_start(data: Path) -> None:
    with postgres.start(data) as server:
        assert count(server.url) == 1
        os.kill(server.pid, signal.SIGKILL)
    pidfile = data / "postgres/data/postmaster.pid"
    with subprocess.Popen(["/bin/sleep", "600"]) as other:
        pidfile.write_text(f"{other.pid}\n{data}/postgres/data\n1\n5432\n/tmp/goodword-gone\n\n\nready\n")
        with postgres.start(data) as server:
            assert count(server.url) == 2
        assert other.poll() is None
        other.kill()


def test_an_interrupted_first_start_is_repeated(data: Path) -> None:
    (data / "postgres/data.unfinished/base").mkdir(parents=True)
    with postgres.start(data, durable=False) as server:
        assert count(server.url) == 1
    assert not (data / "postgres/data.unfinished").exists()


def test_data_are_kept_without_user_namespaces(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    usual = os.environ["PATH"]
    with postgres.start(data) as server:
        assert count(server.url) == 1
    with tempfile.TemporaryDirectory(prefix="goodword-tests-") as tools:
        setpriv = shutil.which("setpriv")
        if setpriv:  # the only tool there: as if `unshare` were refused
            Path(tools, "setpriv").symlink_to(setpriv)
        monkeypatch.setenv("PATH", tools)
        with postgres.start(data) as server:
            assert count(server.url) == 2
    monkeypatch.setenv("PATH", usual)
    with postgres.start(data) as server:
        assert count(server.url) == 3
