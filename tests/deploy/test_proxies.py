"""The proxy samples in deploy/, run with the real programs in front of our server."""

import datetime as dt
import json
import os
import re
import shutil
import socket
import ssl
import subprocess
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPSConnection, IncompleteRead
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from pytest_django.fixtures import Settings

from goodword.core.doctor import proxy
from goodword.notifications.domain.links import PATHS
from tests.architecture.source import ROOT
from tests.core.test_request_limits import UPLOAD, Server
from tests.support.ports import free_port

pytestmark = pytest.mark.proxy
HOST = "goodword.example.com"
TOKEN = "a-token"


@dataclass
class RunningProxy:
    """A running proxy, and the requests that reached the server."""

    name: str
    folder: Path
    http: int
    https: int
    #: what the server behind it runs
    application: Callable[..., Iterable[bytes]]
    seen: list[dict[str, Any]] = field(default_factory=list)
    behind: Server = field(init=False)

    def __post_init__(self) -> None:
        self.behind = Server(self.application, trusted_proxies=1)

    def serve_again(self) -> None:
        """Start another server on the port of the closed one."""
        self.behind = Server(self.application, port=self.behind.port, trusted_proxies=1)

    def connect(self) -> ssl.SSLSocket:
        """A connection that trusts any certificate."""
        context = ssl._create_unverified_context()
        return context.wrap_socket(
            socket.create_connection(("127.0.0.1", self.https), timeout=60), server_hostname=HOST
        )

    def ask(
        self, method: str = "GET", path: str = "/", *, body: bytes | None = None, **headers: str
    ) -> tuple[int, bytes]:
        """Status and body of a response."""
        line = HTTPSConnection("127.0.0.1", self.https, timeout=20)
        line.sock = self.connect()
        try:
            line.request(method, path, body, {"Host": HOST} | headers)
            answer = line.getresponse()
            return answer.status, answer.read()
        finally:
            line.close()

    def logs(self) -> str:
        """Everything the proxy has logged."""
        return "\n".join(path.read_text() for path in self.folder.glob("*.log"))


def program(name: str) -> str:
    found = shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin")
    if found is None:
        pytest.fail(f"{name} is not installed: apt-get install nginx-light caddy (make test does).")
    return found


def version_of(name: str) -> tuple[int, ...]:
    said = subprocess.run([program(name), "version"], capture_output=True, text=True, check=True).stdout
    found = re.search(r"(\d+)\.(\d+)", said)
    assert found, said
    return tuple(int(part) for part in found.groups())


def certificate(folder: Path) -> tuple[Path, Path]:
    """A self-signed certificate for HOST, and its key."""
    key, name = (
        ec.generate_private_key(ec.SECP256R1()),
        x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, HOST)]),
    )
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(HOST)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    chain, private = folder / "chain.pem", folder / "key.pem"
    chain.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    return chain, private


def adapted(sample: str, **replaced: str) -> str:
    """The sample with the replacements that operators or tests make; each must match."""
    text = (ROOT / "deploy" / sample).read_text(encoding="utf-8")
    for old, new in replaced.items():
        assert old in text, old
        text = text.replace(old, new)
    return text


