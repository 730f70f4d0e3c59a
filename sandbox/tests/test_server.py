"""The server over a real socket: persistent, cut and slow connections, TLS."""

import socket
import ssl
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

import httpx2
import pytest

from greenhouse_sandbox.app import create_app
from greenhouse_sandbox.cli import give_api_key
from greenhouse_sandbox.context import Sandbox
from greenhouse_sandbox.server import Server
from greenhouse_sandbox.tls import TlsError, server_context

KEY = "a-key-for-tests"
CHUNKED = (
    b"POST /_sandbox/clock HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
    b'Transfer-Encoding: chunked\r\n\r\n5\r\n{"adv\r\n13\r\nance_seconds": 60 }\r\n0\r\n\r\n'
)


@contextmanager
def served(tls: ssl.SSLContext | None = None) -> Iterator[tuple[str, Sandbox]]:
    """A sandbox on a free port."""
    app = create_app()
    with app.store.lock:
        give_api_key(app.store, KEY, app.store.clock.now())
    server = Server(socket.create_server(("127.0.0.1", 0)), app, tls)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    yield f"{'https' if tls else 'http'}://127.0.0.1:{server.server_port}", app
    server.shutdown()
    thread.join()
    server.server_close()
    app.close()


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with served() as (address, _):
        yield address


@pytest.fixture
def client(url: str) -> Iterator[httpx2.Client]:
    with httpx2.Client(base_url=url, auth=(KEY, ""), trust_env=False, timeout=10) as client:
        client.headers["On-Behalf-Of"] = "4010001002"
        yield client


def order(client: httpx2.Client, **fault: Any) -> None:
    assert client.post("/_sandbox/faults", json={"path": "/v1", **fault}).status_code == 201


def notes(client: httpx2.Client) -> int:
    count: int = client.get("/_sandbox/health").json()["rows"]["notes"]
    return count


def test_one_connection_serves_many_kinds_of_calls(url: str) -> None:
    with socket.create_connection((url[7:].partition(":")[0], int(url.rpartition(":")[2]))) as line:
        for request, first in (
            (b"HEAD /users HTTP/1.1\r\nHost: localhost\r\n\r\n", b"HTTP/1.1 200"),
            (b"GET /v1/jobs HTTP/1.1\r\nHost: localhost\r\n\r\n", b"HTTP/1.1 401"),
            (b"GET //v3/nothing HTTP/1.1\r\nHost: localhost\r\n\r\n", b"HTTP/1.1 404"),
            (CHUNKED, b"HTTP/1.1 200"),
        ):
            line.sendall(request)
            answer = line.recv(65536)
            assert answer.startswith(first), answer
            head, _, body = answer.partition(b"\r\n\r\n")
            length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
            while not request.startswith(b"HEAD") and len(body) < length:
                body += line.recv(65536)


def test_malformed_requests_do_not_affect_others(url: str, client: httpx2.Client) -> None:
    address = ("127.0.0.1", int(url.rpartition(":")[2]))
    for nonsense in (b"\x16\x03\x01\x02", b"POST / HTTP/1.1\r\nContent-Length: x\r\n\r\n", b"GET\r\n\r\n"):
        with socket.create_connection(address) as line:
            line.sendall(nonsense)
    assert client.get("/v1/jobs").status_code == 200


@pytest.mark.parametrize(("kind", "written"), [("cut", 1), ("cut_after", 1), ("cut_before", 0)])
def test_a_connection_can_be_cut_before_or_after_the_write(
    client: httpx2.Client, kind: str, written: int
) -> None:
    candidate, before = client.get("/v1/candidates?per_page=1").json()[0]["id"], notes(client)
    order(client, kind=kind, method="post")
    with pytest.raises(httpx2.RemoteProtocolError):
        client.post(
            f"/v1/candidates/{candidate}/activity_feed/notes",
            json={"user_id": 4010001002, "body": "marker", "visibility": "private"},
        )
    assert notes(client) == before + written
    assert client.get("/v1/jobs").status_code == 200


