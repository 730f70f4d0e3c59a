"""Scan a file for viruses with clamd's INSTREAM command (clamd(8)), over TCP or a Unix socket."""

import logging
import socket
import struct
import time
from typing import Final
from urllib.parse import urlsplit

SECONDS: Final = 15.0
_PING_SECONDS: Final = 5.0
_PIECE: Final = 64 * 1024
_LONGEST_ANSWER: Final = 4096

log = logging.getLogger(__name__)


class NotScanned(Exception):
    pass


def is_infected(content: bytes, *, address: str) -> bool:
    """Whether the scanner at "tcp://host:port" or "unix:/path" finds something. Raises NotScanned."""
    until = time.monotonic() + SECONDS
    try:
        with _connected(address, until) as scanner:
            scanner.sendall(b"zINSTREAM\0")
            for at in range(0, len(content), _PIECE):
                piece = content[at : at + _PIECE]
                scanner.settimeout(_left(until))
                scanner.sendall(struct.pack("!L", len(piece)) + piece)
            scanner.sendall(struct.pack("!L", 0))
            answer = _answer(scanner, until)
    except OSError as error:
        log.error("The virus scanner at %s could not be used: %s", address, error)
        raise NotScanned from error
    if answer.endswith(b" FOUND"):
        log.warning("The virus scanner refused a file: %s", answer.decode("utf-8", "replace"))
        return True
    if answer == b"stream: OK":
        return False
    log.error("The virus scanner at %s answered %r", address, answer)
    raise NotScanned


def is_up(address: str) -> bool:
    until = time.monotonic() + _PING_SECONDS
    try:
        with _connected(address, until) as scanner:
            scanner.sendall(b"zPING\0")
            return _answer(scanner, until) == b"PONG"
    except OSError:
        return False


def _connected(address: str, until: float) -> socket.socket:
    parts = urlsplit(address)
    if parts.scheme == "tcp":
        return socket.create_connection((parts.hostname or "", parts.port or 3310), timeout=_left(until))
    scanner = socket.socket(socket.AF_UNIX)
    scanner.settimeout(_left(until))
    try:
        scanner.connect(parts.path)
    except OSError:
        scanner.close()
        raise
    return scanner


def _answer(scanner: socket.socket, until: float) -> bytes:
    reply = b""
    while b"\0" not in reply and len(reply) < _LONGEST_ANSWER:
        scanner.settimeout(_left(until))
        piece = scanner.recv(_LONGEST_ANSWER)
        if not piece:
            break
        reply += piece
    return reply.partition(b"\0")[0].strip()


def _left(until: float) -> float:
    left = until - time.monotonic()
    if left <= 0:
        raise TimeoutError("it took too long")
    return left
