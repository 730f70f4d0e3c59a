"""`goodword up`: reports a busy port, restarts programs that exit, stops all in order."""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psycopg
import pytest

from goodword.core import postgres, supervise, web_processes
from goodword.core.supervise import Children
from tests.core.test_killed_worker import here, until
from tests.core.test_startup import PRODUCTION
from tests.support.ports import free_port

pytestmark = pytest.mark.programs


@pytest.fixture
def busy() -> int:
    taken = socket.socket()
    taken.bind(("127.0.0.1", 0))
    taken.listen()
    port: int = taken.getsockname()[1]
    holders.append(taken)
    return port


holders: list[socket.socket] = []


@pytest.fixture(autouse=True)
def close_sockets() -> object:
    yield
    while holders:
        holders.pop().close()


def busy_port_message(port: int, setting: str) -> str:
    return f"Port {port} is in use. Stop what uses it, or choose another, as in {setting}={port + 1}."


def test_a_busy_port_is_reported_with_a_remedy(busy: int) -> None:
    with pytest.raises(supervise.PortInUse) as refused:
        web_processes.bind("127.0.0.1", busy)
    assert str(refused.value) == busy_port_message(busy, "GOODWORD_PORT")
    with pytest.raises(supervise.PortInUse) as refused:
        supervise.refuse_busy_port(busy, setting="SANDBOX_PORT")
    assert str(refused.value) == busy_port_message(busy, "SANDBOX_PORT")


