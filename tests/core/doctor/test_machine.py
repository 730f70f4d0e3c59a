"""Settings, disk, static files, the proxy, and running the checks."""

import json
import subprocess
import tempfile
import threading
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.staticfiles.finders import AppDirectoriesFinder
from django.test import Client
from pytest_django.fixtures import Settings
from pytest_django.live_server_helper import LiveServer

from goodword.cli import main
from goodword.core import clock
from goodword.core.doctor import machine, proxy
from goodword.core.doctor.command import in_lines
from goodword.core.doctor.examination import run
from goodword.core.doctor.findings import DoctorCheck, attention, broken, duration, good, size
from goodword.core.supervise import goodword
from goodword.wsgi import application
from tests.contract import wires
from tests.core.test_killed_worker import here
from tests.core.test_request_limits import Server
from tests.core.uploads.test_clamd import says, scanner
from tests.support.dns_server import dns_server

# --- settings, disk, static files -----------------------------------------------------------------------------


def test_a_misspelt_setting_is_found_with_a_suggestion() -> None:
    one = machine.setting_names({"GOODWORD_SMPT_URL": "x", "GOODWORD_SECRET_KEY_FILE": "y", "HOME": "z"})
    assert one.state == "attention"
    assert one.sentence == "No setting has the name GOODWORD_SMPT_URL."
    assert one.remedy.startswith("Did you mean GOODWORD_SMTP_URL? ")


def test_a_worker_that_would_not_start_is_broken(settings: Settings) -> None:
    assert machine.setting_names({}).state == "good"
    settings.GOODWORD_WORKER_CONCURRENCY = settings.GOODWORD_POOL + 1
    assert machine.setting_names({}).state == "broken"


@pytest.mark.parametrize(
    ("limit", "state"), [(None, "good"), ("LITTLE_SPACE", "attention"), ("NO_SPACE", "broken")]
)
def test_the_space_of_a_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: str | None, state: str
) -> None:
    monkeypatch.setattr(machine, "LITTLE_SPACE", 0)
    if limit:
        monkeypatch.setattr(machine, limit, 10**18)
    (one,) = machine.disk(places=[tmp_path / "not" / "there"])
    assert one.state == state
    assert str(tmp_path) in one.sentence


