"""The server that is running on a data directory: its lock and its `postmaster.pid`."""

import fcntl
import json
import os
import signal
import socket
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .launch import remove_socket_folder
from .layout import PORT, AlreadyRunningError, CannotStartError, Layout, NotRunningError, url_for


@dataclass
class Lock:
    """`previous`: the notes of the last holder (empty after a clean stop)."""

    descriptor: int
    previous: dict[str, Any]

    def note(self, **facts: Any) -> None:
        """Note who holds the lock, and what the next holder must clean up after a crash."""
        os.ftruncate(self.descriptor, 0)
        os.pwrite(self.descriptor, json.dumps(facts).encode(), 0)

    def release(self) -> None:
        """Call it once the server has exited."""
        os.ftruncate(self.descriptor, 0)
        os.close(self.descriptor)


def _facts(descriptor: int) -> dict[str, Any]:
    try:
        facts = json.loads(os.pread(descriptor, 4096, 0))
    except ValueError:  # empty, or cut short by a crash
        return {}
    return facts if isinstance(facts, dict) else {}


def take_lock(layout: Layout) -> Lock:
    """Take the lock. Raises `AlreadyRunningError`, which names the holder."""
    # Python opens it close-on-exec, so the server doesn't inherit and keep the lock.
    descriptor = os.open(layout.lock, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        facts = _facts(descriptor)
        os.close(descriptor)
        who = f"`{facts.get('who', 'goodword')}`"
        process = f" (process {facts['pid']})" if "pid" in facts else ""
        raise AlreadyRunningError(
            f"The database in {layout.home} is already in use by {who}{process}. "
            "Stop it first, or set GOODWORD_DATA to another directory."
        ) from error
    return Lock(descriptor, _facts(descriptor))


@dataclass(frozen=True)
class PidFile:
    pid: int
    socket_directory: str
    ready: bool


def read_pid_file(layout: Layout) -> PidFile | None:
    """Read postmaster.pid. None if it is missing or incomplete
    (https://www.postgresql.org/docs/18/storage-file-layout.html)."""
    try:
        lines = (layout.cluster / "postmaster.pid").read_text().splitlines()
        pid = int(lines[0])
    except (OSError, ValueError, IndexError):
        return None
    if len(lines) < 5:
        return PidFile(pid, "", False)
    return PidFile(pid, lines[4].strip(), len(lines) > 7 and lines[7].strip() == "ready")


def answers(socket_directory: str) -> bool:
    with socket.socket(socket.AF_UNIX) as probe:
        try:
            probe.connect(f"{socket_directory}/.s.PGSQL.{PORT}")
        except OSError:
            return False
    return True


def is_server(pid: int, cluster: Path) -> bool:
    """Whether the process is a live postgres of this cluster; its id may have been reused."""
    if not Path("/proc/self/stat").exists():
        output = subprocess.run(  # noqa: S603 - fixed command, a number as argument
            ["/bin/ps", "-o", "stat=,command=", "-p", str(pid)], capture_output=True, text=True, check=False
        ).stdout
        return not output.startswith("Z") and "postgres" in output and str(cluster) in output
    process = Path(f"/proc/{pid}")
    try:
        command = (process / "cmdline").read_bytes().split(b"\0")
        state = (process / "stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    if state == "Z" or Path(os.fsdecode(command[0])).name != "postgres":
        return False
    try:  # true even if the folder has been renamed
        return (process / "cwd").samefile(cluster)
    except OSError:  # no permission
        return os.fsencode(cluster) in command


def end_stray(layout: Layout, *, patience: float = 60) -> None:
    """Stop a server whose parent has died: first fast, then immediately. Call it only while holding the lock."""
    found = read_pid_file(layout)
    if found is None:
        return
    begin, how = time.monotonic(), signal.SIGINT
    while is_server(found.pid, layout.cluster):
        if time.monotonic() - begin > patience:
            how = signal.SIGQUIT
        os.kill(found.pid, how)
        time.sleep(0.05)
    forget_dead(layout)
    remove_socket_folder(found.socket_directory)


def forget_dead(layout: Layout) -> None:
    """Remove a dead server's pid file, which would block the next start if the pid had been reused."""
    (layout.cluster / "postmaster.pid").unlink(missing_ok=True)


def attach(data_dir: Path) -> str:
    """The URL of the running server. Raises `NotRunningError` if there is none or it isn't ready yet, and
    `CannotStartError` if this user can't access its folder."""
    layout = Layout.of(data_dir)
    try:
        layout.cluster.stat()
    except FileNotFoundError:
        pass
    except PermissionError as error:
        raise CannotStartError(
            f"The database in {layout.home} can't be used: {error.strerror}. Run as the user who owns it."
        ) from error
    found = read_pid_file(layout)
    if found is not None and found.socket_directory and answers(found.socket_directory):
        if found.ready:
            return url_for(found.socket_directory)
        raise NotRunningError(f"PostgreSQL for {layout.data_dir} is still starting; try again in a moment.")
    raise NotRunningError(
        f"PostgreSQL is not running for {layout.data_dir}; start `goodword up` or set DATABASE_URL."
    )
