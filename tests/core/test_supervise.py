"""Programs that run as one: a busy port is said, and all end in order."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from goodword.core import supervise, web


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
def let_go() -> object:
    yield
    while holders:
        holders.pop().close()


def said(port: int, setting: str) -> str:
    return f"Port {port} is in use. Stop what listens there, or choose another, as in {setting}={port + 1}."


def test_a_busy_port_is_said_with_what_to_do(busy: int) -> None:
    with pytest.raises(supervise.PortInUse) as refused:
        web.bind("127.0.0.1", busy)
    assert str(refused.value) == said(busy, "GOODWORD_PORT")
    with pytest.raises(supervise.PortInUse) as refused:
        supervise.refuse_busy_port(busy, setting="SANDBOX_PORT")
    assert str(refused.value) == said(busy, "SANDBOX_PORT")


def test_the_command_says_it_in_one_line_and_fails(busy: int) -> None:
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
        f"goodword: {said(busy, 'GOODWORD_PORT')}\n",
    )


def test_a_port_that_is_no_number_is_said(busy: int) -> None:
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


def test_a_free_port_is_taken() -> None:
    listening = web.bind("127.0.0.1", 0)
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
    until = time.monotonic() + 20
    while not path.exists() or path.read_text().count("up\n") < count:
        assert time.monotonic() < until
        time.sleep(0.02)


def test_the_last_started_ends_first(tmp_path: Path) -> None:
    out = tmp_path / "out"
    with supervise.Children(env={}) as children:
        for name in ("postgres", "web"):
            children.start(name, [sys.executable, "-c", ENDS, name, str(out)])
        up(out, 2)
        assert children.ended() == ""
    assert out.read_text().splitlines()[2:] == ["web", "postgres"]


def test_one_that_ends_by_itself_is_named() -> None:
    with supervise.Children(env={}) as children:
        children.start("stays", [sys.executable, "-c", "import time; time.sleep(60)"])
        children.start("ends", [sys.executable, "-c", ""])
        assert children.wait() == "ends"


def test_who_does_not_go_is_killed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervise, "GRACE_SECONDS", 0.2)
    out = tmp_path / "out"
    deaf = ENDS.replace("signal.SIGTERM, leave", "signal.SIGTERM, signal.SIG_IGN")
    children = supervise.Children(env={})
    children.start("deaf", [sys.executable, "-c", deaf, "deaf", str(out)])
    up(out, 1)
    ((_, child),) = children._running
    children.stop()
    assert child.returncode == -signal.SIGKILL


def test_a_child_gets_what_it_is_given(tmp_path: Path) -> None:
    out = tmp_path / "out"
    script = "import os,sys; open(sys.argv[1], 'w').write(os.environ['MARK'] + sys.stdin.read())"
    with supervise.Children(env={"MARK": "here "}) as children:
        children.run([sys.executable, "-c", script, str(out)], given="and there")
    assert out.read_text() == "here and there"
