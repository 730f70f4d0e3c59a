"""`goodword up`: web, worker and the embedded PostgreSQL, restarted when they exit.

Programs are stopped in reverse order. Only a crash loop ends the group. If this process is killed, a guard stops the
programs.
"""

import errno
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import FrameType, TracebackType
from typing import IO, Self

from goodword.core import environment, postgres
from goodword.core.notices import say

#: the worker's own grace period, shorter than GRACE_SECONDS so that it exits by itself
WORKER_GRACE = 10
GRACE_SECONDS = 15
#: a program that ran for this long before it exited is not in a crash loop
STEADY_SECONDS = 30.0
#: seconds before a restart, doubling from the first to the longest
FIRST_WAIT, LONGEST_WAIT = 0.5, 30.0
#: quick exits in a row that count as a crash loop; with the delays, about two minutes
CRASHES = 10
#: exit status of our commands for wrong usage or settings
REFUSED = 2
_LOOK_EVERY = 0.2
# The pipe closes when the parent exits. The last line read lists the process groups still running.
_GUARD = """
groups=
while read -r line; do
  [ "$line" = over ] && exit
  groups=$line
done
for one in $groups; do kill -TERM "$one" 2>/dev/null; done
tries=0
while [ $tries -lt "$1" ]; do
  left=
  for one in $groups; do kill -0 "$one" 2>/dev/null && left=1; done
  [ -z "$left" ] && exit
  sleep 0.1
  tries=$((tries + 1))
done
for one in $groups; do kill -KILL "-$one" 2>/dev/null; done
"""


class PortInUse(Exception):
    def __init__(self, port: int, setting: str = "GOODWORD_PORT") -> None:
        super().__init__(
            f"Port {port} is in use. Stop what uses it, or choose another, as in {setting}={port + 1}."
        )


def refuse_busy_port(port: int, *, setting: str) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise environment.SettingError(
                    f"{setting} ({port}) can't be used: {error.strerror}. Choose a port that this user may use."
                ) from error
            raise PortInUse(port, setting) from error


def worker_command() -> list[str]:
    return goodword("worker", "--grace", str(WORKER_GRACE))


def goodword(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "goodword.cli", *arguments]


def leave_on_terminate() -> None:
    """Make SIGTERM and a closed terminal end this program like Ctrl-C. Background programs ignore SIGINT."""

    def leave(number: int, frame: FrameType | None) -> None:  # noqa: ARG001 - a signal handler's signature
        raise KeyboardInterrupt

    signal.signal(signal.SIGINT, leave)
    signal.signal(signal.SIGTERM, leave)
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # nohup: must outlive its terminal
        signal.signal(signal.SIGHUP, leave)


def up() -> int:
    """Run until a signal, with the embedded PostgreSQL unless DATABASE_URL is set. A crash loop ends with status 1."""
    leave_on_terminate()
    port = environment.port("GOODWORD_PORT", 8000)
    refuse_busy_port(port, setting="GOODWORD_PORT")
    if environment.text("DATABASE_URL", ""):
        return _run_both({}, None)
    with postgres.start(environment.data_folder(), who="goodword up") as server:
        return _run_both({"DATABASE_URL": server.url}, server)


def _run_both(env: Mapping[str, str], server: postgres.PostgresServer | None) -> int:
    with Children(env=env) as children:
        try:
            children.run(goodword("migrate", "--wait"))
            children.start("worker", worker_command())
            children.start("web", goodword("serve"))
            children.watch(server)
            why = children.wait()
        except KeyboardInterrupt:
            return 0
        except subprocess.CalledProcessError:
            say("the database could not be migrated; see above.", level="CRITICAL")
            return 1
    say(why, level="CRITICAL")
    return 1


@dataclass
class RestartPolicy:
    began: float = 0.0
    crashes: int = 0

    def ended(self, now: float, *, refused: bool = False) -> float | None:
        """Seconds until the restart, or None in a crash loop. `refused`: the program worked before, and something it
        needs is temporarily missing."""
        self.crashes = 1 if now - self.began >= STEADY_SECONDS else self.crashes + 1
        if refused:
            self.crashes = min(self.crashes, CRASHES)
        if self.crashes > CRASHES:
            return None
        return float(min(FIRST_WAIT * 2 ** (self.crashes - 1), LONGEST_WAIT))


@dataclass
class _Program:
    name: str
    command: Sequence[str]
    process: "subprocess.Popen[bytes]"
    policy: RestartPolicy
    again_at: float | None = None
    starts: int = field(default=1)


