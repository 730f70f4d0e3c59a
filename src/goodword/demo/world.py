import secrets
import signal
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import httpx2

from goodword.core import environment, postgres
from goodword.core.environment import SettingError
from goodword.core.supervise import Children, goodword, refuse_busy_port, worker_command

ADMIN_EMAIL, ADMIN_NAME, ORGANISATION = "ann@northwind.example", "Ann Admin", "Northwind"
READY_SECONDS = 120
#: both commands in one process, since Django takes seconds to start
_PREPARE = "import sys; from goodword.cli import main; sys.exit(main(['migrate']) or main(sys.argv[1:]))"


@dataclass(frozen=True, kw_only=True)
class Ports:
    goodword: int
    sandbox: int
    mailbox: int
    smtp: int

    @staticmethod
    def named() -> "Ports":
        """Ports from the environment; by default 8000, 8100, 8025, and 8026 for SMTP."""
        mailbox = environment.port("MAILBOX_PORT", 8025)
        return Ports(
            goodword=environment.port("GOODWORD_PORT", 8000),
            sandbox=environment.port("SANDBOX_PORT", 8100),
            mailbox=mailbox,
            smtp=environment.port("MAILBOX_SMTP_PORT", mailbox + 1),
        )

    @staticmethod
    def named_or_free() -> "Ports":
        """Ports from the environment; by default free ones, so that several worlds can run."""
        taken = [socket.create_server(("127.0.0.1", 0)) for _ in range(4)]
        free = [server.getsockname()[1] for server in taken]
        for server in taken:
            server.close()
        return Ports(
            goodword=environment.port("GOODWORD_PORT", free[0]),
            sandbox=environment.port("SANDBOX_PORT", free[1]),
            mailbox=environment.port("MAILBOX_PORT", free[2]),
            smtp=environment.port("MAILBOX_SMTP_PORT", free[3]),
        )

    def refuse_busy(self) -> None:
        """Raise PortInUse, or SettingError for two equal ports."""
        named = {
            "GOODWORD_PORT": self.goodword,
            "SANDBOX_PORT": self.sandbox,
            "MAILBOX_PORT": self.mailbox,
            "MAILBOX_SMTP_PORT": self.smtp,
        }
        for setting, port in named.items():
            same = next(other for other, taken in named.items() if taken == port)
            if same != setting:
                raise SettingError(f"{same} and {setting} are both {port}. Choose different ports.")
            refuse_busy_port(port, setting=setting)


@dataclass(frozen=True, kw_only=True)
class World:
    ports: Ports
    data: Path
    password: str
    children: Children

    @property
    def goodword_url(self) -> str:
        return f"http://localhost:{self.ports.goodword}"

    @property
    def sandbox_url(self) -> str:
        return f"http://127.0.0.1:{self.ports.sandbox}"

    @property
    def mailbox_url(self) -> str:
        return f"http://127.0.0.1:{self.ports.mailbox}"


@contextmanager
def world(*, data: Path, ports: Ports, built: Path | None = None) -> Iterator[World]:
    """Start all programs, wait until they respond, and stop them in order."""
    ports.refuse_busy()
    data.mkdir(parents=True, exist_ok=True, mode=0o700)
    password = _password(data)
    with (data / "demo.log").open("ab") as log, postgres.start(data, who="goodword demo") as server:
        env = _environment(data, ports, server.url) | {"GOODWORD_BUILT_STATIC": str(built or data / "built")}
        with Children(env=env, log=log) as children:
            made = World(ports=ports, data=data, password=password, children=children)
            try:
                _start(made, log)
                children.watch(server)
                yield made
            except KeyboardInterrupt:
                # a second Ctrl-C must not interrupt the shutdown
                signal.signal(signal.SIGINT, signal.SIG_IGN)
                signal.signal(signal.SIGTERM, signal.SIG_IGN)
                raise


def _start(made: World, log: IO[bytes]) -> None:
    ports, data, children = made.ports, made.data, made.children
    children.start(
        "mailbox",
        [
            *(sys.executable, "-m", "goodword.demo.mailbox"),
            *(
                "--port",
                str(ports.mailbox),
                "--smtp-port",
                str(ports.smtp),
                "--state",
                str(data / "mailbox.jsonl"),
            ),
        ],
    )
    children.start(
        "sandbox",
        [
            *(sys.executable, "-m", "greenhouse_sandbox.cli"),
            *("--port", str(ports.sandbox), "--state", str(data / "sandbox.json")),
        ],
    )
    children.run(
        [
            *(sys.executable, "-c", _PREPARE),
            *("createadmin", "--organisation", _organisation(data), "--email", ADMIN_EMAIL),
            *("--name", ADMIN_NAME, "--time-zone", "Europe/Berlin", "--password-stdin"),
        ],
        given=made.password + "\n",
    )
    children.start("worker", worker_command())
    children.start("web", goodword("serve"))
    for name, url in (
        ("mailbox", f"{made.mailbox_url}/messages.json"),
        ("sandbox", f"{made.sandbox_url}/"),
        ("web", f"{made.goodword_url}/accounts/login/"),
    ):
        _wait_for(name, url, children, log)


def _wait_for(name: str, url: str, children: Children, log: IO[bytes]) -> None:
    end = time.monotonic() + READY_SECONDS
    while time.monotonic() < end:
        if gone := children.ended():
            raise RuntimeError(f"The {gone} stopped unexpectedly. Log: {log.name}")
        try:
            if httpx2.get(url, timeout=5).status_code < 500:
                return
        except httpx2.TransportError:
            pass
        time.sleep(0.1)
    raise RuntimeError(f"The {name} did not respond at {url} within {READY_SECONDS} s. Log: {log.name}")


def _environment(data: Path, ports: Ports, database_url: str) -> dict[str, str]:
    sandbox = f"http://127.0.0.1:{ports.sandbox}"
    return {
        "GOODWORD_ENV": "demo",
        "GOODWORD_DATA": str(data),
        "DATABASE_URL": database_url,
        "GOODWORD_PORT": str(ports.goodword),
        "GOODWORD_BASE_URL": f"http://localhost:{ports.goodword}",
        "GOODWORD_SMTP_URL": f"smtp://127.0.0.1:{ports.smtp}",
        "GOODWORD_MAIL_FROM": "people@northwind.example",
        "GOODWORD_GREENHOUSE_V1_URL": f"{sandbox}/v1",
        "GOODWORD_GREENHOUSE_V3_URL": f"{sandbox}/v3",
        "GOODWORD_GREENHOUSE_AUTH_URL": sandbox,
        "GOODWORD_GREENHOUSE_APP_URL": sandbox,
        "GOODWORD_ALLOW_PRIVATE_ADDRESSES": "yes",
    }


def _password(data: Path) -> str:
    path = data / "admin-password"
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(12), encoding="utf-8")
    return path.read_text(encoding="utf-8").strip()


def _organisation(data: Path) -> str:
    """The organisation's name on the first start; afterwards its slug, so that no second organisation is created."""
    marker = data / "organisation"
    if marker.exists():
        return marker.read_text(encoding="utf-8").strip()
    marker.write_text(ORGANISATION.lower(), encoding="utf-8")
    return ORGANISATION
