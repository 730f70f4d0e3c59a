"""Runs the demo as a separate program."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from tests.support import database
from tests.support.ports import free_ports as find_free_ports

PORTS = ("GOODWORD_PORT", "SANDBOX_PORT", "MAILBOX_PORT", "MAILBOX_SMTP_PORT")
COMMAND = (sys.executable, "-W", "error", "-m", "goodword.cli", "demo")


def free_ports() -> dict[str, int]:
    """A free port for each setting that names one."""
    return dict(zip(PORTS, find_free_ports(len(PORTS)), strict=True))


def environment(data: Path, ports: Mapping[str, int]) -> dict[str, str]:
    """The environment without the tests' settings."""
    mine = ("GOODWORD_", "DJANGO_", "DATABASE_URL", "SANDBOX_", "MAILBOX_", "PYTEST_")
    plain = {name: value for name, value in os.environ.items() if not name.startswith(mine)}
    return plain | {"GOODWORD_DATA": str(data)} | {name: str(port) for name, port in ports.items()}


def share_built(data: Path) -> None:
    """Let a demo use the fonts and the style sheet that the tests have built."""
    (database.CACHE / "built").mkdir(exist_ok=True)
    data.mkdir(exist_ok=True)
    (data / "built").symlink_to(database.CACHE / "built")


class Demo:
    """A running `goodword demo`, started in the background with Ctrl-C ignored at first."""

    def __init__(self, data: Path, ports: Mapping[str, int]) -> None:
        self.data, self.ports = data, ports
        self._out, self._err = (data.parent / f"{data.name}.{name}" for name in ("out", "err"))
        with self._out.open("wb") as out, self._err.open("wb") as err:
            self.process = subprocess.Popen(
                ["sh", "-c", 'trap "" INT; exec "$@"', "sh", *COMMAND],
                env=environment(data, ports),
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=err,
                start_new_session=True,
            )

    @property
    def output(self) -> str:
        """Its output so far (stdout and stderr)."""
        return self._out.read_text(encoding="utf-8") + self._err.read_text(encoding="utf-8")

    def addresses(self) -> dict[str, Any]:
        """demo.json, once the demo is ready."""
        wait_for(
            lambda: "Ctrl-C stops everything" in self.output or self.process.poll() is not None,
            otherwise=lambda: self.output,
        )
        assert self.process.poll() is None, self.output
        found: dict[str, Any] = json.loads((self.data / "demo.json").read_text(encoding="utf-8"))
        return found

    def interrupt(self) -> int:
        """Press Ctrl-C. Returns the exit status."""
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(60)

    def end(self) -> None:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            try:
                self.process.wait(60)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()


def refused(data: Path, ports: Mapping[str, int]) -> tuple[int, str]:
    """Start a demo that must exit by itself. Returns its status and standard error."""
    done = subprocess.run(
        COMMAND, env=environment(data, ports), capture_output=True, text=True, timeout=240, check=False
    )
    assert done.stdout == ""
    return done.returncode, done.stderr


def processes_of(data: Path) -> list[str]:
    """Command lines of processes with this folder in their environment or arguments."""
    found = []
    for process in Path("/proc").iterdir():
        if not process.name.isdigit():
            continue
        try:
            line, around = (process / "cmdline").read_bytes(), (process / "environ").read_bytes()
        except OSError:  # ended, or another user's
            continue
        if str(data).encode() in line + around:
            found.append(line.replace(b"\0", b" ").decode(errors="replace").strip())
    return found


def busy(ports: Mapping[str, int]) -> list[str]:
    """The settings whose ports are in use."""
    answers = []
    for name, port in ports.items():
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                answers.append(name)
    return answers


def wait_for(true: Callable[[], bool], *, otherwise: Callable[[], str], seconds: float = 240) -> None:
    """Wait until `true` returns true, or fail with the message of `otherwise`."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, otherwise()
        time.sleep(0.1)
