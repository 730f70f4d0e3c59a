"""Programs notify systemd that they are ready and alive, and use memory with care."""

import gc
import resource
import signal
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from goodword.core.process import Notifier, in_one_piece, set_up
from goodword.core.supervise import goodword
from tests.core.test_killed_worker import here
from tests.support.ports import free_port

ALIVE = b"READY=1\nWATCHDOG=1"


@pytest.fixture
def listening(tmp_path: Path) -> Iterator[tuple[str, socket.socket]]:
    """A socket in place of systemd's, with its path."""
    path = tmp_path / "notify"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as messages:
        messages.bind(str(path))
        messages.settimeout(60)
        yield str(path), messages


@pytest.mark.programs
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("command", [["serve", "--port", "0"], ["worker"]], ids=lambda command: command[0])
def test_a_program_reports_again_and_again(command: list[str], listening: tuple[str, socket.socket]) -> None:
    path, messages = listening
    port = str(free_port())
    running = subprocess.Popen(
        goodword(*[port if word == "0" else word for word in command]),
        env=here() | {"NOTIFY_SOCKET": path, "WATCHDOG_USEC": "300000"},
    )
    try:
        assert [messages.recv(100) for _ in range(3)] == [ALIVE] * 3
    finally:
        running.send_signal(signal.SIGTERM)
        assert running.wait(60) == 0


def test_without_a_watchdog_it_reports_once(listening: tuple[str, socket.socket]) -> None:
    path, messages = listening
    notifier = Notifier({"NOTIFY_SOCKET": path})
    notifier.alive()
    notifier.alive()
    messages.setblocking(False)
    assert messages.recv(100) == ALIVE
    with pytest.raises(BlockingIOError):
        messages.recv(100)


def test_a_socket_that_nobody_listens_to_does_not_end_the_program(tmp_path: Path) -> None:
    notifier = Notifier({"NOTIFY_SOCKET": str(tmp_path / "notify")})
    notifier.alive()
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as messages:
        messages.bind(str(tmp_path / "notify"))
        messages.setblocking(False)
        notifier._next = 0.0  # a second later
        notifier.alive()
        assert messages.recv(100) == ALIVE


def test_without_systemd_nothing_happens() -> None:
    notifier = Notifier({})
    notifier.alive()
    assert not notifier.is_wanted


CALLS = 200


def deeper(levels: int) -> int:
    return deeper(levels - 1) if levels else 0


def faults(depth: int) -> int:
    """The number of page faults in a loop of `CALLS` calls at this depth."""
    if depth:
        return faults(depth - 1)
    before = resource.getrusage(resource.RUSAGE_THREAD).ru_minflt
    for _ in range(CALLS):
        deeper(3)
    return resource.getrusage(resource.RUSAGE_THREAD).ru_minflt - before


def test_at_no_depth_does_each_call_allocate_a_chunk_of_stack() -> None:
    @in_one_piece
    def worst(depths: int) -> int:
        return max(faults(depth) for depth in range(depths))

    assert worst(300) < CALLS / 2


def test_arguments_results_and_errors_pass_through() -> None:
    @in_one_piece
    def divided(number: int, *, by: int) -> float:
        return number / by

    assert divided(3, by=2) == 1.5
    assert divided.__name__ == "divided"
    with pytest.raises(ZeroDivisionError):
        divided(3, by=0)


def test_garbage_is_collected_once_a_program_has_started() -> None:
    gc.disable()
    set_up()
    assert gc.isenabled()
