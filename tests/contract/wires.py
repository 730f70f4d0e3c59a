"""Servers on real sockets that respond late, disconnect, send slowly or never stop."""

import gzip
import ipaddress
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from goodword.greenhouse.client import HarvestApi, Limits, RetryPolicy, V1Credentials, build
from tests.contract.moments import Moments

type Behaviour = Callable[[BaseHTTPRequestHandler], None]

#: generous, for a busy machine
PATIENT = Limits(connect=30, read=30, write=30, total=60, size=200_000)
#: for servers that are too slow: to begin to answer, or to end
SILENCE, LENGTH = replace(PATIENT, read=0.3), replace(PATIENT, total=0.6)


class Wire:
    """A running server: its port and the requests that reached it."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.requests: list[str] = []
        self._clients: list[HarvestApi] = []

    def api(
        self, moments: Moments, *, attempts: int = 1, limits: Limits = PATIENT, **options: Any
    ) -> HarvestApi:
        """A v1 client of this server."""
        api = build(
            V1Credentials("key-4711-do-not-show"),
            base_url=options.pop("base_url", f"http://127.0.0.1:{self.port}/v1"),
            allow_private=options.pop("allow_private", True),
            clock=moments.now,
            sleep=moments.sleep,
            retry=RetryPolicy(attempts=attempts),
            limits=limits,
            **options,
        )
        self._clients.append(api)
        return api

    def close(self) -> None:
        for api in self._clients:
            api.close()


@contextmanager
def serving(*behaviours: Behaviour, certificate: Path | None = None) -> Iterator[Wire]:
    """A server with one behaviour per request; the last one repeats."""
    script = list(behaviours)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        timeout = 5

        def do_GET(self) -> None:
            self._act()

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length", "0")))
            self._act()

        def _act(self) -> None:
            wire.requests.append(f"{self.command} {self.path}")
            (script.pop(0) if len(script) > 1 else script[0])(self)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  # the base class's name
            ...

    class Server(ThreadingHTTPServer):
        def handle_error(self, request: object, client_address: object) -> None:
            """These tests make clients hang up."""

    server = Server(("127.0.0.1", 0), Handler)
    if certificate is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    wire = Wire(server.server_address[1])
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield wire
    finally:
        wire.close()
        server.shutdown()
        server.server_close()
        thread.join()


def answers(body: bytes = b"[]", status: int = 200, **headers: str) -> Behaviour:
    def act(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.end_headers()
        handler.wfile.write(body)

    return act


def hangs_up(handler: BaseHTTPRequestHandler) -> None:
    """Close without an answer."""
    handler.close_connection = True


def breaks_off(handler: BaseHTTPRequestHandler) -> None:
    """Announce more than is sent."""
    handler.send_response(200)
    handler.send_header("Content-Length", "1000")
    handler.end_headers()
    handler.wfile.write(b'[{"id":')
    handler.close_connection = True


def keeps_silent(handler: BaseHTTPRequestHandler) -> None:
    """Answer after the client's time-out."""
    time.sleep(SILENCE.read + 1)
    handler.close_connection = True


def drips(handler: BaseHTTPRequestHandler) -> None:
    """Send one blank at a time, without end."""
    handler.send_response(200)
    handler.send_header("Content-Length", "1000000")
    handler.end_headers()
    for _ in range(30):
        handler.wfile.write(b" ")
        handler.wfile.flush()
        time.sleep(0.05)
    handler.close_connection = True


def packs_nothing(handler: BaseHTTPRequestHandler) -> None:
    """Send gzip without contents, block by block."""
    handler.send_response(200)
    handler.send_header("Content-Encoding", "gzip")
    handler.send_header("Content-Length", "1000000")
    handler.end_headers()
    handler.wfile.write(gzip.compress(b"")[:10])
    for _ in range(30):
        handler.wfile.write(b"\0\0\0\xff\xff")
        handler.wfile.flush()
        time.sleep(0.05)
    handler.close_connection = True


def drips_headers(handler: BaseHTTPRequestHandler) -> None:
    """Send one header at a time, then the body."""
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n")
    for number in range(20):
        handler.wfile.write(f"X-{number}: 1\r\n".encode())
        handler.wfile.flush()
        time.sleep(0.05)
    handler.wfile.write(b"\r\n[]")


def talks_no_http(handler: BaseHTTPRequestHandler) -> None:
    handler.wfile.write(b"220 mail.example ESMTP\r\n\r\n")
    handler.close_connection = True


def self_signed(folder: Path) -> Path:
    """A file with a new key and its self-signed certificate for 127.0.0.1."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "harvest.example")])
    start = datetime.fromtimestamp(time.time(), UTC) - timedelta(days=1)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(start + timedelta(days=2))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), False
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), True)
        .sign(key, hashes.SHA256())
    )
    file = folder / "server.pem"
    file.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    return file
