"""The child process that typesets and signs: its end, its death, its limits, its secrets."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest

from goodword.reports.pdf.render import render_pdf, template_inputs
from goodword.reports.pdf.snapshot import check_snapshot
from goodword.reports.pdf.text import Printer
from goodword.reports.pdf.typesetter import (
    SigningError,
    Typesetter,
    TypesetterFailed,
    TypesettingError,
    typesetter,
)
from goodword.reports.signing.signature import self_signed, sign

from .samples import assessment, reference_check

pytestmark = pytest.mark.programs

NOW = datetime(2026, 11, 24, 13, 5, tzinfo=UTC)
ROOT = Path(__file__).parents[3]
_PARENT = """
import os, signal, sys
from goodword.reports.pdf.typesetter import typesetter
typesetter.fonts()
print(typesetter.pid, flush=True)
signal.pause()
"""


@pytest.fixture
def own() -> Iterator[Typesetter]:
    one = Typesetter()
    yield one
    one.end()


def inputs(of: Typesetter) -> dict[str, str]:
    fonts = of.fonts()
    return template_inputs(check_snapshot(assessment()), Printer(fonts.coverage), fonts.families, None)


def running(pid: int | None) -> bool:
    """Whether it exists and isn't a zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def wait_until(reached: Callable[[], bool]) -> None:
    end = time.monotonic() + 60
    while not reached():
        assert time.monotonic() < end
        time.sleep(0.01)


def pid_of(one: Typesetter) -> int:
    assert one.pid is not None
    return one.pid


def test_a_report_is_made_although_the_process_is_killed_meanwhile(own: Typesetter) -> None:
    given = inputs(own)
    before, first = own.typeset(given, made_at=NOW), pid_of(own)
    os.kill(first, signal.SIGSTOP)
    with ThreadPoolExecutor(1) as thread:
        asked = thread.submit(own.typeset, given, made_at=NOW)
        time.sleep(0.05)
        assert not asked.done()
        os.kill(first, signal.SIGKILL)
        assert asked.result() == before
    assert pid_of(own) != first


def test_a_report_is_made_after_the_process_was_killed_while_idle(own: Typesetter) -> None:
    given = inputs(own)
    before, first = own.typeset(given, made_at=NOW), pid_of(own)
    os.kill(first, signal.SIGKILL)
    wait_until(lambda: not running(first))
    assert own.typeset(given, made_at=NOW) == before


def test_the_process_ends_with_its_parent() -> None:
    with subprocess.Popen([sys.executable, "-c", _PARENT], cwd=ROOT, stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        assert running(pid)
        parent.kill()
    wait_until(lambda: not running(pid))


def test_the_process_survives_a_request_to_stop_so_that_its_parent_can_finish(own: Typesetter) -> None:
    given, first = inputs(own), pid_of(own)
    os.kill(first, signal.SIGTERM)
    os.kill(first, signal.SIGINT)
    assert own.typeset(given, made_at=NOW).startswith(b"%PDF-")
    assert pid_of(own) == first


def test_threads_share_one_process_and_get_their_own_reports() -> None:
    snapshots = [reference_check(1, name=f"Ada {number}") for number in range(6)]
    alone = [render_pdf(snapshot).bytes for snapshot in snapshots]
    pid = typesetter.pid
    with ThreadPoolExecutor(6) as threads:
        assert [rendered_pdf.bytes for rendered_pdf in threads.map(render_pdf, snapshots)] == alone
    assert typesetter.pid == pid


def test_an_idle_process_ends_and_the_next_request_starts_another(own: Typesetter) -> None:
    given, one = inputs(own), Typesetter(idle_seconds=0.5)
    one.fonts()
    first = pid_of(one)
    wait_until(lambda: not Path(f"/proc/{first}").exists())
    assert one.typeset(given, made_at=NOW).startswith(b"%PDF-")
    one.end()


def test_a_request_that_takes_too_long_fails_and_the_next_does_not(own: Typesetter) -> None:
    one = Typesetter(most_seconds=0.001)
    with pytest.raises(TypesetterFailed, match="took more than 0 seconds"):
        one.fonts()
    assert one.pid is None
    assert own.fonts().families[0] == "Inter"


def test_a_request_that_takes_too_much_memory_fails_and_the_next_does_not() -> None:
    one = Typesetter(most_memory=200 * 1024**2)
    given = inputs(one)
    content = json.loads(given["content"]) | {"lead": "a" + "\u0301" * 20_000}
    with pytest.raises(TypesetterFailed, match="was ended by signal 6"):
        one.typeset(given | {"content": json.dumps(content)}, made_at=NOW)
    assert one.typeset(given, made_at=NOW).startswith(b"%PDF-")
    one.end()


def test_a_lower_memory_limit_of_the_service_stays() -> None:
    program = (
        "import os, resource\n"
        "out = os.dup(1)\n"
        "resource.setrlimit(resource.RLIMIT_DATA, (2**30, 2**30))\n"
        "from goodword.reports.pdf.typesetting import main\n"
        "main(60.0, 2**31)\n"
        "os.write(out, str(resource.getrlimit(resource.RLIMIT_DATA)).encode())"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], stdin=subprocess.DEVNULL, capture_output=True, text=True, check=True
    )
    assert done.stdout == f"({2**30}, {2**30})"


def test_an_error_of_typst_does_not_end_the_process(own: Typesetter) -> None:
    given, first = inputs(own), own.pid
    with pytest.raises(TypesettingError):
        own.typeset(given | {"content": "{}"}, made_at=NOW)
    assert not own.can_draw(data="<svg", form="svg")
    with pytest.raises(SigningError):
        own.sign(b"no PDF", certificate=b"", chain=[], key=b"", now=NOW)
    assert own.typeset(given, made_at=NOW).startswith(b"%PDF-")
    assert own.pid == first


def test_a_process_that_cannot_be_started_is_an_error(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    with pytest.raises(TypesetterFailed, match="can't be started: No such file or directory"):
        Typesetter().fonts()
    monkeypatch.setattr(sys, "executable", "/bin/false")
    with pytest.raises(TypesetterFailed, match="ended with status 1"):
        Typesetter().fonts()


def test_keys_and_settings_are_neither_in_its_arguments_nor_in_its_environment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("GOODWORD_FIELD_KEYS", "secret")
    monkeypatch.setenv("DATABASE_URL", "postgresql://goodword:secret@localhost/goodword")
    typesetter.end()
    identity = self_signed(host="hr.example.com", now=NOW)
    sign(render_pdf(assessment()).bytes, identity, now=NOW)
    folder = Path(f"/proc/{typesetter.pid}")
    seen = (folder / "cmdline").read_bytes() + (folder / "environ").read_bytes()
    assert b"goodword.reports.pdf.typesetting" in seen
    assert b"secret" not in seen
    assert b"PRIVATE" not in seen
