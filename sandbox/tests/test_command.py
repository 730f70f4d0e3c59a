"""The command line, its state file, and the independence of the package."""

import ast
import json
import os
import signal
import socket
import ssl
import subprocess
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import httpx2
import pytest

import greenhouse_sandbox
from greenhouse_sandbox.app import create_app
from greenhouse_sandbox.cli import parser
from greenhouse_sandbox.store.state_file import StateError

pytestmark = pytest.mark.programs

SOURCE = Path(greenhouse_sandbox.__file__).parent
ALLOWED = {"greenhouse_sandbox", "flask", "werkzeug", "httpx2", "cryptography", "_typeshed"}


def start(port: int, *more: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-W", "error", "-m", "greenhouse_sandbox.cli", "--port", str(port), *more]
    environment = os.environ | {"PYTHONPATH": str(SOURCE.parent)}
    return subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
    )


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait_for(url: str) -> None:
    for _ in range(200):
        try:
            if httpx2.get(f"{url}/_sandbox/health", trust_env=False).is_success:
                return
        except httpx2.TransportError:
            time.sleep(0.05)
    raise AssertionError("The sandbox did not start.")


def test_the_server_stops_on_a_signal_and_reloads_its_data(tmp_path: Path) -> None:
    port, state = free_port(), tmp_path / "deep" / "state.json"
    url = f"http://127.0.0.1:{port}"
    first = start(port, "--state", str(state))
    try:
        wait_for(url)
        form = {"first_name": "Ada", "last_name": "Byrne", "email": "ada@people.example"}
        assert httpx2.post(f"{url}/prospects/new", data=form, trust_env=False).status_code == 303
    finally:
        first.send_signal(signal.SIGTERM)
        out, err = first.communicate(timeout=20)
    assert (first.returncode, err) == (0, "")
    assert out.startswith(f"Sandbox, not Greenhouse: {url}")

    second = start(port, "--state", str(state))
    try:
        wait_for(url)
        assert "Ada Byrne" in httpx2.get(f"{url}/candidates", trust_env=False).text
    finally:
        second.send_signal(signal.SIGINT)
        second.communicate(timeout=20)
    assert second.returncode == 0


def test_a_port_in_use_is_reported_in_one_line_with_status_2() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        process = start(port)
        _, err = process.communicate(timeout=20)
    assert process.returncode == 2
    assert (
        err == f"greenhouse-sandbox: The sandbox cannot listen on 127.0.0.1:{port}: Address already in use.\n"
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--port", "99999"], "argument --port: must be a port from 0 to 65535, not '99999' (see --help)."),
        (
            ["--world", "big"],
            "argument --world: must be demo, empty or a number of applications, not 'big' (see --help).",
        ),
        (["--nonsense"], "unrecognized arguments: --nonsense (see --help)."),
        (["--seed", "x"], "argument --seed: invalid int value: 'x' (see --help)."),
    ],
)
def test_a_wrong_argument_is_reported_in_one_line(
    arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as stop:
        parser().parse_args(arguments)
    assert (stop.value.code, capsys.readouterr().err) == (2, f"greenhouse-sandbox: {message}\n")


def test_a_broken_state_file_is_reported_in_one_line_and_kept(tmp_path: Path) -> None:
    state = tmp_path / "state.json"
    state.write_text("{nonsense")
    process = start(free_port(), "--state", str(state))
    _, err = process.communicate(timeout=20)
    assert (process.returncode, err.count("\n")) == (2, 1)
    assert state.read_text() == "{nonsense"
    state.write_text(json.dumps({"version": 99}))
    with pytest.raises(StateError, match="version 99"):
        create_app(state_file=state)


def test_the_state_file_contains_everything(tmp_path: Path) -> None:
    state = tmp_path / "state.json"
    first = create_app(state_file=state)
    first.store.switches["last_page_link"] = "absent"
    first.close()
    second = create_app(state_file=state)
    second.close()
    assert second.store.switches == first.store.switches
    for name, table in first.store.tables().items():
        other = second.store.tables()[name]
        assert list(other.rising()) == list(table.rising())
        assert other.new_id() == table.new_id()


def test_the_demo_account_is_reproducible() -> None:
    worlds = []
    for _ in range(2):
        app = create_app()
        app.close()
        worlds.append({name: list(table.rising()) for name, table in app.store.tables().items()})
    assert worlds[0] == worlds[1]


def test_the_package_imports_only_allowed_packages() -> None:
    found = set()
    for path in SOURCE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Import):
                found |= {name.name.partition(".")[0] for name in node.names}
            elif isinstance(node, ast.ImportFrom):
                found.add((node.module or "").partition(".")[0])
    assert found - set(sys.stdlib_module_names) <= ALLOWED


