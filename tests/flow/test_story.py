"""The demo story through both programs, as `make demo-once` plays it, and errors at its start."""

import json
import socket
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from pypdf import PdfReader

from tests.demo.programs import COMMAND, environment, free_ports, processes_of, share_built

pytestmark = pytest.mark.world

CANDIDATE = "Ada Okonkwo-Łuczak"
STEPS = [
    "Create API credentials in Greenhouse",
    "Connect Goodword to Greenhouse",
    "Create four webhooks",
    "Create a role and map its stages",
    "A candidate takes the assessment",
    "Two referees answer the reference check",
    "Rejections, a hire, a prospect and a reminder",
    "Repeated and reordered deliveries",
]


def once(data: Path, ports: Mapping[str, int]) -> tuple[int, dict[str, Any]]:
    """Play it. Returns the exit status and the line on standard output."""
    done = subprocess.run(
        [*COMMAND, "--once"],
        env=environment(data, ports),
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    lines = done.stdout.splitlines()
    assert len(lines) == 1, done.stdout + done.stderr
    answer: dict[str, Any] = json.loads(lines[0])
    return done.returncode, answer


@pytest.mark.timeout(400)
def test_the_demo_runs_from_the_stage_move_to_the_activity_feed_note(tmp_path: Path) -> None:
    ports = free_ports()
    share_built(tmp_path / "data")
    status, answer = once(tmp_path / "data", ports)
    assert status == 0, answer
    assert sorted(answer) == ["notes", "ok", "report_pdf", "steps"]
    assert answer["ok"] is True

    assert [step["name"] for step in answer["steps"]] == STEPS
    assert [sorted(step) for step in answer["steps"]] == [["name", "seconds"]] * len(STEPS)
    assert [step["name"] for step in answer["steps"] if not 0 < step["seconds"] < 240] == []

    assert [sorted(note) for note in answer["notes"]] == [["author", "body", "link", "visibility"]] * 2
    assert [(note["visibility"], note["author"]) for note in answer["notes"]] == [
        ("private", "Jonas Lindqvist")
    ] * 2
    assert [note["body"].splitlines()[0] for note in answer["notes"]] == [
        f"Reference check for {CANDIDATE} 🎈 completed: 2 of 2 references are in.",
        f"Assessment for {CANDIDATE} 🎈 completed.",
    ]
    assert [note["body"].count(note["link"]) for note in answer["notes"]] == [1, 1]
    links = [urlsplit(note["link"]) for note in answer["notes"]]
    assert [(link.port, link.path[:3]) for link in links] == [(ports["GOODWORD_PORT"], "/s/")] * 2
    assert links[0].path != links[1].path

    report = PdfReader(answer["report_pdf"])
    pages = [page.extract_text() for page in report.pages]
    assert CANDIDATE in pages[0]
    assert [f"{number} of {len(pages)}" in text for number, text in enumerate(pages, start=1)] == [
        True
    ] * len(pages)
    tagged, language = (report.root_object[name].get_object() for name in ("/MarkInfo", "/Lang"))
    assert "'/Marked': True" in str(tagged)
    assert str(language) == "en"
    assert "/StructTreeRoot" in report.root_object
    assert "Zoë Müller" in "\n".join(pages)

    assert processes_of(tmp_path / "data") == []


def test_a_busy_port_is_reported_as_json_with_the_setting(tmp_path: Path) -> None:
    ports = free_ports()
    with socket.create_server(("127.0.0.1", ports["SANDBOX_PORT"])):
        status, answer = once(tmp_path / "data", ports)
    assert status == 1
    port = ports["SANDBOX_PORT"]
    assert answer == {
        "ok": False,
        "failed": "start",
        "error": f"Port {port} is in use. Stop what uses it, or choose another, as in SANDBOX_PORT={port + 1}.",
    }


def test_an_invalid_setting_is_reported_as_json(tmp_path: Path) -> None:
    env = environment(tmp_path / "data", {}) | {"GOODWORD_PORT": "eight thousand"}
    done = subprocess.run(
        [*COMMAND, "--once"], env=env, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 1
    assert json.loads(done.stdout) == {
        "ok": False,
        "failed": "start",
        "error": "GOODWORD_PORT must be a port number, from 1 to 65535, not 'eight thousand'.",
    }
