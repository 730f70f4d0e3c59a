"""`goodword up`: web, worker and the embedded PostgreSQL as one."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from types import FrameType

from goodword.core import environment, postgres
from goodword.core.children import Children

#: grace period of the worker; shorter than a child's, so that it exits by itself
WORKER_GRACE = 10


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


def worker_command() -> list[str]:
    """The command line of the supervised worker."""
    return goodword("worker", "--grace", str(WORKER_GRACE))


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
    """Run web and worker until a signal, with the embedded PostgreSQL unless DATABASE_URL is set.

    Programs that exit are restarted; a crash loop ends everything with status 1.
    """
    leave_on_terminate()
    port = environment.port("GOODWORD_PORT", 8000)
    refuse_busy_port(port, setting="GOODWORD_PORT")
    if os.environ.get("DATABASE_URL"):
        return _run_both({}, None)
    data = Path(os.environ.get("GOODWORD_DATA") or "./var")
    with postgres.start(data, who="goodword up") as server:
        return _run_both({"DATABASE_URL": server.url}, server)


def _run_both(env: Mapping[str, str], server: postgres.Server | None) -> int:
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
            print("goodword: the database could not be brought to this version; see above.", file=sys.stderr)
            return 1
    print(f"goodword: {why}", file=sys.stderr)
    return 1
