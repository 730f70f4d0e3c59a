"""A small HTTP/1.1 server with a thread per connection, which can cut a connection on request."""

import socket
import ssl
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote_to_bytes, urlsplit

from greenhouse_sandbox.faults import CUT

if TYPE_CHECKING:
    from greenhouse_sandbox.context import Sandbox

METHODS = {f"do_{one}" for one in ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")}
IDLE_SECONDS = 75
HANDSHAKE_SECONDS = 10
LARGEST_BODY = 64 * 1024 * 1024
BODILESS = {204, 304}
#: headers that WSGI passes under other names, or that don't apply to a complete body
NOT_PASSED_AS_HEADERS = {"HTTP_CONTENT_TYPE", "HTTP_CONTENT_LENGTH", "HTTP_TRANSFER_ENCODING"}


class Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self, listener: socket.socket, app: "Sandbox", tls: ssl.SSLContext | None = None) -> None:
        host, port = listener.getsockname()[:2]
        super().__init__((host, port), Handler, bind_and_activate=False)
        self.socket.close()
        self.socket = listener
        self.server_name, self.server_port = host, port
        self.app = app
        self.tls = tls

    def finish_request(self, request: Any, client_address: Any) -> None:
        """Do the TLS handshake in the connection's thread."""
        if self.tls is None:
            super().finish_request(request, client_address)
            return
        request.settimeout(HANDSHAKE_SECONDS)
        with self.tls.wrap_socket(request, server_side=True) as secured:
            super().finish_request(secured, client_address)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Ignore errors of the connection, since clients may disconnect at any time."""
        if not isinstance(sys.exception(), OSError | EOFError):
            super().handle_error(request, client_address)


class Handler(BaseHTTPRequestHandler):
    server: Server
    protocol_version = "HTTP/1.1"
    timeout = IDLE_SECONDS
    disable_nagle_algorithm = True
    wbufsize = -1

    def answer(self) -> None:
        try:
            environ = self._environ(self._body())
        except ValueError as error:
            self.close_connection = True
            self.send_error(400, explain=str(error))
            return
        cut: list[bool] = []
        started: list[tuple[str, list[tuple[str, str]]]] = []

        def start_response(status: str, headers: list[tuple[str, str]], _: Any = None) -> Any:
            started[:] = [(status, headers)]
            return lambda _: None

        environ[CUT] = lambda: cut.append(True)
        result = self.server.app(environ, start_response)
        try:
            content = b"".join(result)
        finally:
            if hasattr(result, "close"):
                result.close()
        if cut:
            self._end()
            return
        self._send(*started[0], content)

    def __getattr__(self, name: str) -> Any:
        """The base class looks for methods `do_GET` and so on."""
        if name in METHODS:
            return self.answer
        raise AttributeError(name)

    def _send(self, status: str, headers: list[tuple[str, str]], content: bytes) -> None:
        number, _, words = status.partition(" ")
        self.send_response_only(int(number), words)
        # by the sandbox's clock, like the rate windows, since clients compare the two
        self.send_header("Date", self.date_time_string(self.server.app.store.clock.now().timestamp()))
        announced = None
        for name, value in headers:
            self.send_header(name, value)
            if name.lower() == "content-length":
                announced = int(value)
        bodiless = int(number) in BODILESS or self.command == "HEAD"
        if announced is None and int(number) not in BODILESS:
            self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if not bodiless:
            self.wfile.write(content)
        self.wfile.flush()
        if announced is not None and announced > len(content) and not bodiless:
            self._end()

    def _end(self) -> None:
        self.close_connection = True
        try:
            self.request.shutdown(socket.SHUT_RDWR)
        except OSError:
            return

    def _body(self) -> bytes:
        """Raises ValueError if the body is malformed or too large."""
        if "chunked" in self.headers.get("Transfer-Encoding", "").lower():
            return self._chunks()
        length = int(self.headers.get("Content-Length") or 0)
        if not 0 <= length <= LARGEST_BODY:
            raise ValueError("The body is too large.")
        return self.rfile.read(length)

    def _chunks(self) -> bytes:
        body = b""
        while size := int(self.rfile.readline(1000).split(b";")[0], 16):
            if len(body) + size > LARGEST_BODY:
                raise ValueError("The body is too large.")
            body += self.rfile.read(size)
            self.rfile.readline(1000)
        while self.rfile.readline(65536).strip():
            pass
        return body

    def _environ(self, body: bytes) -> dict[str, Any]:
        # A path that begins with two slashes is still a path, not a host.
        target = urlsplit(self.path if not self.path.startswith("//") else f"/{self.path.lstrip('/')}")
        environ: dict[str, Any] = {
            "REQUEST_METHOD": self.command,
            "SCRIPT_NAME": "",
            "PATH_INFO": unquote_to_bytes(target.path or "/").decode("latin-1"),
            "QUERY_STRING": target.query,
            "CONTENT_TYPE": self.headers.get("Content-Type", ""),
            "CONTENT_LENGTH": str(len(body)),
            "SERVER_NAME": self.server.server_name,
            "SERVER_PORT": str(self.server.server_port),
            "SERVER_PROTOCOL": self.request_version,
            "REMOTE_ADDR": self.client_address[0],
            "REMOTE_PORT": str(self.client_address[1]),
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": "http" if self.server.tls is None else "https",
            "wsgi.input": BytesIO(body),
            "wsgi.errors": sys.stderr,
            "wsgi.multithread": True,
            "wsgi.multiprocess": False,
            "wsgi.run_once": False,
        }
        for name, value in self.headers.items():
            key = f"HTTP_{name.upper().replace('-', '_')}"
            if "_" not in name and key not in NOT_PASSED_AS_HEADERS:
                environ[key] = f"{environ[key]},{value}" if key in environ else value
        return environ

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  (the base class's name)
        """Print nothing, since requests are in the call log."""
