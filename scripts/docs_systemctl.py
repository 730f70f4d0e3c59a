#!/usr/bin/python3
"""`systemctl` in the Debian system of `make docs-check`, which has no systemd: runs the units' commands as their user
with their settings, and waits until a program is ready. Their hardening is not applied."""

import os
import pwd
import re
import shlex
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NoReturn

UNITS = Path("/etc/systemd/system")
RUN = Path("/run/docs-check")
#: seconds until a program is ready, or has ended
WAIT = 600.0
#: programs of Debian's packages, as their units start them
DEBIANS = {
    "nginx": ["/usr/sbin/nginx", "-g", "daemon off;"],
    "caddy": ["/usr/bin/caddy", "run", "--config", f"{RUN}/Caddyfile"],
}


def main(action: str, *given: str) -> None:
    given = tuple(name for name in given if not name.endswith(".socket"))  # opened together with its service
    names = [name.removesuffix(".service") for name in given if not name.startswith("-")]
    RUN.mkdir(exist_ok=True)
    for name in names:
        if action in ("stop", "restart"):
            stop(name)
        if action in ("enable", "start", "restart"):
            start(name)
        if action == "reload" and not alive(name):
            start(name)  # Debian starts it when its package is installed
        elif action == "reload":
            os.kill(alive(name), signal.SIGHUP)


def start(name: str) -> None:
    if alive(name):
        return
    if name in DEBIANS:
        environment = dict(os.environ, HOME="/var/lib/caddy") if name == "caddy" else dict(os.environ)
        if name == "caddy":  # no public authority can be reached from here: it issues its own certificates
            text = Path("/etc/caddy/Caddyfile").read_text()
            text = re.sub(
                r"^\{$", "{\n\tlocal_certs\n\tskip_install_trust", text, count=1, flags=re.MULTILINE
            )
            (RUN / "Caddyfile").write_text(text)
        spawn(name, DEBIANS[name], environment, user="caddy" if name == "caddy" else None)
        time.sleep(2)
        if not alive(name):
            fail(name)
        return
    unit = dict(re.findall(r"^(\w+)=(.*)$", (UNITS / f"{name}.service").read_text(), re.MULTILINE))
    environment = {"PATH": os.environ["PATH"], "HOME": "/var/lib/goodword", "LANG": "C.UTF-8"}
    own = shlex.split(unit.get("Environment", ""))
    for line in [*own, *Path(unit["EnvironmentFile"]).read_text().splitlines()]:
        key, _, value = line.partition("=")
        environment[key] = shlex.split(value)[0] if value[:1] in "'\"" else value
    ready = RUN / f"{name}.notify"
    ready.unlink(missing_ok=True)
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notify:
        notify.bind(str(ready))
        ready.chmod(0o666)
        environment["NOTIFY_SOCKET"] = str(ready)
        command = shlex.split(unit["ExecStart"])
        if (UNITS / f"{name}.socket").exists():
            command = with_socket(name, command)
        spawn(name, command, environment, user=unit["User"])
        ends = time.monotonic() + WAIT
        notify.settimeout(1)
        while time.monotonic() < ends and alive(name):
            try:
                if b"READY=1" in notify.recv(4096):
                    return
            except TimeoutError:
                pass
    fail(name)


def with_socket(name: str, command: Sequence[str]) -> list[str]:
    """The command with its socket as descriptor 3 (sd_listen_fds(3)). Unlike systemd's it is closed in between."""
    unit = (UNITS / f"{name}.socket").read_text()
    host, _, port = re.findall(r"^ListenStream=(.+)$", unit, re.MULTILINE)[0].rpartition(":")
    script = (
        "import os, socket, sys; one = socket.create_server((sys.argv[1], int(sys.argv[2]))); os.dup2(one.fileno(), 3);"
        "os.set_inheritable(3, True);"
        "os.environ.update(LISTEN_PID=str(os.getpid()), LISTEN_FDS='1'); os.execv(sys.argv[3], sys.argv[3:])"
    )
    return [sys.executable, "-c", script, host, port, *command]


def spawn(name: str, command: Sequence[str], environment: Mapping[str, str], user: str | None) -> None:
    ids = pwd.getpwnam(user) if user else None
    with (RUN / f"{name}.log").open("ab") as log:
        process = subprocess.Popen(  # noqa: S603 - commands of units
            command,
            env=environment,
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            user=ids.pw_uid if ids else None,
            group=ids.pw_gid if ids else None,
            extra_groups=[],
            umask=0o077,
        )
    (RUN / f"{name}.pid").write_text(str(process.pid))


def alive(name: str) -> int:
    """Return the process id of a running program, or 0."""
    path = RUN / f"{name}.pid"
    if not path.exists():
        return 0
    pid = int(path.read_text())
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return 0
    return 0 if state == "Z" else pid


def stop(name: str) -> None:
    pid = alive(name)
    if pid:
        os.kill(pid, signal.SIGTERM)
        ends = time.monotonic() + 60
        while alive(name) and time.monotonic() < ends:
            time.sleep(0.2)
        if alive(name):
            sys.exit(f"{name} did not stop within a minute.")


def fail(name: str) -> NoReturn:
    sys.exit(f"{name} did not start:\n{(RUN / f'{name}.log').read_text()[-3000:]}")


if __name__ == "__main__":
    main(*sys.argv[1:])
