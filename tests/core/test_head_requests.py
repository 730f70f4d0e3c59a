"""HEAD responses have no body, tested over real sockets: extra bytes would be read as the next response."""

import io
import socket
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import pytest
from django.core.wsgi import get_wsgi_application
from django.test import RequestFactory

from tests.core.test_request_limits import MAX_BODY, Server
from tests.reports.reports import ready, share_path

ASK = b"HEAD %s HTTP/1.1\r\nHost: localhost\r\n\r\n"
HEALTH = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
MAX_HEADER = 262_144
FAILS_LATE = "/failing_late"
PART = b"a part of the body "


def everything(line: socket.socket) -> bytes:
    """All bytes until the other side closes."""
    read = b""
    while part := line.recv(65_536):
        read += part
    return read


def of_head(server: Server, path: str) -> bytes:
    """The headers of a HEAD response; asserts that the next GET on the connection gets its own response."""
    with server.connect() as line:
        line.sendall(ASK % path.encode() + HEALTH)
        headers, _, rest = everything(line).partition(b"\r\n\r\n")
    if b"\r\nConnection: close" in headers or path == FAILS_LATE:
        assert rest == b""
    else:
        assert rest.startswith(b"HTTP/1.1 200 OK\r\n")
        assert rest.partition(b"\r\n\r\n")[2] == b"ok"
    return headers


def of_get(server: Server, path: str) -> tuple[bytes, int]:
    """Status line and body length of a GET response."""
    with server.connect() as line:
        line.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
        headers, _, body = everything(line).partition(b"\r\n\r\n")
    return headers.partition(b"\r\n")[0], len(body)


@pytest.fixture
def pages() -> Iterator[Server]:
    running = Server(get_wsgi_application())
    yield running
    running.close()


@pytest.mark.programs
@pytest.mark.django_db(transaction=True)
def test_a_connection_stays_in_sync_after_head_requests(pages: Server) -> None:
    paths = (
        share_path(ready()),  # a PDF
        "/accounts/login/",
        "/static/ui/css/goodword.css",
        "/static/nothing.css",
        "/nothing/",
        "/p/nothing/",
        "/o/acme/",
        "/healthz",
        "/readyz",
        "/.well-known/security.txt",
    )
    for path in paths:
        headers = of_head(pages, path)
        status, length = of_get(pages, path)
        assert headers.startswith(status + b"\r\n"), path
        assert f"\r\nContent-Length: {length}\r\n".encode() in headers + b"\r\n", path


@pytest.mark.matrix
@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/accounts/login/", "/nothing/", "/static/nothing.css", "/healthz"])
def test_django_sends_no_body_for_head(path: str) -> None:
    said: list[Any] = []
    start: Any = lambda *what: said.extend(what)  # noqa: E731 - a callable that needs no types
    body = get_wsgi_application()(RequestFactory().head(path).environ, start)
    assert b"".join(body) == b""
    assert int(dict(said[1])["Content-Length"]) > 0 or path == "/healthz"


def in_one(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
    start("200 OK", [])
    return [PART]


def streaming(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
    start("200 OK", [])
    yield from (PART, PART)


def with_write(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
    start("200 OK", [("Content-Length", str(len(PART)))])(PART)
    return []


def file(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
    start("200 OK", [("Content-Length", str(len(PART)))])
    wrapper = environ.get("wsgi.file_wrapper", lambda one: iter([one.read()]))
    wrapped: Iterable[bytes] = wrapper(io.BytesIO(PART))
    return wrapped


def failing(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
    raise LookupError


def failing_late(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
    start("200 OK", [("Content-Length", "100")])
    yield PART
    raise LookupError


@pytest.mark.parametrize("application", [in_one, streaming, with_write, file, failing, failing_late])
def test_the_server_strips_any_head_body(application: Any) -> None:
    def answer(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        if environ["PATH_INFO"] == "/healthz":
            start("200 OK", [("Content-Length", "2")])
            return [b"ok"]
        answered: Iterable[bytes] = application(environ, start)
        return answered

    server = Server(answer)
    try:
        assert PART not in of_head(server, f"/{application.__name__}")
    finally:
        server.close()


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (f"HEAD / HTTP/1.1\r\nHost: x\r\nContent-Length: {MAX_BODY + 1}\r\n\r\n", 413),
        ("HEAD / HTTP/1.1\r\nHost: x\r\nContent-Length: many\r\n\r\n", 400),
        ("HEAD / HTTP/1.1\r\nHost x\r\n\r\n", 400),
        ("\r\nHEAD / HTTP/1.1\r\nHost x\r\n\r\n", 400),
        ("HEAD / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip\r\n\r\n", 501),
        ("HEAD / HTTP/1.1\r\nHost: x\r\nX-Long: ".ljust(MAX_HEADER, "x"), 431),
    ],
)
def test_error_responses_to_head_have_no_body_and_close_the_connection(request_: str, status: int) -> None:
    server = Server()
    try:
        with server.connect() as line:
            line.sendall(request_.encode())
            headers, _, rest = everything(line).partition(b"\r\n\r\n")
        assert headers.startswith((f"HTTP/1.1 {status} ".encode(), f"HTTP/1.0 {status} ".encode()))
        assert b"\r\nConnection: close" in headers
        assert rest == b""
    finally:
        server.close()


TWO = "5\r\nfirst\r\n0\r\n\r\nGET /second HTTP/1.1\r\nHost: x\r\n\r\n"


@pytest.mark.parametrize(
    "ambiguous",
    [
        "HTTP/1.1\r\nContent-Length: 5\r\nTransfer-Encoding: chunked",
        "HTTP/1.1\r\nTransfer-Encoding: chunked\r\nContent-Length: 5",
        "HTTP/1.1\r\nContent-Length: 0\r\ntransfer-encoding:\tCHUNKED ",
        "HTTP/1.1\r\nContent-Length: 5\r\nTransfer-Encoding:",
        "HTTP/1.1\r\nContent-Length: 5\r\nTransfer-Encoding:\r\n chunked",
        "HTTP/1.1\r\nTransfer-Encoding: chunked, chunked",
        "HTTP/1.1\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked",
        "HTTP/1.0\r\nConnection: keep-alive\r\nContent-Length: 5\r\nTransfer-Encoding: chunked",
        "HTTP/1.0\r\nConnection: keep-alive\r\nTransfer-Encoding: chunked",
    ],
)
def test_ambiguous_body_length_is_rejected_and_closes_the_connection(ambiguous: str) -> None:
    server = Server()
    try:
        with server.connect() as line:
            line.sendall(f"POST / {ambiguous}\r\nHost: x\r\n\r\n{TWO}".encode())
            answer = everything(line)
        assert answer.partition(b" ")[2].startswith(b"400 Bad Request\r\n")
        assert answer.count(b"HTTP/1.") == 1
        assert b"\r\nConnection: close" in answer
    finally:
        server.close()