def test_serve_reports_a_busy_port_in_one_line_and_fails(busy: int) -> None:
    ended = subprocess.run(
        supervise.goodword("serve"),
        env={**os.environ, "GOODWORD_PORT": str(busy)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ended.returncode, ended.stdout, ended.stderr) == (
        2,
        "",
        f"goodword: {busy_port_message(busy, 'GOODWORD_PORT')}\n",
    )


def test_an_invalid_port_is_rejected(busy: int) -> None:
    ended = subprocess.run(
        supervise.goodword("serve"),
        env={**os.environ, "GOODWORD_PORT": "eighty"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ended.returncode, ended.stderr) == (
        2,
        "goodword: GOODWORD_PORT must be a port number, from 1 to 65535, not 'eighty'.\n",
    )


def test_a_free_port_is_accepted() -> None:
    listening = web_processes.bind("127.0.0.1", 0)
    port = listening.getsockname()[1]
    listening.close()
    supervise.refuse_busy_port(port, setting="GOODWORD_PORT")


ENDS = """
import signal, sys, time
def leave(number, frame):
    with open(sys.argv[2], "a") as out: out.write(sys.argv[1] + "\\n")
    sys.exit(0)
signal.signal(signal.SIGTERM, leave)
with open(sys.argv[2], "a") as out: out.write("up\\n")
time.sleep(60)
"""


def up(path: Path, count: int) -> None:
    until = time.monotonic() + 60
    while not path.exists() or path.read_text().count("up\n") < count:
        assert time.monotonic() < until
        time.sleep(0.02)


def test_programs_stop_in_reverse_order(tmp_path: Path) -> None:
    out = tmp_path / "out"
    with Children(env={}) as programs:
        for name in ("postgres", "web"):
            programs.start(name, [sys.executable, "-c", ENDS, name, str(out)])
        up(out, 2)
        assert programs.ended() == ""
    assert out.read_text().splitlines()[2:] == ["web", "postgres"]


RUNS = "import sys, time; open(sys.argv[1], 'a').write('up\\n'); time.sleep(60)"
ENDS_AT_ONCE = "import sys; open(sys.argv[1], 'a').write('up\\n'); sys.exit(int(sys.argv[2]))"


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Short delays, and a crash loop after three quick exits."""
    monkeypatch.setattr(supervise, "FIRST_WAIT", 0.01)
    monkeypatch.setattr(supervise, "LONGEST_WAIT", 0.02)
    monkeypatch.setattr(supervise, "CRASHES", 3)
    monkeypatch.setattr(supervise, "_LOOK_EVERY", 0.01)


def test_a_program_that_exits_before_watching_is_named(tmp_path: Path) -> None:
    with Children(env={}) as programs:
        programs.start("stays", [sys.executable, "-c", RUNS, str(tmp_path / "out")])
        programs.start("ends", [sys.executable, "-c", ""])
        until(lambda: programs.ended() == "ends")


def test_a_killed_program_is_restarted(
    tmp_path: Path, quick: None, capfd: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    with Children(env={}) as programs:
        programs.start("worker", [sys.executable, "-c", RUNS, str(out)])
        programs.watch()
        for count in (1, 2, 3):
            up(out, count)
            os.kill(programs._programs[0].process.pid, signal.SIGKILL)
        up(out, 4)
    assert capfd.readouterr().err.startswith("goodword: worker exited (SIGKILL); restarting in 0.01 s.")


def test_a_crash_loop_stops_everything_and_names_the_program(tmp_path: Path, quick: None) -> None:
    out = tmp_path / "out"
    with Children(env={}) as programs:
        programs.start("web", [sys.executable, "-c", RUNS, str(tmp_path / "other")])
        programs.start("worker", [sys.executable, "-c", ENDS_AT_ONCE, str(out), "1"])
        programs.watch()
        assert programs.wait() == (
            "worker exited (status 1) 3 times in a row right after starting; see its last lines above."
        )
    assert out.read_text() == "up\n" * 4


def test_a_program_that_fails_its_first_start_is_not_restarted(tmp_path: Path, quick: None) -> None:
    out = tmp_path / "out"
    with Children(env={}) as programs:
        programs.start("web", [sys.executable, "-c", ENDS_AT_ONCE, str(out), "2"])
        programs.watch()
        assert programs.wait() == "web exited (status 2) at its first start; see its last lines above."
    assert out.read_text() == "up\n"


def test_old_quick_exits_are_forgotten() -> None:
    patience = supervise.RestartPolicy(began=0.0)
    waits = [patience.ended(now) for now in (0.1, 0.2, 0.3)]
    patience.began = 1.0
    assert (waits, patience.ended(1.0 + supervise.STEADY_SECONDS)) == ([0.5, 1.0, 2.0], 0.5)
    endless = [patience.ended(2.0) for _ in range(supervise.CRASHES)]
    assert (endless[-2], endless[-1]) == (30.0, None)


def test_a_program_waiting_for_its_database_is_not_given_up() -> None:
    patience = supervise.RestartPolicy(began=0.0)
    assert [patience.ended(0.1, refused=True) for _ in range(50)][-1] == 30.0


def test_the_database_server_is_restarted_at_the_same_address(quick: None) -> None:
    with (
        tempfile.TemporaryDirectory(prefix="goodword-tests-") as folder,
        postgres.start(Path(folder)) as server,
        Children(env={}) as programs,
    ):
        programs.watch(server)
        with psycopg.connect(server.url) as connection:
            connection.execute("CREATE TABLE kept ()")
        first = server.pid
        os.kill(first, signal.SIGKILL)
        until(lambda: server.pid != first and server.alive and answers(server.url))
        with psycopg.connect(server.url) as connection:
            connection.execute("SELECT FROM kept")


def answers(url: str) -> bool:
    try:
        psycopg.connect(url).close()
    except psycopg.OperationalError:
        return False
    return True


PARENT = """
import sys
from goodword.core.supervise import Children
with Children(env={}) as programs:
    programs.start("worker", [sys.executable, "-c", sys.argv[1], sys.argv[2]])
    programs.watch()
    programs.wait()
"""


def test_programs_exit_when_the_supervisor_is_killed(tmp_path: Path) -> None:
    out = tmp_path / "out"
    script = RUNS.replace("'up", "str(__import__('os').getpid()) + ' up")
    parent = subprocess.Popen([sys.executable, "-c", PARENT, script, str(out)])
    up(out, 1)
    pid = int(out.read_text().split()[0])
    parent.kill()
    parent.wait()
    until(lambda: not Path(f"/proc/{pid}").exists() or "Z" in Path(f"/proc/{pid}/stat").read_text().split())


def test_a_program_that_ignores_sigterm_is_killed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervise, "GRACE_SECONDS", 0.2)
    out = tmp_path / "out"
    deaf = ENDS.replace("signal.SIGTERM, leave", "signal.SIGTERM, signal.SIG_IGN")
    programs = Children(env={})
    programs.start("deaf", [sys.executable, "-c", deaf, "deaf", str(out)])
    up(out, 1)
    child = programs._programs[0].process
    programs.stop()
    assert child.returncode == -signal.SIGKILL


def test_a_child_gets_its_environment_and_input(tmp_path: Path) -> None:
    out = tmp_path / "out"
    script = "import os,sys; open(sys.argv[1], 'w').write(os.environ['MARK'] + sys.stdin.read())"
    with Children(env={"MARK": "here "}) as programs:
        programs.run([sys.executable, "-c", script, str(out)], given="and there")
    assert out.read_text() == "here and there"


def test_a_child_s_setting_replaces_a_file_that_the_caller_names(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL_FILE", "/run/secrets/of-another-installation")
    assert "DATABASE_URL_FILE" not in Children(env={"DATABASE_URL": "postgresql:///here"})._env
    assert "DATABASE_URL_FILE" in Children(env={})._env


def test_up_takes_the_database_from_a_file_and_starts_no_embedded_server(tmp_path: Path) -> None:
    url = f"{here()['DATABASE_URL'].partition('?')[0]}-missing?{here()['DATABASE_URL'].partition('?')[2]}"
    (tmp_path / "url").write_text(f"{url}\n")
    env = {name: value for name, value in here().items() if name != "DATABASE_URL"}
    env |= {
        "DATABASE_URL_FILE": str(tmp_path / "url"),
        "GOODWORD_DATA": str(tmp_path),
        "GOODWORD_PORT": str(free_port()),
    }
    ended = subprocess.run(
        supervise.goodword("up"), env=env, capture_output=True, text=True, check=False, timeout=100
    )
    assert (ended.returncode, "-missing" in ended.stderr) == (1, True)
    assert ended.stderr.endswith("goodword: the database could not be migrated; see above.\n")
    assert not (tmp_path / "postgres").exists()


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("GOODWORD_POOL", "0", "GOODWORD_POOL must be at least 1, not 0.\n"),
        (
            "GOODWORD_ENV",
            "production",
            "Run `goodword collectstatic --noinput` with the same GOODWORD_DATA.\n",
        ),
    ],
    ids=["setting", "static files"],
)
def test_up_checks_settings_and_static_files_before_it_creates_a_database(
    name: str, value: str, said: str, tmp_path: Path
) -> None:
    env = (
        here() | PRODUCTION | {"GOODWORD_DATA": str(tmp_path), "GOODWORD_PORT": str(free_port()), name: value}
    )
    del env["DATABASE_URL"]
    ended = subprocess.run(
        supervise.goodword("up"), env=env, capture_output=True, text=True, check=False, timeout=100
    )
    assert (ended.returncode, ended.stderr.endswith(said), len(ended.stderr.splitlines())) == (2, True, 1)
    assert not (tmp_path / "postgres").exists()