def test_a_disk_too_full_for_a_temporary_file_is_broken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Python looks for such a folder once per process."""
    monkeypatch.setattr(tempfile, "tempdir", None)
    monkeypatch.setattr(tempfile, "_candidate_tempdir_list", lambda: [str(tmp_path / "none")])
    (one,) = machine.disk()
    assert (one.state, one.sentence) == ("broken", "No folder for temporary files can be written.")


def test_static_files_are_missing_incomplete_outdated_or_good(settings: Settings, tmp_path: Path) -> None:
    assert machine.static_files()[0].state == "good"  # not in production
    settings.PRODUCTION, settings.STATIC_ROOT = True, tmp_path

    def found() -> tuple[str, str]:
        (one,) = machine.static_files()
        return one.state, one.sentence

    assert found() == ("broken", f"There are no static files in {tmp_path}.")
    names = {str(path): f"{number}.x" for number, (path, _) in enumerate(AppDirectoriesFinder().list([]))}
    manifest = tmp_path / "staticfiles.json"
    manifest.write_text(json.dumps({"paths": names}))
    assert found() == ("broken", f"Static files are missing in {tmp_path}.")
    for name in names.values():
        (tmp_path / name).touch()
    assert found() == ("good", f"{len(names)} files in {tmp_path}.")
    names.popitem()
    manifest.write_text(json.dumps({"paths": names}))
    assert found() == ("attention", "The static files are from another version.")
    manifest.write_text("{")
    assert found()[0] == "broken"


def test_a_virus_scanner_is_tried_if_one_is_set(settings: Settings) -> None:
    assert machine.virus_scanner() == []
    settings.GOODWORD_CLAMD = "tcp://127.0.0.1:9"
    assert [finding.state for finding in machine.virus_scanner()] == ["broken"]
    with scanner(says(b"PONG\0")) as settings.GOODWORD_CLAMD:
        assert [finding.state for finding in machine.virus_scanner()] == ["good"]


# --- the proxy ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("token", ["", "doctor", "doctor:1w:x"])
def test_strangers_learn_nothing_from_the_proxy_check(token: str) -> None:
    assert Client().get(proxy.PATH, headers={proxy.HEADER: token}).status_code == 404
    assert Client().get(proxy.PATH).status_code == 404


def test_a_signed_request_is_answered_for_a_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    token = {proxy.HEADER: proxy._SIGNER.sign("doctor")}
    answer = Client().get(proxy.PATH, headers=token)
    assert answer.json() == {"address": "127.0.0.1", "forwarded_for": False}
    monkeypatch.setattr(proxy, "VALID_SECONDS", -1)
    assert Client().get(proxy.PATH, headers=token).status_code == 404


PAGE = "https://goodword.example.com"


@pytest.mark.parametrize(
    ("status", "location", "body", "said"),
    [
        (301, f"{PAGE}/proxy-check", b"", "broken: Behind the proxy, requests look like plain HTTP"),
        (302, "https://other.example/", b"", f"broken: {PAGE} redirects elsewhere"),
        (502, "", b"", f"broken: The proxy at {PAGE} responds with 502"),
        (400, "", b"", f"broken: {PAGE} responds with 400"),
        (404, "", b"<html>", f"broken: {PAGE} doesn't lead to this installation"),
        (200, "", b"It works!", f"broken: {PAGE} doesn't lead to this installation"),
        (200, "", proxy.ProxyRequest(proxy.FORGED, True), "broken: Anyone can fake"),
        (200, "", proxy.ProxyRequest("127.0.0.1", False), "attention: The proxy does not pass on clients"),
        (200, "", proxy.ProxyRequest("198.51.100.7", True), "good: Reached through 1 trusted proxy"),
    ],
)
def test_the_answer_through_the_proxy_is_judged(
    settings: Settings, status: int, location: str, body: bytes | proxy.ProxyRequest, said: str
) -> None:
    settings.GOODWORD_BASE_URL, settings.GOODWORD_TRUSTED_PROXIES = PAGE, 1
    sent = json.dumps(asdict(body)).encode() if isinstance(body, proxy.ProxyRequest) else body
    one = proxy.judged(status, location, sent)
    assert f"{one.state}: {one.sentence}".startswith(said)
    assert one.remedy or one.state == "good"


@pytest.mark.programs
def test_a_missing_proxy_is_found_through_the_real_server(settings: Settings) -> None:
    server = Server(application, trusted_proxies=1)
    settings.GOODWORD_BASE_URL, settings.GOODWORD_TRUSTED_PROXIES = f"http://127.0.0.1:{server.port}", 1
    (one,) = proxy.proxy(clock.now())
    server.close()
    assert (one.state, one.sentence[:15]) == ("broken", "Anyone can fake")


def test_an_address_that_does_not_answer_needs_attention(settings: Settings) -> None:
    settings.GOODWORD_BASE_URL = "http://127.0.0.1:9"
    (one,) = proxy.proxy(clock.now())
    assert (one.state, one.sentence) == (
        "attention",
        "http://127.0.0.1:9 can't be reached from this machine.",
    )


def test_an_invalid_certificate_is_broken(settings: Settings, tmp_path: Path) -> None:
    with wires.serving(wires.answers(), certificate=wires.self_signed(tmp_path)) as wire:
        settings.GOODWORD_BASE_URL = f"https://127.0.0.1:{wire.port}"
        (one,) = proxy.proxy(clock.now())
    assert (one.state, one.sentence) == (
        "broken",
        f"The certificate of {settings.GOODWORD_BASE_URL} is not valid.",
    )


# --- running the checks ---------------------------------------------------------------------------------------


def test_a_failing_or_hanging_check_does_not_affect_the_others(caplog: pytest.LogCaptureFixture) -> None:
    never = threading.Event()

    def fails(now: Any) -> list[Any]:
        raise ValueError("secret")

    def hangs(now: Any) -> list[Any]:
        never.wait(60)
        return []

    found = run(
        [
            DoctorCheck("first", fails),
            DoctorCheck("second", hangs),
            DoctorCheck("third", lambda _: [good("third", "It ran.")]),
        ],
        now=clock.now,
        seconds=2,
    )
    never.set()
    assert [(finding.area, finding.state) for finding in found] == [
        ("first", "broken"),
        ("second", "broken"),
        ("third", "good"),
    ]
    assert "secret" not in found[0].sentence


def test_checks_of_the_database_are_skipped_without_one() -> None:
    asked: list[str] = []

    def look(now: Any) -> list[Any]:
        asked.append("")
        return []

    found = run(
        [
            DoctorCheck("database", lambda _: [broken("database", "It is away.", "Start it.")]),
            DoctorCheck("greenhouse", look, uses_database=True),
        ],
        now=clock.now,
    )
    assert [(finding.area, finding.state) for finding in found] == [
        ("database", "broken"),
        ("greenhouse", "attention"),
    ]
    assert not asked


def test_findings_are_printed_in_lines() -> None:
    found = [good("disk", "12.0 GB free."), attention("clock", "It is 20 seconds behind.", "Use NTP.")]
    assert in_lines(found).splitlines() == [
        "good       disk   12.0 GB free.",
        "attention  clock  It is 20 seconds behind.",
        "                  Use NTP.",
        "",
        "1 good, 1 attention, 0 broken",
    ]


@pytest.mark.parametrize(
    ("seconds", "said"), [(1, "1 second"), (119, "1 minute"), (-7200, "2 hours"), (86_400 * 3, "3 days")]
)
def test_durations(seconds: int, said: str) -> None:
    assert duration(timedelta(seconds=seconds)) == said


def test_sizes() -> None:
    assert [size(one) for one in (500, 2_340_000, 12_300_000_000, 2 * 10**12)] == [
        *("0 kB", "2.3 MB", "12.3 GB", "2.0 TB")
    ]


@pytest.mark.programs
@pytest.mark.django_db(transaction=True)
def test_doctor_prints_json_and_exits_with_1_if_something_is_broken(
    capsys: pytest.CaptureFixture[str], settings: Settings, live_server: LiveServer
) -> None:
    settings.GOODWORD_BASE_URL = live_server.url
    with dns_server({}) as server:
        settings.GOODWORD_DNS_SERVERS = [server]
        assert main(["doctor", "--json"]) == 1
    said = json.loads(capsys.readouterr().out)
    assert set(said) == {"version", "checked_at", "state", "findings"}
    assert said["state"] == "broken"
    states = {finding["area"]: finding["state"] for finding in said["findings"]}
    assert states["worker"] == "broken"
    assert states["greenhouse"] == states["proxy"] == states["database"] == "good"
    assert states["dns"] == "attention"
    assert all(finding["remedy"] for finding in said["findings"] if finding["state"] != "good")


@pytest.mark.programs
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("wrong", "found"), [({}, ("database", "good")), ({"GOODWORD_PORT": "eighty"}, ("settings", "broken"))]
)
def test_doctor_is_a_separate_program(wrong: dict[str, str], found: tuple[str, str]) -> None:
    done = subprocess.run(
        goodword("doctor", "--json"), env={**here(), **wrong}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1, done.stderr
    said = json.loads(done.stdout)
    assert found in {(finding["area"], finding["state"]) for finding in said["findings"]}


def test_doctor_continues_without_a_database(
    capsys: pytest.CaptureFixture[str], settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """This test has no database access."""
    monkeypatch.setattr("goodword.core.doctor.findings.checks", [])
    monkeypatch.setitem(settings.DATABASES["default"], "PORT", "1")
    settings.GOODWORD_BASE_URL = "http://127.0.0.1:9"
    assert main(["doctor"]) == 1
    out = capsys.readouterr().out
    assert "broken     database" in out
    assert "good       settings" in out
