"""Run several programs as one: started in order, watched, ended in the reverse order."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import FrameType, TracebackType
from typing import IO, Self

from goodword.core import environment, postgres

GRACE_SECONDS = 15


class PortInUse(Exception):
    """Something listens there already."""

    def __init__(self, port: int, setting: str = "GOODWORD_PORT") -> None:
        super().__init__(
            f"Port {port} is in use. Stop what listens there, or choose another, as in {setting}={port + 1}."
        )


def refuse_busy_port(port: int, *, setting: str) -> None:
    """Raise PortInUse if something listens on this port of this machine."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise PortInUse(port, setting) from error


class Children:
    """Programs that live and die with this one. A context manager."""

    def __init__(self, *, env: Mapping[str, str], log: IO[bytes] | None = None) -> None:
        self._env = {**os.environ, **env}
        self._log = log
        self._running: list[tuple[str, subprocess.Popen[bytes]]] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self, name: str, command: Sequence[str]) -> None:
        """Start a program in a session of its own, so that Ctrl-C reaches it through us, in our order."""
        child = subprocess.Popen(  # noqa: S603 - our own commands
            command,
            env=self._env,
            start_new_session=True,
            stdin=subprocess.DEVNULL,
            stdout=self._log,
            stderr=self._log,
        )
        self._running.append((name, child))

    def run(self, command: Sequence[str], *, given: str = "") -> None:
        """Run a program to its end. Raises CalledProcessError."""
        subprocess.run(  # noqa: S603 - our own commands
            command, env=self._env, check=True, input=given.encode(), stdout=self._log, stderr=self._log
        )

    def ended(self) -> str:
        """The name of a program that ended by itself; empty while all run."""
        return next((name for name, child in self._running if child.poll() is not None), "")

    def wait(self) -> str:
        """Wait until one ends by itself; its name."""
        while not (name := self.ended()):
            time.sleep(0.3)
        return name

    def stop(self) -> None:
        """End all, the last started first; whoever does not go is killed."""
        for _, child in reversed(self._running):
            if child.poll() is None:
                child.terminate()
            try:
                child.wait(GRACE_SECONDS)
            except subprocess.TimeoutExpired:
                os.killpg(child.pid, signal.SIGKILL)
                child.wait()
        self._running.clear()


def goodword(*arguments: str) -> list[str]:
    """The command line of our own program, whatever the path says."""
    return [sys.executable, "-m", "goodword.cli", *arguments]


def leave_on_terminate() -> None:
    """Let SIGTERM and a closed terminal end this program as Ctrl-C does, so that everything is ended in order.

    SIGINT itself as well: a script starts its background programs deaf to it.
    """

    def leave(number: int, frame: FrameType | None) -> None:  # noqa: ARG001 - a signal handler's signature
        raise KeyboardInterrupt

    signal.signal(signal.SIGINT, leave)
    signal.signal(signal.SIGTERM, leave)
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # nohup: meant to outlive its terminal
        signal.signal(signal.SIGHUP, leave)


def up() -> int:
    """Run web and worker, with the embedded PostgreSQL unless DATABASE_URL names another; until a signal."""
    leave_on_terminate()
    port = environment.port("GOODWORD_PORT", 8000)
    refuse_busy_port(port, setting="GOODWORD_PORT")
    if os.environ.get("DATABASE_URL"):
        return _run_both({})
    data = Path(os.environ.get("GOODWORD_DATA") or "./var")
    with postgres.start(data, who="goodword up") as server:
        return _run_both({"DATABASE_URL": server.url})


def _run_both(env: Mapping[str, str]) -> int:
    with Children(env=env) as children:
        try:
            children.run(goodword("migrate"))
            children.start("worker", goodword("worker"))
            children.start("web", goodword("serve"))
            name = children.wait()
        except KeyboardInterrupt:
            return 0
        except subprocess.CalledProcessError:
            print("goodword: the database could not be brought to this version; see above.", file=sys.stderr)
            return 1
    print(f"goodword: {name} has ended by itself; see its last lines above.", file=sys.stderr)
    return 1
