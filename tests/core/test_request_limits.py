"""Slow senders, body size limits and forwarded headers, over real sockets."""

import http.client
import socket
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, suppress
from typing import Any

import pytest
from django.core.wsgi import get_wsgi_application

from goodword.core import waitress_server as servers
from goodword.core import web_processes

pytestmark = pytest.mark.programs

MAX_BODY = 2 * 1024 * 1024
MAX_UPLOAD = 16 * 1024 * 1024
MAX_REPORT = 8 * 1024 * 1024
MAX_PEOPLE_FILE = 4 * 1024 * 1024
#: the path of an upload
UPLOAD = "/p/a-token/assessment/2/item/13/"
HALF = b"POST /hooks HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\nhalf of it"


def echo(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
    """Responds with the length of the body and the client's address."""
    body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    start(
        "200 OK", [("Content-Type", "text/plain"), ("X-Forwarded", environ.get("HTTP_X_FORWARDED_FOR", ""))]
    )
    return [f"{len(body)} from {environ['REMOTE_ADDR']}".encode()]


def head(path: str, length: int) -> bytes:
    return f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Length: {length}\r\n\r\n".encode()


class Server:
    def __init__(self, application: Any = echo, *, port: int = 0, **options: Any) -> None:
        self.listening = web_processes.bind("127.0.0.1", port)
        self.port: int = self.listening.getsockname()[1]
        self.server = servers.make_server(
            application,
            self.listening,
            max_body=MAX_BODY,
            max_upload=MAX_UPLOAD,
            max_report=MAX_REPORT,
            max_people_file=MAX_PEOPLE_FILE,
            **{"may_upload": lambda token: token == "a-token", **options},
        )
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        self.server.run()

    def close(self) -> None:
        self.server.grace = 0
        self.server.stop()
        self._thread.join(5)
        self.server.close()

    def connect(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), timeout=60)

    def ask(self, body: Any = None, *, path: str = "/", **headers: str) -> tuple[int, bytes]:
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            line.request("POST", path, body, headers, encode_chunked="Transfer-Encoding" in headers)
            answer = line.getresponse()
            return answer.status, answer.read()
        finally:
            line.close()


@pytest.fixture
def server() -> Iterator[Server]:
    running = Server()
    yield running
    running.close()


@pytest.fixture
def hasty() -> Iterator[Server]:
    running = Server(silent_seconds=1, arrival_seconds=2.5)
    yield running
    running.close()


@pytest.fixture
def brief() -> Iterator[Server]:
    """Like `hasty`, but allows pauses, which senders make on a busy machine."""
    running = Server(silent_seconds=30, arrival_seconds=2.5)
    yield running
    running.close()


def test_forty_partial_bodies_block_nobody(server: Server) -> None:
    with ExitStack() as open_ones:
        for _ in range(40):
            open_ones.enter_context(server.connect()).sendall(HALF)
        began = time.monotonic()
        assert [server.ask(b"whole") for _ in range(5)] == [(200, b"5 from 127.0.0.1")] * 5
        assert time.monotonic() - began < 20


def test_a_silent_sender_is_cut_off(hasty: Server) -> None:
    with hasty.connect() as half:
        half.sendall(HALF)
        began = time.monotonic()
        assert half.recv(100) == b""
        assert time.monotonic() - began < 20


def test_a_trickling_sender_is_cut_off(hasty: Server) -> None:
    with hasty.connect() as drip:
        drip.sendall(HALF)
        drip.settimeout(0.2)
        began = time.monotonic()
        while time.monotonic() - began < 20:
            try:
                drip.sendall(b".")
                if drip.recv(100) == b"":
                    break
            except TimeoutError:
                continue
            except ConnectionError:
                break
        assert 2 < time.monotonic() - began < 20