def test_credentials_webhooks_and_switches_from_the_command_line(tmp_path: Path) -> None:
    got: list[tuple[str, str]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            raw = self.rfile.read(int(self.headers["Content-Length"]))
            got.append((json.loads(raw)["action"], self.headers["Signature"]))
            self.send_response(200)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  (the base class's name)
            """Log nothing."""

    receiver = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=receiver.serve_forever, daemon=True).start()
    hook = f"http://127.0.0.1:{receiver.server_port}/hook"
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    client_id = "me.harvest-v3.greenhouse"
    process = start(
        port,
        *("--api-key", "known-key", "--client-id", client_id, "--client-secret", "known-secret"),
        *(
            "--webhook-url",
            hook,
            "--webhook-secret",
            "s3cret",
            "--webhook-actions",
            "hire_candidate,job_deleted",
        ),
        *("--switch", "last_page_link=absent", "--no-limits", "--world", "60", "--seed", "3"),
        *("--state", str(tmp_path / "state.json")),
    )
    try:
        wait_for(url)
        with httpx2.Client(base_url=url, trust_env=False) as client:
            assert len(client.get("/v1/applications?per_page=500", auth=("known-key", "")).json()) == 60
            form = {"grant_type": "client_credentials"}
            token = client.post("/token", auth=(client_id, "known-secret"), data=form).json()["access_token"]
            answer = client.get("/v3/jobs", headers={"Authorization": f"Bearer {token}"})
            assert (answer.status_code, "Link" in answer.headers) == (200, False)
            assert client.post("/_sandbox/wait-until-idle", json={}).json() == {"idle": True}
    finally:
        process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=20)
        receiver.shutdown()
        receiver.server_close()
    assert (process.returncode, err) == (0, "")
    assert f"Web hooks: 2 to {hook}" in out
    assert [action for action, _ in got] == ["ping", "ping"]


def test_https_with_a_local_certificate_authority(tmp_path: Path) -> None:
    port = free_port()
    process = start(port, "--tls-ca-dir", str(tmp_path))
    try:
        line = process.stdout.readline() if process.stdout else ""
        trust = process.stdout.readline() if process.stdout else ""
        assert line.startswith(f"Sandbox, not Greenhouse: https://127.0.0.1:{port} ")
        assert trust == f"TLS: trust the certificate authority in {tmp_path / 'ca.pem'}\n"
        context = ssl.create_default_context(cafile=tmp_path / "ca.pem")
        answer = httpx2.get(f"https://localhost:{port}/_sandbox/health", verify=context, trust_env=False)
        assert answer.json()["ok"] is True
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=20)
    assert process.returncode == 0


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--world", "huge"), "must be demo, empty or a number of applications, not 'huge'"),
        (("--client-id", "me.harvest-v3.greenhouse"), "--client-id and --client-secret go together."),
        (("--client-id", "me", "--client-secret", "s"), "A client id ends with .harvest-v3.greenhouse."),
        (("--webhook-url", "http://127.0.0.1:1/"), "--webhook-url and --webhook-secret go together."),
        (("--switch", "colour=red"), "There is no switch colour."),
        (("--switch", "v1"), "A switch is written name=value"),
        (
            ("--webhook-url", "http://x/", "--webhook-secret", "s", "--webhook-actions", "fly"),
            "There is no web hook for fly.",
        ),
        (
            ("--webhook-url", "example.com/hook", "--webhook-secret", "s"),
            "--webhook-url takes http:// or https:// and a host, not 'example.com/hook'.",
        ),
        (("--webhook-actions", "hire_candidate"), "--webhook-actions needs --webhook-url"),
        (("--webhook-ca", "/nowhere/ca.pem"), "/nowhere/ca.pem cannot be used: No such file"),
    ],
)
def test_invalid_options_are_reported_with_status_2(arguments: tuple[str, ...], words: str) -> None:
    process = start(0, *arguments)
    _, err = process.communicate(timeout=30)
    assert (process.returncode, words in err) == (2, True), err


def test_help_has_examples() -> None:
    command = [sys.executable, "-m", "greenhouse_sandbox.cli", "--help"]
    shown = subprocess.run(
        command,
        capture_output=True,
        text=True,
        check=True,
        env=os.environ | {"PYTHONPATH": str(SOURCE.parent)},
    )
    assert "greenhouse-sandbox --world 100000 --seed 7" in shown.stdout
