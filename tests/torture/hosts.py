"""Separate hosts for web servers and workers: network namespaces on one bridge, each of which can be cut off.

PostgreSQL, the mail server and the sandboxes listen on the bridge's address. Needs root and `ip`.
"""

import os
import shutil
import socket
import subprocess
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Self

#: the address range for network tests (RFC 2544)
NETWORK = "198.18.77"
HERE = f"{NETWORK}.1"
_BRIDGE = "gwtorture"


class CannotMakeHosts(Exception):
    pass


class Hosts:
    """Hosts are numbered from 1."""

    def __init__(self, number: int) -> None:
        self.number = number

    def __enter__(self) -> Self:
        if os.geteuid() != 0 or not shutil.which("ip"):
            raise CannotMakeHosts("Several hosts need root and the command ip (Debian: iproute2).")
        try:
            _ip("link", "add", _BRIDGE, "type", "bridge")
            _ip("addr", "add", f"{HERE}/24", "dev", _BRIDGE)
            _ip("link", "set", _BRIDGE, "up")
            for one in self.all:
                self._make(one)
        except subprocess.CalledProcessError as error:
            self.__exit__()
            raise CannotMakeHosts(
                f"This machine has no network namespaces for us: {error.stderr.strip()}"
            ) from error
        return self

    def __exit__(self, *_: object) -> None:
        for one in self.all:
            with suppress(subprocess.CalledProcessError):
                _ip("netns", "del", _namespace(one))
        with suppress(subprocess.CalledProcessError):
            _ip("link", "del", _BRIDGE)

    @property
    def all(self) -> Sequence[int]:
        return range(1, self.number + 1)

    def address(self, one: int) -> str:
        return f"{NETWORK}.{10 + one}"

    def command(self, one: int, command: Sequence[str]) -> list[str]:
        return ["ip", "netns", "exec", _namespace(one), *command]

    def cut(self, one: int) -> None:
        """Drop all packets to and from this host."""
        _ip("link", "set", _port(one), "down")

    def join(self, one: int) -> None:
        _ip("link", "set", _port(one), "up")

    def _make(self, one: int) -> None:
        name = _namespace(one)
        _ip("netns", "add", name)
        _ip("link", "add", _port(one), "type", "veth", "peer", "name", "eth0", "netns", name)
        _ip("link", "set", _port(one), "master", _BRIDGE, "up")
        _ip("-n", name, "addr", "add", f"{self.address(one)}/24", "dev", "eth0")
        _ip("-n", name, "link", "set", "eth0", "up")
        _ip("-n", name, "link", "set", "lo", "up")


def _namespace(one: int) -> str:
    return f"{_BRIDGE}{one}"


def _port(one: int) -> str:
    return f"{_BRIDGE}p{one}"


def _ip(*arguments: str) -> None:
    subprocess.run(["ip", *arguments], check=True, capture_output=True, text=True)


class Forwarder:
    """Forwards connections to the targets in turn, skipping those that refuse."""

    def __init__(self, address: str, port: int, targets: Sequence[Callable[[], socket.socket]]) -> None:
        self._targets, self._turn = list(targets), 0
        self._listening = socket.create_server((address, port), backlog=128)
        self._thread = threading.Thread(target=self._accept, name="forwarder", daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._listening.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        self._listening.close()

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._listening.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(near,), daemon=True).start()

    def _serve(self, near: socket.socket) -> None:
        far = self._connected()
        if far is None:
            near.close()
            return
        for one in (near, far):
            _notice_loss(one)
        back = threading.Thread(target=_copy, args=(far, near), daemon=True)
        back.start()
        _copy(near, far)
        back.join()
        near.close()
        far.close()

    def _connected(self) -> socket.socket | None:
        self._turn += 1
        for number in range(len(self._targets)):
            with suppress(OSError):
                return self._targets[(self._turn + number) % len(self._targets)]()
        return None


def to_address(address: str, port: int) -> Callable[[], socket.socket]:
    def connect() -> socket.socket:
        made = socket.create_connection((address, port), timeout=1.5)
        made.settimeout(None)
        return made

    return connect


def to_socket(path: str) -> Callable[[], socket.socket]:
    def connect() -> socket.socket:
        made = socket.socket(socket.AF_UNIX)
        try:
            made.connect(path)
        except OSError:
            made.close()
            raise
        return made

    return connect


def _notice_loss(one: socket.socket) -> None:
    """Close the connection if the host has been unreachable for about 20 seconds."""
    if one.family == socket.AF_UNIX:
        return
    one.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    one.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, 10)
    one.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, 5)
    one.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPCNT, 2)


def _copy(source: socket.socket, sink: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(65536):
            sink.sendall(data)
    for one, how in ((sink, socket.SHUT_WR), (source, socket.SHUT_RD)):
        with suppress(OSError):
            one.shutdown(how)
