"""The command, its state file, and the independence of the package."""

import ast
import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx2
import pytest

import greenhouse_sandbox
from greenhouse_sandbox.app import create_app
from greenhouse_sandbox.store.persistence import StateError

SOURCE = Path(greenhouse_sandbox.__file__).parent
ALLOWED = {"greenhouse_sandbox", "flask", "werkzeug", "httpx2", "waitress", "_typeshed"}


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


def test_it_serves_stops_on_a_signal_and_finds_its_data_again(tmp_path: Path) -> None:
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


def test_a_connection_can_be_cut_after_the_work_is_done() -> None:
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    process = start(port)
    try:
        wait_for(url)
        httpx2.post(f"{url}/_sandbox/faults", json={"kind": "cut", "path": "/token"}, trust_env=False)
        with pytest.raises(httpx2.RemoteProtocolError):
            httpx2.post(f"{url}/token", trust_env=False)
        assert httpx2.post(f"{url}/token", trust_env=False).status_code == 401
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=20)


def test_a_port_in_use_is_told_in_one_line_with_status_two() -> None:
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


def test_a_broken_state_file_is_told_in_one_line_and_kept(tmp_path: Path) -> None:
    state = tmp_path / "state.json"
    state.write_text("{nonsense")
    process = start(free_port(), "--state", str(state))
    _, err = process.communicate(timeout=20)
    assert (process.returncode, err.count("\n")) == (2, 1)
    assert state.read_text() == "{nonsense"
    state.write_text(json.dumps({"version": 99}))
    with pytest.raises(StateError, match="version 99"):
        create_app(state_file=state)


def test_a_state_file_holds_everything(tmp_path: Path) -> None:
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


def test_the_demo_world_is_the_same_every_time() -> None:
    worlds = []
    for _ in range(2):
        app = create_app()
        app.close()
        worlds.append({name: list(table.rising()) for name, table in app.store.tables().items()})
    assert worlds[0] == worlds[1]


def test_it_imports_nothing_of_the_product_and_few_packages() -> None:
    found = set()
    for path in SOURCE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Import):
                found |= {name.name.partition(".")[0] for name in node.names}
            elif isinstance(node, ast.ImportFrom):
                found.add((node.module or "").partition(".")[0])
    assert found - set(sys.stdlib_module_names) <= ALLOWED
