"""The embedded server after a crash: of the server itself, of the process that ran it, of the first start."""

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
    """Add a row to a table that is made at need, and say how many there are."""
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS kept (at timestamptz)")
        connection.execute("INSERT INTO kept VALUES (now())")
        row = connection.execute("SELECT count(*) FROM kept").fetchone()
    assert row is not None
    return int(row[0])


def killed_parent(data: Path) -> tuple[int, str]:
    """Start a server in another process, write a row, kill that process; the server's number and address."""
    with subprocess.Popen(
        [sys.executable, "-c", PARENT, str(data)], stdout=subprocess.PIPE, text=True
    ) as parent:
        assert parent.stdout is not None
        pid, url = parent.stdout.readline().split()
        assert count(url) == 1
        parent.kill()
    return int(pid), url


def gone(pid: int, data: Path) -> bool:
    """Wait until the server has ended, for as long as an orderly end may take."""
    for _ in range(600):
        if not running.is_server(pid, data / "postgres/data"):
            return True
        time.sleep(0.05)
    return False


def test_after_a_killed_server_the_next_start_recovers(data: Path) -> None:
    with postgres.start(data) as server:
        assert count(server.url) == 1
        os.kill(server.pid, signal.SIGKILL)
        while server.alive:
            time.sleep(0.01)
    with postgres.start(data) as server:
        assert count(server.url) == 2


def test_after_a_killed_parent_the_next_start_takes_over_at_once(data: Path) -> None:
    stray, _ = killed_parent(data)
    with postgres.start(data) as server:
        assert count(server.url) == 2
        assert not running.is_server(stray, data / "postgres/data")


def test_a_server_does_not_stay_when_its_parent_was_killed(data: Path) -> None:
    stray, _ = killed_parent(data)
    assert gone(stray, data)
    with pytest.raises(postgres.NotRunningError):
        postgres.attach(data)


def test_a_number_that_now_is_another_process_does_not_keep_the_server_from_starting(data: Path) -> None:
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


def test_a_first_start_that_was_cut_short_is_begun_anew(data: Path) -> None:
    (data / "postgres/data.unfinished/base").mkdir(parents=True)
    with postgres.start(data, durable=False) as server:
        assert count(server.url) == 1
    assert not (data / "postgres/data.unfinished").exists()


def test_where_user_namespaces_are_forbidden_data_are_kept_all_the_same(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
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
