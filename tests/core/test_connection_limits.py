"""Connection limits of the web server, uploads by link, and graceful shutdown."""

import socket
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from goodword.core import waitress_server as servers
from tests.core.test_request_limits import HALF, UPLOAD, Server, head

pytestmark = pytest.mark.programs


@pytest.fixture
def few() -> Iterator[Server]:
    """Ten connections, four from one address."""
    running = Server(connections=10, per_address=4)
    yield running
    running.close()


def is_open(line: socket.socket) -> bool:
    """Whether the server has kept the connection open so far."""
    line.settimeout(0.3)
    try:
        return line.recv(1) != b""
    except TimeoutError:
        return True
    except ConnectionError:
        return False


def is_closed(line: socket.socket) -> bool:
    """Wait until the server has closed the connection."""
    line.settimeout(60)
    try:
        return line.recv(1) == b""
    except ConnectionError:
        return True


def idle(server: Server, number: int, *, said: bytes = b"") -> list[socket.socket]:
    lines = []
    for _ in range(number):
        line = server.connect()
        if said:
            line.sendall(said)
        lines.append(line)
    until(lambda: len(server.server.active_channels) >= min(number, server.server.connections) or None)
    return lines


def until(holds: Callable[[], object]) -> None:
    end = time.monotonic() + 60
    while time.monotonic() < end:
        if holds():
            return
        time.sleep(0.01)
    raise AssertionError("It did not happen within a minute.")


def test_the_longest_idle_connection_of_an_address_is_closed_first(few: Server) -> None:
    with ExitStack() as lines:
        opened = [lines.enter_context(few.connect()) for _ in range(4)]
        until(lambda: len(few.server.active_channels) == 4)
        assert few.ask(b"whole") == (200, b"5 from 127.0.0.1")
        assert [is_open(line) for line in opened] == [False, True, True, True]


def test_a_partial_request_is_dropped_only_if_no_connection_is_idle(few: Server) -> None:
    with ExitStack() as lines:
        half = [lines.enter_context(few.connect()) for _ in range(3)]
        for line in half:
            line.sendall(HALF)
        still = lines.enter_context(few.connect())
        until(lambda: len(few.server.active_channels) == 4)
        until(lambda: sum(channel.is_arriving() for channel in few.server.active_channels.values()) == 3)
        assert few.ask(b"whole") == (200, b"5 from 127.0.0.1")
        assert (is_open(still), [is_open(line) for line in half]) == (False, [True] * 3)
        refill = lines.enter_context(few.connect())
        refill.sendall(HALF)
        until(lambda: sum(channel.is_arriving() for channel in few.server.active_channels.values()) == 4)
        assert few.ask(b"whole") == (200, b"5 from 127.0.0.1")
        assert [is_open(line) for line in [*half, refill]].count(False) == 1


def test_behind_a_proxy_only_the_total_limit_applies() -> None:
    behind = Server(connections=10, per_address=4, trusted_proxies=1)
    try:
        with ExitStack() as lines:
            opened = [lines.enter_context(behind.connect()) for _ in range(10)]
            until(lambda: len(behind.server.active_channels) == 10)
            assert behind.ask(b"whole")[0] == 200
            assert [is_open(line) for line in opened].count(False) == 1
    finally:
        behind.close()


