"""Ports for programs and servers that tests start."""

import random
import socket
from contextlib import ExitStack
from pathlib import Path

_LOWEST = 12_000
_RANGE = Path("/proc/sys/net/ipv4/ip_local_port_range")


def free_ports(number: int = 1) -> list[int]:
    """Different free ports, outside the range from which the system chooses. It could give a port of its own choice to
    another test before the program listens, or while it restarts."""
    first_given = int(_RANGE.read_text().split()[0]) if _RANGE.exists() else 32_768
    candidates = iter(random.sample(range(_LOWEST, first_given), first_given - _LOWEST))
    found: list[int] = []
    with ExitStack() as taken:
        while len(found) < number:
            port = next(candidates)
            try:
                taken.enter_context(socket.create_server(("127.0.0.1", port)))
            except OSError:
                continue
            found.append(port)
    return found


def free_port() -> int:
    [port] = free_ports()
    return port