def test_keep_alive_requests_each_have_their_own_time_limit(brief: Server) -> None:
    line = http.client.HTTPConnection("127.0.0.1", brief.port, timeout=60)
    for _ in range(5):
        line.request("POST", "/", b"whole")
        assert line.getresponse().read() == b"5 from 127.0.0.1"
        time.sleep(0.7)
    line.close()


def test_body_limit_is_two_mebibytes(server: Server) -> None:
    assert server.ask(b"x" * MAX_BODY) == (200, b"2097152 from 127.0.0.1")
    with server.connect() as line:
        line.sendall(f"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: {MAX_BODY + 1}\r\n\r\n".encode())
        assert line.recv(12) == b"HTTP/1.1 413"


def test_only_upload_urls_accept_larger_bodies(server: Server) -> None:
    file = b"x" * (MAX_BODY + 1)
    assert server.ask(file, path=UPLOAD) == (200, b"2097153 from 127.0.0.1")
    assert server.ask(file, path=f"{UPLOAD}?from=last") == (200, b"2097153 from 127.0.0.1")
    for path in ("/p/a-token/", "/p/a-token/assessment/2/", f"{UPLOAD}more/", f"/o/x{UPLOAD}"):
        assert server.ask(file, path=path) == (200, b"0 from 127.0.0.1"), path  # read and discarded
    for path in ("/", "/hooks/greenhouse/a-token/", f"/x{UPLOAD}"):
        with server.connect() as line:
            line.sendall(head(path, MAX_BODY + 1))
            assert line.recv(12) == b"HTTP/1.1 413"


def test_uploads_have_a_limit(server: Server) -> None:
    assert server.ask(b"x" * MAX_UPLOAD, path=UPLOAD) == (200, b"16777216 from 127.0.0.1")
    assert server.ask(b"x" * (MAX_UPLOAD + 1), path=UPLOAD) == (200, b"0 from 127.0.0.1")


def test_reports_to_verify_have_a_separate_limit_and_need_no_link(server: Server) -> None:
    assert server.ask(b"x" * MAX_REPORT, path="/verify/") == (200, b"8388608 from 127.0.0.1")
    for path, size in (("/verify/", MAX_REPORT), ("/verify/more/", MAX_BODY), ("/p/verify/", MAX_BODY)):
        assert server.ask(b"x" * (size + 1), path=path) == (200, b"0 from 127.0.0.1"), path


def test_files_of_groups_and_ratings_have_a_separate_limit(server: Server) -> None:
    path = "/o/acme/settings/fairness/"
    assert server.ask(b"x" * MAX_PEOPLE_FILE, path=path) == (200, b"4194304 from 127.0.0.1")
    for elsewhere, size in ((path, MAX_PEOPLE_FILE), (f"{path}more/", MAX_BODY)):
        assert server.ask(b"x" * (size + 1), path=elsewhere) == (200, b"0 from 127.0.0.1"), elsewhere


def test_reports_to_verify_get_no_more_time_to_arrive(hasty: Server) -> None:
    """Anyone may send them."""
    with hasty.connect() as slow:
        slow.sendall(head("/verify/", MAX_REPORT))
        began = time.monotonic()
        with suppress(ConnectionError):
            for _ in range(50):
                slow.sendall(b".")
                time.sleep(0.4)
        assert slow.recv(15) == b""
        assert time.monotonic() - began < 9  # an upload of this length would get ten seconds


def test_oversized_uploads_are_discarded_and_the_connection_stays_open(server: Server) -> None:
    line = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
    for body, kept in ((b"x" * (3 * MAX_UPLOAD), b"0"), (b"small", b"5"), (b"x" * (MAX_UPLOAD + 1), b"0")):
        line.request("POST", UPLOAD, body)
        assert line.getresponse().read() == kept + b" from 127.0.0.1"
    line.close()


def test_grossly_oversized_uploads_are_rejected_at_once(server: Server) -> None:
    with server.connect() as line:
        line.sendall(head(UPLOAD, servers.READ_THROUGH * MAX_UPLOAD + 1))
        assert line.recv(12) == b"HTTP/1.1 413"