def test_requests_in_progress_are_never_dropped() -> None:
    go = threading.Event()

    def slow(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        go.wait(60)
        start("200 OK", [("Content-Length", "4")])
        return [b"done"]

    busy = Server(slow, connections=10, per_address=4)
    try:
        with ExitStack() as lines:
            asking = [lines.enter_context(busy.connect()) for _ in range(4)]
            for line in asking:
                line.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            until(
                lambda: sum(bool(channel.requests) for channel in busy.server.active_channels.values()) == 4
            )
            assert is_closed(lines.enter_context(busy.connect()))
            go.set()
            assert [line.recv(15) for line in asking] == [b"HTTP/1.1 200 OK"] * 4
    finally:
        busy.close()


def test_a_slow_reader_is_dropped_when_connections_run_out() -> None:
    def large(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        body = b"x" * (8_000_000 if environ["PATH_INFO"] == "/large" else 4)
        start("200 OK", [("Content-Length", str(len(body)))])
        return [body]

    few = Server(large, connections=10, per_address=4)
    try:
        with ExitStack() as lines:
            for _ in range(4):
                lines.enter_context(few.connect()).sendall(b"GET /large HTTP/1.1\r\nHost: x\r\n\r\n")
            until(lambda: sum(channel.is_going_out() for channel in few.server.active_channels.values()) == 4)
            assert few.ask() == (200, b"xxxx")
            until(lambda: sum(channel.is_going_out() for channel in few.server.active_channels.values()) == 3)
    finally:
        few.close()


def test_a_reader_that_stalls_is_cut_off() -> None:
    def large(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        start("200 OK", [("Content-Length", "8000000")])
        return [b"x" * 8_000_000]

    hasty = Server(large, silent_seconds=1)
    try:
        with hasty.connect() as line:
            line.sendall(b"GET /large HTTP/1.1\r\nHost: x\r\n\r\n")
            until(lambda: any(channel.is_going_out() for channel in hasty.server.active_channels.values()))
            began = time.monotonic()
            while hasty.server.active_channels:
                assert time.monotonic() - began < 20
                time.sleep(0.05)
    finally:
        hasty.close()


@pytest.mark.parametrize(
    ("given", "counted"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
    ],
)
def test_ipv6_addresses_are_counted_by_network(given: str, counted: str) -> None:
    assert servers._network(given) == counted


def test_more_connections_than_select_can_watch_are_served_quickly() -> None:
    """select() cannot watch descriptors beyond 1,023."""
    servers.raise_file_limit()
    many = Server(trusted_proxies=1)
    try:
        with ExitStack() as lines:
            for _ in range(1_100):
                lines.enter_context(many.connect())
            until(lambda: len(many.server.active_channels) == 1_100)
            began = time.monotonic()
            assert many.ask(b"whole")[0] == 200
            assert time.monotonic() - began < 20  # milliseconds on an idle machine
    finally:
        many.close()


# --- uploads -----------------------------------------------------------------------------------------------------


def upload(token: str, *, links: Callable[[str], bool | None], limit: float = 1) -> bytes:
    """The response to an upload that takes 3.2 seconds, with this limit for requests and eight times as much for
    uploads."""
    slow = Server(arrival_seconds=limit, silent_seconds=30, may_upload=links)
    try:
        with slow.connect() as line:
            line.sendall(head(UPLOAD.replace("a-token", token), 8))
            line.settimeout(0.05)
            for _ in range(8):
                time.sleep(0.4)
                try:
                    line.sendall(b".")
                    if line.recv(1, socket.MSG_PEEK) == b"":
                        return b""
                except TimeoutError:
                    continue
                except ConnectionError:
                    return b""
            line.settimeout(60)
            return line.recv(15)
    finally:
        slow.close()


def test_only_a_live_link_gets_the_longer_upload_time() -> None:
    known = {"alive": True, "ended": None}
    assert upload("alive", links=lambda token: known.get(token, False)) == b"HTTP/1.1 200 OK"
    assert upload("ended", links=lambda token: known.get(token, False)) == b""


def test_an_upload_to_an_unknown_link_is_cut_off_at_once() -> None:
    server = Server(may_upload=lambda _: False)
    try:
        with server.connect() as line:
            line.sendall(head(UPLOAD, 10_000_000))
            assert line.recv(1) == b""
    finally:
        server.close()


def test_uploads_have_the_normal_time_limit_while_links_cannot_be_looked_up(
    caplog: pytest.LogCaptureFixture,
) -> None:
    def broken(token: str) -> bool:
        raise OSError("no database")

    assert upload("alive", links=broken) == b""
    assert upload("alive", links=broken, limit=30) == b"HTTP/1.1 200 OK"
    assert "could not be looked up" in caplog.text


def test_a_slow_link_lookup_does_not_block_other_requests() -> None:
    hangs = threading.Event()

    def slowly(token: str) -> bool:
        hangs.wait(60)
        return True

    server = Server(may_upload=slowly)
    try:
        with server.connect() as line:
            line.sendall(head(UPLOAD, 100))
            began = time.monotonic()
            assert server.ask(b"whole")[0] == 200
            assert time.monotonic() - began < 20
    finally:
        hangs.set()
        server.close()


# --- probes ------------------------------------------------------------------------------------------------------


def test_health_probes_are_answered_while_all_threads_are_busy() -> None:
    go = threading.Event()

    def slow(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        if environ["PATH_INFO"] not in servers.PROBES:
            go.wait(60)
        start("200 OK", [("Content-Length", "2")])
        return [b"ok"]

    busy = Server(slow)
    try:
        with ExitStack() as lines:
            for _ in range(2 * servers.THREADS):
                lines.enter_context(busy.connect()).sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            for path in servers.PROBES:
                began = time.monotonic()
                assert busy.ask(path=path) == (200, b"ok")
                assert time.monotonic() - began < 20
            go.set()
    finally:
        busy.close()


# --- shutdown -----------------------------------------------------------------------------------------------------


def test_shutdown_finishes_open_requests_and_accepts_no_new_ones() -> None:
    begun, go = threading.Event(), threading.Event()

    def slow(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        body = environ["wsgi.input"].read()
        begun.set()
        go.wait(60)
        start("200 OK", [("Content-Length", str(len(body)))])
        return [body]

    server = Server(slow)
    server.server.grace = 60
    with server.connect() as answering, server.connect() as sending, server.connect() as still:
        still.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n")
        answering.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\ndone")
        assert begun.wait(60)
        sending.sendall(HALF)
        until(lambda: sum(channel.is_arriving() for channel in server.server.active_channels.values()) == 2)
        server.server.stop()
        until(lambda: not server.server.accepting)
        with pytest.raises(ConnectionError):
            server.connect()
        sending.sendall(b"x" * 990)
        go.set()
        for line, length in ((answering, b"4"), (sending, b"1000")):
            answer = b""
            while part := line.recv(65536):
                answer += part
            assert answer.startswith(b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: " + length)
        still.sendall(b"\r\n")
        assert still.recv(15) == b"HTTP/1.1 200 OK"
    server._thread.join(60)
    assert not server._thread.is_alive()
    server.close()


def test_shutdown_closes_idle_connections_and_cuts_off_endless_ones() -> None:
    server = Server()
    server.server.grace = 3
    with server.connect() as kept, server.connect() as half:
        kept.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        assert kept.recv(15) == b"HTTP/1.1 200 OK"
        half.sendall(HALF)
        until(lambda: any(channel.is_arriving() for channel in server.server.active_channels.values()))
        began = time.monotonic()
        server.server.stop()
        while kept.recv(65536):
            pass
        assert time.monotonic() - began < 2.5
        assert half.recv(1) == b""
        assert 2.5 < time.monotonic() - began < 20
    server.close()