@pytest.mark.programs
def test_a_slow_response_does_not_block_others(url: str, client: httpx2.Client) -> None:
    order(client, kind="slow", path="/v1/users", seconds=0.8)
    with ThreadPoolExecutor(1) as pool:
        started = time.monotonic()
        slow = pool.submit(httpx2.get, f"{url}/v1/users", auth=(KEY, ""), trust_env=False)
        time.sleep(0.1)
        assert client.get("/v1/jobs").status_code == 200
        assert not slow.done()
        assert slow.result().status_code == 200
        assert time.monotonic() - started >= 0.8


def test_responses_can_be_empty_of_another_type_or_redirects(client: httpx2.Client) -> None:
    order(client, kind="empty", path="/v1/jobs", after=1)
    assert client.get("/v1/jobs").json()
    assert (client.get("/v1/jobs").status_code, client.get("/v1/jobs").content != b"") == (200, True)
    order(client, kind="empty", path="/v1/jobs")
    assert client.get("/v1/jobs").content == b""
    order(client, kind="wrong_type", path="/v1/jobs", body="<h1>Sign in</h1>")
    wrong = client.get("/v1/jobs")
    assert (wrong.headers["Content-Type"], wrong.text) == ("text/html; charset=utf-8", "<h1>Sign in</h1>")
    order(client, kind="redirect", path="/v1/jobs", location="https://login.example/")
    away = client.get("/v1/jobs")
    assert (away.status_code, away.headers["Location"]) == (302, "https://login.example/")
    order(client, kind="fail", path="/v1/jobs", status=503, retry_after=12)
    busy = client.get("/v1/jobs")
    assert (busy.status_code, busy.headers["Retry-After"]) == (503, "12")
    faults = [call["fault"] for call in client.get("/_sandbox/calls?path=/v1/jobs").json() if call["fault"]]
    assert faults == ["redirect", "fail"]


def test_an_invalid_fault_is_refused(client: httpx2.Client) -> None:
    for fault, words in (
        ({"kind": "fail", "times": "two"}, "times must be a number"),
        ({"kind": "fail", "path": 3}, "path must be a text"),
        ({"kind": "fail", "status": 99}, "from 200 to 599"),
        ({"kind": "fail", "colour": 3}, "Unknown field: colour"),
    ):
        answer = client.post("/_sandbox/faults", json=fault)
        assert (answer.status_code, words in answer.json()["message"]) == (422, True)
    assert client.get("/_sandbox/faults").json()["open"] == []


@pytest.mark.slow
def test_a_client_verifies_the_server_with_the_ca(tmp_path: Path) -> None:
    context, authority = server_context(tmp_path / "ca", ["sandbox.example"])
    with served(context) as (url, _):
        trust = ssl.create_default_context(cafile=authority)
        with httpx2.Client(verify=trust, trust_env=False, auth=(KEY, "")) as client:
            assert client.get(f"{url}/v1/jobs").status_code == 200
            assert client.get(f"{url.replace('127.0.0.1', 'localhost')}/v1/jobs").status_code == 200
            assert 'name="user_id"' in client.get(f"{url}/users").text
            link = client.get(f"{url}/v1/jobs?per_page=1").headers["Link"]
            assert link.startswith("<https://")
        with pytest.raises(httpx2.ConnectError), httpx2.Client(trust_env=False) as stranger:
            stranger.get(f"{url}/v1/jobs")
    kept = authority.read_bytes()
    again, same = server_context(tmp_path / "ca", [])
    assert (same.read_bytes(), (tmp_path / "ca" / "ca-key.pem").stat().st_mode & 0o777) == (kept, 0o600)
    assert again is not context
    (tmp_path / "ca" / "ca-key.pem").write_text("nonsense")
    with pytest.raises(TlsError, match="cannot be used"):
        server_context(tmp_path / "ca", [])


def test_date_and_rate_headers_use_the_sandbox_clock(client: httpx2.Client) -> None:
    client.post("/_sandbox/clock", json={"advance_seconds": 30 * 86400})
    answer = client.get("/v1/jobs")
    told = parsedate_to_datetime(answer.headers["Date"]).timestamp()
    assert 0 <= int(answer.headers["X-RateLimit-Reset"]) - told <= 11
    order(client, kind="fail", status=503)
    failed = client.get("/v1/jobs")
    assert 0 <= parsedate_to_datetime(failed.headers["Date"]).timestamp() - told < 60
    client.post("/_sandbox/clock", json={"advance_seconds": -30 * 86400})