class Children:
    def __init__(self, *, env: Mapping[str, str], log: IO[bytes] | None = None) -> None:
        # NAME_FILE takes precedence over NAME, and our values over the caller's
        kept = {name: value for name, value in os.environ.items() if name.removesuffix("_FILE") not in env}
        self._env = {**kept, **env}
        self._log = log
        self._programs: list[_Program] = []
        self._guard = _Guard()
        self._server: postgres.PostgresServer | None = None
        self._server_policy = RestartPolicy(began=time.monotonic())
        self._server_again_at: float | None = None
        self._watcher: threading.Thread | None = None
        self._over = threading.Event()
        self._given_up = ""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self, name: str, command: Sequence[str]) -> None:
        """Start a program in its own session, so that Ctrl-C reaches only us and we stop programs in order."""
        policy = RestartPolicy(began=time.monotonic())
        self._programs.append(_Program(name, command, self._spawn(command), policy))
        self._tell_guard()

    def run(self, command: Sequence[str], *, given: str = "") -> None:
        subprocess.run(  # noqa: S603 - our own commands
            command, env=self._env, check=True, input=given.encode(), stdout=self._log, stderr=self._log
        )

    def pid(self, name: str) -> int:
        return next(program.process.pid for program in self._programs if program.name == name)

    def ended(self) -> str:
        return next((program.name for program in self._programs if program.process.poll() is not None), "")

    def watch(self, server: postgres.PostgresServer | None = None) -> None:
        self._server = server
        self._watcher = threading.Thread(target=self._watch, name="supervisor", daemon=True)
        self._watcher.start()

    def wait(self) -> str:
        """Wait until a program is in a crash loop. Returns the reason as a sentence."""
        assert self._watcher is not None, "call watch first"
        while self._watcher.is_alive():
            self._watcher.join(_LOOK_EVERY)
        return self._given_up or "The programs are no longer supervised."

    def stop(self) -> None:
        self._over.set()
        if self._watcher is not None:
            self._watcher.join()
        for program in reversed(self._programs):
            if program.process.poll() is None:
                program.process.terminate()
            try:
                program.process.wait(GRACE_SECONDS)
            except subprocess.TimeoutExpired:
                os.killpg(program.process.pid, signal.SIGKILL)
                program.process.wait()
        self._programs.clear()
        self._guard.dismiss()

    def _watch(self) -> None:
        while not self._over.wait(_LOOK_EVERY):
            now = time.monotonic()
            up = self._look_at_server(now)
            for program in self._programs:
                if self._given_up:
                    return
                self._look_at(program, now, may_start=up)

    def _look_at(self, program: _Program, now: float, *, may_start: bool) -> None:
        if program.again_at is not None:
            # without its database a program may exit at once, which would look like a crash loop
            if may_start and now >= program.again_at:
                program.again_at, program.policy.began = None, now
                program.starts += 1
                program.process = self._spawn(program.command)
                self._tell_guard()
            return
        status = program.process.poll()
        if status is None:
            return
        how = f"{program.name} exited ({_how(status)})"
        if program.starts == 1 and status == REFUSED:
            self._given_up = f"{how} at its first start; see its last lines above."
            return
        wait = program.policy.ended(now, refused=status == REFUSED)
        if wait is None:
            self._given_up = f"{how} {CRASHES} times in a row right after starting; see its last lines above."
            return
        say(f"{how}; restarting in {wait:g} s.")
        program.again_at = now + wait

    def _look_at_server(self, now: float) -> bool:
        server = self._server
        if server is None or (server.alive and self._server_again_at is None):
            return True
        if self._server_again_at is None:
            wait = self._server_policy.ended(now)
            if wait is None:
                self._given_up = f"PostgreSQL exited {CRASHES} times in a row; see {server.log}."
                return False
            say(f"PostgreSQL exited; restarting in {wait:g} s.")
            self._server_again_at = now + wait
        if now < self._server_again_at:
            return False
        self._server_policy.began, self._server_again_at = now, None
        try:
            server.restart()
        except postgres.PostgresError as error:
            say(str(error))
            return False
        say("PostgreSQL is running again.")
        return True

    def _spawn(self, command: Sequence[str]) -> "subprocess.Popen[bytes]":
        return subprocess.Popen(  # noqa: S603 - our own commands
            command,
            env=self._env,
            start_new_session=True,
            stdin=subprocess.DEVNULL,
            stdout=self._log,
            stderr=self._log,
        )

    def _tell_guard(self) -> None:
        self._guard.watch(
            [program.process.pid for program in self._programs if program.process.poll() is None]
        )


def _how(status: int) -> str:
    if status >= 0:
        return f"status {status}"
    try:
        return signal.Signals(-status).name
    except ValueError:
        return f"signal {-status}"


class _Guard:
    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None

    def watch(self, pids: Sequence[int]) -> None:
        if self._process is None:
            self._process = subprocess.Popen(  # noqa: S603 - fixed script
                ["/bin/sh", "-c", _GUARD, "goodword-guard", str(GRACE_SECONDS * 10)],
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                cwd="/",
                start_new_session=True,
            )
        self._write(" ".join(map(str, pids)))

    def dismiss(self) -> None:
        if self._process is not None:
            self._write("over")
            self._process.communicate()
            self._process = None

    def _write(self, line: str) -> None:
        assert self._process is not None
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(f"{line}\n".encode())
            self._process.stdin.flush()
        except BrokenPipeError:  # the guard was killed: continue without it
            pass