def nginx(running: RunningProxy) -> list[str]:
    chain, key = certificate(running.folder)
    site = adapted(
        "nginx.conf",
        **{
            "server 127.0.0.1:8000": f"server 127.0.0.1:{running.behind.port}",
            "listen 80;": f"listen 127.0.0.1:{running.http};",
            "    listen [::]:80;\n": "",
            "listen 443 ssl;": f"listen 127.0.0.1:{running.https} ssl;",
            "    listen [::]:443 ssl;\n": "",
            "/etc/ssl/goodword/fullchain.pem": str(chain),
            "/etc/ssl/goodword/privkey.pem": str(key),
            "/var/log/nginx/": f"{running.folder}/",
        },
    )
    temporary = "".join(
        f"{kind}_temp_path {running.folder}/{kind};\n"
        for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    user = "user root;\n" if os.geteuid() == 0 else ""  # only root may read the test's folder
    main = running.folder / "main.conf"
    main.write_text(
        f"{user}daemon off; pid {running.folder}/pid; error_log {running.folder}/start.log warn;\n"
        f"events {{}}\nhttp {{\n{temporary}{site}\n}}\n"
    )
    command = [
        program("nginx"),
        "-p",
        str(running.folder),
        "-c",
        str(main),
        "-e",
        str(running.folder / "start.log"),
    ]
    assert subprocess.run([*command, "-t"], check=False).returncode == 0
    return command


def caddy(running: RunningProxy) -> list[str]:
    chain, key = certificate(running.folder)
    config = running.folder / "Caddyfile"
    config.write_text(
        adapted(
            "Caddyfile",
            **{
                "127.0.0.1:8000": f"127.0.0.1:{running.behind.port}",
                "{\n\tservers {": f"{{\n\tadmin off\n\thttp_port {running.http}\n\thttps_port {running.https}\n"
                "\tskip_install_trust\n\tservers {",
                f"{HOST}}} {{\n": f"{HOST}}} {{\n\ttls {chain} {key}\n",
                "/var/log/caddy/": f"{running.folder}/",
                "lb_try_duration 20s": "lb_try_duration 5s",
            },
        )
    )
    command = [program("caddy")]
    more = ["--config", str(config), "--adapter", "caddyfile"]
    assert subprocess.run([*command, "validate", *more], check=False).returncode == 0
    sample = ROOT / "deploy" / "Caddyfile"
    assert subprocess.run(
        [*command, "fmt", str(sample)], capture_output=True, text=True, check=False
    ).stdout == (sample.read_text(encoding="utf-8"))
    return [*command, "run", *more]


PROXIES: dict[str, Callable[[RunningProxy], list[str]]] = {"nginx": nginx, "caddy": caddy}


@pytest.fixture(scope="module", params=sorted(PROXIES))
def running(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[RunningProxy]:
    seen: list[dict[str, Any]] = []

    def record(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        length = len(environ["wsgi.input"].read())
        seen.append({**environ, "length": length})
        body = f"here is {environ['PATH_INFO']}".encode()
        headers = {
            "Content-Type": "text/plain",
            "Content-Length": str(len(body)),
            "Location": environ["PATH_INFO"],
        }
        start("200 OK", list(headers.items()))
        return [body]

    folder = tmp_path_factory.mktemp(request.param)
    made = RunningProxy(request.param, folder, free_port(), free_port(), record, seen)
    env = {**os.environ, "HOME": str(made.folder), "XDG_DATA_HOME": str(made.folder)}
    with (made.folder / "output.log").open("wb") as output:
        running = subprocess.Popen(
            PROXIES[request.param](made), env=env, stdout=output, stderr=output, cwd=made.folder
        )
    try:
        for _ in range(1_200):
            try:
                socket.create_connection(("127.0.0.1", made.https), timeout=1).close()
                break
            except OSError:
                assert running.poll() is None, made.logs()
                time.sleep(0.05)
        yield made
    finally:
        running.terminate()
        running.wait(60)
        made.behind.close()


@pytest.fixture(autouse=True)
def forget(running: RunningProxy) -> None:
    running.seen.clear()


def test_goodword_sees_the_client_the_host_and_tls_whatever_the_client_claims(
    running: RunningProxy,
) -> None:
    claims: dict[str, Any] = {
        "X-Forwarded-For": "6.6.6.6",
        "X-Forwarded-Proto": "http",
        "X-Forwarded-Host": "evil.example",
        "Forwarded": "for=6.6.6.6;host=evil.example",
    }
    assert running.ask(path="/accounts/login/?next=/", **claims) == (
        200,
        b"here is /accounts/login/",
    )
    (seen,) = running.seen
    assert (seen["REMOTE_ADDR"], seen["HTTP_HOST"], seen["wsgi.url_scheme"]) == ("127.0.0.1", HOST, "https")
    assert (seen["PATH_INFO"], seen["QUERY_STRING"]) == ("/accounts/login/", "next=/")
    assert not [name for name in seen if "evil" in str(seen[name]) or "6.6.6.6" in str(seen[name])]


def test_goodword_doctor_finds_the_samples_good(running: RunningProxy, settings: Settings) -> None:
    settings.GOODWORD_BASE_URL, settings.GOODWORD_TRUSTED_PROXIES = f"https://{HOST}", 1
    running.ask("GET", proxy.PATH, body=None, **{"X-Forwarded-For": proxy.FORGED, proxy.HEADER: "signed"})
    (seen,) = running.seen
    assert (seen["PATH_INFO"], seen["HTTP_X_GOODWORD_CHECK"]) == (proxy.PATH, "signed")
    body = {"address": seen["REMOTE_ADDR"], "forwarded_for": "HTTP_X_FORWARDED_FOR" in seen}
    assert proxy.judged(200, "", json.dumps(body).encode()).state == "good"


def test_http_leads_to_https(running: RunningProxy) -> None:
    line = HTTPConnection("127.0.0.1", running.http, timeout=60)
    line.request("GET", "/p/x/?a=b", headers={"Host": HOST})
    answer = line.getresponse()
    assert answer.status == 308
    assert (
        str(answer.getheader("Location")).removeprefix(f"https://{HOST}").lstrip(":0123456789") == "/p/x/?a=b"
    )
    assert running.seen == []
    line.close()


def test_large_files_are_accepted_for_candidates_and_reports_only(running: RunningProxy) -> None:
    large = ((UPLOAD, 16_000_000), ("/verify/", 8_000_000), ("/o/acme/settings/fairness/", 4_100_000))
    for path, size in large:  # limits of the test server
        assert running.ask("POST", path, body=b"x" * size)[0] == 200
        assert running.seen.pop()["length"] == size
    assert running.ask("POST", "/hooks/greenhouse/x/", body=b"x" * 2_000_000)[0] == 200
    with suppress(ConnectionError, IncompleteRead):  # cutting off the upload is fine too
        assert running.ask("POST", "/hooks/greenhouse/x/", body=b"x" * 5_000_000)[0] in {413, 502}
    assert len(running.seen) == 1


def test_tokens_stay_out_of_the_proxys_logs(running: RunningProxy) -> None:
    secret = [*PATHS.values(), "/hooks/greenhouse/", "/accounts/password/reset/key/3-"]
    for path in (*(f"{first}{TOKEN}/?x=1" for first in secret), "/o/acme/roles/"):
        running.ask(path=path, Referer=f"https://{HOST}/p/{TOKEN}/")
        running.ask(path=f"/{path}")  # Goodword reads two slashes as one
    for _ in range(1_200):
        if "/o/acme/roles/" in running.logs():
            break
        time.sleep(0.05)
    assert "/o/acme/roles/" in running.logs()
    assert TOKEN not in running.logs()
    assert [first for first in PATHS.values() if f"{first}-" not in running.logs()] == []


def test_head_and_get_through_one_connection_to_goodword_never_mix(running: RunningProxy) -> None:
    """The proxy reuses connections for different clients."""

    def person(number: int) -> list[bytes]:
        wrong = []
        line = HTTPSConnection("127.0.0.1", running.https, timeout=20)
        line.sock = running.connect()
        try:
            for turn in range(25):
                path = f"/{number}-{turn}/"
                method = "HEAD" if (number + turn) % 2 else "GET"
                line.request(method, path, headers={"Host": HOST})
                answer = line.getresponse()
                assert answer.status == 200
                own = f"here is {path}".encode()
                assert answer.getheader("Content-Length") == str(len(own))
                got = answer.read()
                if got != (b"" if method == "HEAD" else own):
                    wrong.append(got)
        finally:
            line.close()
        return wrong

    with ThreadPoolExecutor(4) as people:
        assert list(people.map(person, range(4))) == [[]] * 4
    assert len(running.seen) == 100


def test_readiness_is_answered_on_the_host_itself(running: RunningProxy) -> None:
    assert running.ask(path="/readyz")[0] == 200  # from 127.0.0.1


def test_nginx_waits_for_slow_senders_by_itself(running: RunningProxy) -> None:
    if running.name != "nginx":
        assert "Goodword buffers requests itself" in (ROOT / "deploy" / "Caddyfile").read_text()
        return
    with running.connect() as slow:
        slow.sendall(f"POST /r/x/ HTTP/1.1\r\nHost: {HOST}\r\nContent-Length: 100000\r\n\r\nhalf".encode())
        assert running.ask()[0] == 200  # by now the half request would have been forwarded too
        assert not [
            channel for channel in running.behind.server.active_channels.values() if channel.is_arriving()
        ]


def test_nginx_limits_the_connections_of_an_address(running: RunningProxy) -> None:
    if running.name != "nginx":
        assert "cannot limit connections per address" in (ROOT / "deploy" / "Caddyfile").read_text()
        return
    with ExitStack() as lines:
        for _ in range(100):
            line = lines.enter_context(running.connect())
            line.sendall(f"POST /r/x/ HTTP/1.1\r\nHost: {HOST}\r\nContent-Length: 1000\r\n\r\nhalf".encode())
        for _ in range(1_200):
            status = running.ask()[0]
            if status == 429:
                break
            time.sleep(0.05)
        assert status == 429


def test_requests_wait_in_caddy_while_goodword_restarts(running: RunningProxy) -> None:
    if running.name != "caddy":  # nginx answers 502: goodword-web.socket keeps the port open there
        return
    running.behind.close()
    with ThreadPoolExecutor(3) as people:
        pages = [people.submit(running.ask, path=f"/{number}/") for number in range(2)]
        answer = people.submit(running.ask, "POST", "/2/", body=b"x")
        time.sleep(0.5)
        running.serve_again()
        assert [page.result()[0] for page in pages] == [200] * 2
    keeps_bodies = version_of("caddy") >= (2, 9)
    assert answer.result()[0] == (200 if keeps_bodies else 502)
    assert sorted(one["PATH_INFO"] for one in running.seen) == ["/0/", "/1/", *(["/2/"] * keeps_bodies)]


def test_when_goodword_is_away_the_error_log_has_no_tokens(running: RunningProxy) -> None:
    """Runs last, because it stops the upstream server."""
    running.behind.close()
    assert running.ask(path=f"/p/{TOKEN}/")[0] == 502
    assert TOKEN not in running.logs()
