import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Self

import psycopg
from psycopg import sql

from . import launch, running
from .layout import DATABASE, MAIN, PORT, CannotStartError, Layout, dsn_for, url_for

# The pipe closes when the parent exits. The wait is limited, because an uncollected process keeps its id.
_SCRIPT = """
read -r word
[ "$word" = over ] && exit
kill -INT "$1"
tries=0
while kill -0 "$1" 2>/dev/null && [ $tries -lt 600 ]; do sleep 0.1; tries=$((tries + 1)); done
rm -rf "$2"
"""


def _watch(pid: int, sockets: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(  # noqa: S603 - fixed script
        ["/bin/sh", "-c", _SCRIPT, "goodword-postgres-guard", str(pid), sockets],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd="/",
        start_new_session=True,
    )


def _dismiss(guard: subprocess.Popen[bytes]) -> None:
    guard.communicate(b"over\n")


# the server's message while backends of a killed predecessor are still exiting
_STILL_ENDING = "pre-existing shared memory block"
_LOG_LIMIT = 10_000_000

_ALWAYS = (
    "listen_addresses=",
    "unix_socket_permissions=0700",
    "timezone=UTC",
    "log_timezone=UTC",
    "jit=off",
    # the log outlives an erasure, so it must contain no statements and no values
    "log_error_verbosity=terse",
    "log_min_error_statement=panic",
)
_NOT_DURABLE = (
    "fsync=off",
    "synchronous_commit=off",
    "full_page_writes=off",
    "wal_level=minimal",
    "max_wal_senders=0",
    "max_wal_size=4GB",
    # plans must not depend on whether a test's rows were counted after their rollback
    "autovacuum=off",
)


class PostgresServer:
    def __init__(self, layout: Layout, *, durable: bool) -> None:
        self._layout = layout
        self._durable = durable
        self._sockets = ""
        self._lock: running.Lock | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._guard: subprocess.Popen[bytes] | None = None
        self._launcher: launch.Launcher | None = None

    @property
    def url(self) -> str:
        return url_for(self._sockets)

    @property
    def dsn(self) -> str:
        return dsn_for(self._sockets)

    @property
    def pid(self) -> int:
        return self._process.pid if self._process else 0

    @property
    def log(self) -> Path:
        return self._layout.log

    @property
    def alive(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self, *, who: str) -> None:
        layout = self._layout
        layout.make_home()
        self._lock = running.take_lock(layout)
        try:
            if layout.folder == MAIN:
                launch.settle_upgrade(layout)
            launcher = self._launcher = launch.launcher_for(layout)
            launch.refuse_other_version(layout)
            running.end_stray(layout)
            launch.remove_socket_folder(str(self._lock.previous.get("sockets", "")))
            launch.make_cluster(layout, launcher, durable=self._durable)
            launcher.own(layout.cluster)
            self._sockets = launch.make_socket_folder(launcher)
            self._lock.note(who=who, pid=os.getpid(), sockets=self._sockets)
            self._run(launcher)
            self._make_database()
        except BaseException:  # Ctrl-C as well: stop what was started
            self.stop()
            raise

    def restart(self) -> None:
        """Restart a server that has exited, at the same address. Raises `CannotStartError`."""
        assert self._launcher is not None, "it was never started"
        assert not self.alive
        running.forget_dead(self._layout)
        launch.renew_socket_folder(self._sockets, self._launcher)
        self._run(self._launcher)

    def stop(self, *, patience: float = 60) -> None:
        """Stop the server and close all connections. It is killed after `patience` seconds."""
        if self._process is not None:
            _end(self._process, patience)
            self._process = None
        if self._guard is not None:
            _dismiss(self._guard)
            self._guard = None
        launch.remove_socket_folder(self._sockets)
        if self._lock is not None:
            self._lock.release()
            self._lock = None

    def _run(self, launcher: launch.Launcher) -> None:
        log = self._layout.log
        if log.exists() and log.stat().st_size > _LOG_LIMIT:
            log.replace(log.with_suffix(".log.1"))
        give_up = time.monotonic() + 30
        while True:
            with log.open("ab") as output:
                begin = output.tell()
                self._spawn(launcher, output.fileno())
            if self._became_ready():
                return
            messages = log.read_bytes()[begin:].decode(errors="replace").strip()
            if _STILL_ENDING not in messages or time.monotonic() > give_up:
                last = "\n".join(messages.splitlines()[-15:])
                raise CannotStartError(
                    f"PostgreSQL did not start for {self._layout.data_dir}. Last lines of {log}:\n{last}"
                )
            time.sleep(0.2)

    def _spawn(self, launcher: launch.Launcher, output: int) -> None:
        settings = [*_ALWAYS, f"port={PORT}", f"unix_socket_directories={self._sockets}"]
        if not self._durable:
            settings += _NOT_DURABLE
        command = launcher.command("postgres", "-D", str(self._layout.cluster))
        for setting in settings:
            command += ["-c", setting]
        # a separate session, so that Ctrl-C in a terminal doesn't reach it: the server stops last
        self._process = subprocess.Popen(  # noqa: S603 - our own program by its full path
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            env=launch.environment(),
            cwd="/",
            start_new_session=True,
        )
        if self._guard is not None:
            _dismiss(self._guard)
        self._guard = _watch(self._process.pid, self._sockets)

    def _became_ready(self) -> bool:
        """Wait as long as the server runs, since recovery can take long. Returns False if it exited."""
        assert self._process is not None
        while self._process.poll() is None:
            found = running.read_pid_file(self._layout)
            if found is not None and found.pid == self._process.pid and found.ready:
                return True
            time.sleep(0.01)
        return False

    def _make_database(self) -> None:
        with psycopg.connect(dsn_for(self._sockets, database="postgres"), autocommit=True) as connection:
            there = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone()
            if there is None:
                connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(DATABASE)))


def _end(process: subprocess.Popen[bytes], patience: float) -> None:
    for how, seconds in ((signal.SIGINT, patience), (signal.SIGQUIT, 10.0)):
        process.send_signal(how)
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            continue
        return
    process.kill()
    process.wait()


def start(data_dir: Path, *, durable: bool = True, who: str = "") -> PostgresServer:
    """Start PostgreSQL on the data in `data_dir`, creating it if missing. `durable=False`: for tests, may lose data.
    `who`: shown to somebody who starts a second one. Raises `AlreadyRunningError`, `OtherVersionError` or
    `CannotStartError`."""
    server = PostgresServer(Layout.of(data_dir), durable=durable)
    server.start(who=who or " ".join([Path(sys.argv[0]).name, *sys.argv[1:2]]))
    return server