@pytest.mark.django_db(transaction=True)
def test_oversized_files_get_an_explanatory_page() -> None:
    portal = Server(get_wsgi_application())
    try:
        line = http.client.HTTPConnection("127.0.0.1", portal.port, timeout=60)
        for path, most in ((UPLOAD, MAX_UPLOAD), ("/r/a-token/", MAX_BODY), ("/o/acme/library/", MAX_BODY)):
            line.request("POST", path, b"x" * (most + 1), {"Accept-Language": "de"})
            answer = line.getresponse()
            page = answer.read().decode()
            assert answer.status == 413
            assert ("Zu groß zum Senden" in page) is not path.startswith("/o/")
            assert f'href="{path}"' in page
        line.close()
    finally:
        portal.close()


def test_the_usual_limit_applies_after_an_upload_on_the_same_connection(server: Server) -> None:
    line = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
    line.request("POST", UPLOAD, b"x" * (MAX_BODY + 1))
    assert line.getresponse().read() == b"2097153 from 127.0.0.1"
    line.putrequest("POST", "/")
    line.putheader("Content-Length", str(MAX_BODY + 1))
    line.endheaders()
    assert line.getresponse().status == 413
    line.close()


def test_uploads_get_more_time_to_arrive(brief: Server) -> None:
    # the limit is eight times as large, so it may take eight times as long
    with brief.connect() as slow:
        slow.sendall(f"POST {UPLOAD} HTTP/1.1\r\nHost: x\r\nContent-Length: 8\r\n\r\n".encode())
        for _ in range(8):
            slow.sendall(b".")
            time.sleep(0.45)
        assert slow.recv(15) == b"HTTP/1.1 200 OK"


def test_chunked_bodies_are_accepted(server: Server) -> None:
    assert server.ask(iter([b"one", b"and", b"two"]), **{"Transfer-Encoding": "chunked"}) == (
        200,
        b"9 from 127.0.0.1",
    )


def test_a_transfer_encoding_padded_with_tabs_holds_nobody_up(server: Server) -> None:
    padded = b"chunked" + b"\t" * 200_000 + b",chunked"
    with server.connect() as line:
        line.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: " + padded + b"\r\n\r\n")
        assert line.recv(12) == b"HTTP/1.1 400"
    assert server.ask(b"one") == (200, b"3 from 127.0.0.1")


def test_endless_chunked_bodies_are_rejected(server: Server) -> None:
    chunk = b"10000\r\n" + b"x" * 0x10000 + b"\r\n"
    with server.connect() as line:
        line.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n")
        try:
            for _ in range(40):
                line.sendall(chunk)
        except ConnectionError:
            pass  # cut off while sending, which is just as good
        else:
            assert line.recv(12) == b"HTTP/1.1 413"


def test_forwarded_for_header_is_ignored_without_a_proxy(server: Server) -> None:
    assert server.ask(b"", **{"X-Forwarded-For": "10.9.8.7"}) == (200, b"0 from 127.0.0.1")


def test_a_trusted_proxy_reports_the_client_address() -> None:
    behind = Server(trusted_proxies=1)
    try:
        assert behind.ask(b"", **{"X-Forwarded-For": "6.6.6.6, 10.9.8.7"}) == (200, b"0 from 10.9.8.7")
    finally:
        behind.close()


def test_forwarded_host_is_ignored() -> None:
    asked: list[str] = []

    def host(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        asked.extend(
            str(environ.get(name)) for name in ("HTTP_HOST", "HTTP_X_FORWARDED_HOST", "wsgi.url_scheme")
        )
        return echo(environ, start)

    behind = Server(host, trusted_proxies=1)
    try:
        behind.ask(
            b"",
            **{
                "Host": "goodword.example",
                "X-Forwarded-Host": "evil.example:6666",
                "X-Forwarded-Proto": "https",
            },
        )
    finally:
        behind.close()
    assert asked == ["goodword.example", "None", "https"]
