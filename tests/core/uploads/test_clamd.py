"""Virus scanning with clamd's protocol, over real sockets. Without an answer a file does not pass."""

import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from goodword.core.uploads import clamd
from goodword.core.uploads.clamd import NotScanned, is_infected, is_up

EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


def scans(received: list[bytes]) -> Callable[[socket.socket], None]:
    """A scanner that reads INSTREAM as clamd does, and knows one virus."""

    def scan(client: socket.socket) -> None:
        stream = client.makefile("rb")
        assert stream.read(10) == b"zINSTREAM\0"
        content = b""
        while size := struct.unpack("!L", stream.read(4))[0]:
            content += stream.read(size)
        received.append(content)
        client.sendall(b"stream: Eicar-Test-Signature FOUND\0" if EICAR in content else b"stream: OK\0")

    return scan


def says(answer: bytes) -> Callable[[socket.socket], None]:
    def say(client: socket.socket) -> None:
        client.recv(10)
        client.sendall(answer)

    return say


@contextmanager
def scanner(act: Callable[[socket.socket], None], *, path: Path | None = None) -> Iterator[str]:
    """A scanner for one client; yields its address."""
    server = socket.socket(socket.AF_UNIX if path else socket.AF_INET)
    server.bind(str(path) if path else ("127.0.0.1", 0))
    server.listen()
    server.settimeout(20)

    def serve() -> None:
        try:
            client, _ = server.accept()
        except TimeoutError:
            return
        with client:
            act(client)

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield f"unix:{path}" if path else f"tcp://127.0.0.1:{server.getsockname()[1]}"
    finally:
        server.close()
        thread.join(20)


@pytest.mark.parametrize("content", [b"a plan", b"x" * 1_000_000, b""])
def test_a_clean_file_is_sent_whole_and_passes(content: bytes) -> None:
    received: list[bytes] = []
    with scanner(scans(received)) as address:
        assert not is_infected(content, address=address)
    assert received == [content]


def test_a_virus_is_found_over_a_unix_socket(tmp_path: Path) -> None:
    with scanner(scans([]), path=tmp_path / "clamd.ctl") as address:
        assert is_infected(b"x" * 100_000 + EICAR, address=address)


@pytest.mark.parametrize(
    "answer",
    [
        b"INSTREAM size limit exceeded. ERROR\0",
        b"UNKNOWN COMMAND\0",
        b"",
        b"stream: OK and more\0",
        b"OK" * 10_000,
        b"HTTP/1.1 200 OK\r\n\r\n",
    ],
)
def test_any_other_response_means_not_scanned(answer: bytes) -> None:
    with scanner(says(answer)) as address, pytest.raises(NotScanned):
        is_infected(b"a plan", address=address)


def test_an_absent_or_silent_scanner_means_not_scanned(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(NotScanned):
        is_infected(b"a plan", address=f"unix:{tmp_path / 'none'}")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))  # bound, but not listening
        with pytest.raises(NotScanned):
            is_infected(b"a plan", address=f"tcp://127.0.0.1:{free.getsockname()[1]}")
    monkeypatch.setattr(clamd, "SECONDS", 0.2)
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        with pytest.raises(NotScanned):
            is_infected(b"a plan", address=f"tcp://127.0.0.1:{silent.getsockname()[1]}")


def test_a_scanner_is_up_if_it_answers() -> None:
    with scanner(says(b"PONG\0")) as address:
        assert is_up(address)
    assert not is_up(address)
    with scanner(says(b"UNKNOWN COMMAND\0")) as address:
        assert not is_up(address)
