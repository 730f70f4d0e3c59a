"""`goodword serve` as a program: its processes shut down together and free the port."""

import http.client
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import psycopg
import pytest
from django.db import connection

from goodword.core import web_processes
from goodword.core.environment import SettingError
from goodword.core.supervise import PortInUse, goodword
from tests.core.test_killed_worker import here, until
from tests.support.ports import free_port
from tests.torture import programs

pytestmark = [pytest.mark.programs, pytest.mark.django_db(transaction=True)]


_LOOKING_MORE_OFTEN = """
import sys
from goodword.cli import main
from goodword.core import web_processes
web_processes.LOOK_SECONDS = float(sys.argv[1])
sys.exit(main(sys.argv[2:]))
"""


class Program:
    """`goodword serve` on a free port, answering."""

    def __init__(
        self, processes: int, *, look_seconds: float = web_processes.LOOK_SECONDS, **env: str
    ) -> None:
        self.port = free_port()
        command = goodword("serve", "--processes", str(processes), "--port", str(self.port))
        if look_seconds != web_processes.LOOK_SECONDS:
            command = [sys.executable, "-c", _LOOKING_MORE_OFTEN, str(look_seconds), *command[3:]]
        self.running = subprocess.Popen(command, env={**here(), **env})
        try:
            while self.ask("/healthz") != 200:
                assert self.running.poll() is None
                time.sleep(0.05)
        except BaseException:
            self.end()
            raise

    def ask(self, path: str, *, body: bytes | None = None) -> int:
        """The status of a response; 0 without a connection."""
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            line.request("GET" if body is None else "POST", path, body, {"Host": "localhost"})
            return line.getresponse().status
        except ConnectionError:
            return 0
        finally:
            line.close()

    def page(self, path: str) -> tuple[int, str]:
        """Returns the status and text of a page."""
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            line.request("GET", path, headers={"Host": "localhost"})
            response = line.getresponse()
            return response.status, response.read().decode()
        finally:
            line.close()

    def children(self) -> list[int]:
        """The serving processes."""
        pid = self.running.pid
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]

    def is_free(self) -> bool:
        """Whether another program could listen on the port."""
        try:
            web_processes.bind("127.0.0.1", self.port).close()
        except PortInUse:
            return False
        return True

    def end(self) -> None:
        if self.running.poll() is None:
            self.running.kill()
        self.running.wait()


@pytest.fixture
def two() -> Iterator[Program]:
    program = Program(2)
    yield program
    program.end()


def has_ended(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except FileNotFoundError:
        return True


def test_children_exit_when_their_parent_is_killed_and_free_the_port(two: Program) -> None:
    children = two.children()
    assert len(children) == 2
    two.running.kill()
    began = time.monotonic()
    until(lambda: all(has_ended(child) for child in children))
    assert time.monotonic() - began < 20
    assert two.is_free()


@pytest.mark.parametrize("processes", [1, 2])
def test_sigterm_finishes_the_request_in_progress(processes: int) -> None:
    program = Program(processes)
    try:
        with psycopg.connect(here()["DATABASE_URL"]) as other, ThreadPoolExecutor() as pool:
            other.execute("LOCK TABLE greenhouse_connection")  # makes a delivery wait
            answer = pool.submit(program.ask, "/hooks/greenhouse/nobodys-key-in-particular/", body=b"{}")
            with psycopg.connect(here()["DATABASE_URL"], autocommit=True) as looker:
                # for this test's lock: other processes' tests use the same server
                waiting = "SELECT 1 FROM pg_locks WHERE NOT granted AND %s = ANY(pg_blocking_pids(pid))"
                mine = [other.info.backend_pid]
                until(lambda: looker.execute(waiting, mine).fetchone() is not None)
            program.running.terminate()
            until(program.is_free)
            assert program.running.poll() is None
            assert not answer.done()
            other.rollback()
            assert answer.result(60) == 404
        assert program.running.wait(60) == 0
    finally:
        program.end()


def test_a_dead_process_is_replaced(two: Program) -> None:
    before = two.children()
    os.kill(before[0], signal.SIGKILL)
    until(lambda: len(two.children()) == 2 and before[0] not in two.children())
    assert two.ask("/healthz") == 200


def test_a_hung_process_is_replaced() -> None:
    program = Program(2, look_seconds=0.6)
    try:
        hung, other = program.children()
        until(lambda: _has_started(hung))
        os.kill(hung, signal.SIGSTOP)
        until(lambda: len(program.children()) == 2 and hung not in program.children())
        assert other in program.children()
        assert program.ask("/healthz") == 200
    finally:
        program.end()


def _has_started(pid: int) -> bool:
    """Whether its loop runs: it creates its threads just before."""
    if len(list(Path(f"/proc/{pid}/task").iterdir())) < 4:
        return False
    time.sleep(1)
    return True


def test_a_process_is_hung_once_its_loop_stood_still_at_twelve_looks() -> None:
    rounds = web_processes.Rounds(2)
    assert [rounds.is_hung(0) for _ in range(20)] == [False] * 20  # it has not started yet
    rounds.count(0)
    assert [rounds.is_hung(0) for _ in range(13)] == [False] * 12 + [True]
    rounds.count(0)
    assert not rounds.is_hung(0)
    rounds.start(0)
    assert [rounds.is_hung(0) for _ in range(20)] == [False] * 20


def test_sigterm_ends_a_server_whose_processes_keep_dying(two: Program) -> None:
    for child in two.children():
        os.kill(child, signal.SIGKILL)
    two.running.terminate()
    assert two.running.wait(60) == 0
    assert two.is_free()


def test_processes_share_no_database_connection() -> None:
    """With production's pool: connections opened before the fork must not be used."""
    program = Program(2, GOODWORD_ENV="demo")
    try:
        with ThreadPoolExecutor(16) as pool:
            answers = list(pool.map(lambda _: program.ask("/p/nobodys-link-in-particular/"), range(80)))
        assert answers == [404] * 80
        pids = [program.running.pid, *program.children()]
        sockets = [set(_sockets(pid)) for pid in pids]
        assert len(sockets) == 3
        shared = set.union(*(one & other for one in sockets for other in sockets if one is not other))
        assert len(shared) == 1  # the listening socket
    finally:
        program.running.terminate()
        program.end()


def _sockets(pid: int) -> Iterator[str]:
    for link in Path(f"/proc/{pid}/fd").iterdir():
        try:
            target = str(link.readlink())
        except FileNotFoundError:
            continue
        if target.startswith("socket:"):
            yield target


def test_a_slow_query_is_cancelled_and_the_page_says_what_to_do() -> None:
    """With production's connection pool. Jobs and commands have no such limit."""
    program = Program(1, GOODWORD_ENV="demo", GOODWORD_STATEMENT_SECONDS="1")
    address = "/p/nobodys-link-in-particular/"
    try:
        with psycopg.connect(here()["DATABASE_URL"]) as other:
            other.execute("LOCK TABLE notifications_link")  # makes the page wait
            status, text = program.page(address)
            assert (
                status,
                "The page took too long to load. Try again" in text,
                "choose a filter" in text,
            ) == (
                503,
                True,
                False,
            )
            assert re.search(r">\d{4}-\d{4}<", text)
            other.rollback()
        assert program.ask(address) == 404
        timeout = "SELECT current_setting('statement_timeout')"
        with connection.cursor() as cursor:
            cursor.execute(timeout)
            assert cursor.fetchone() == ("0",)
    finally:
        program.running.terminate()
        program.end()


def test_idle_connections_beyond_the_limit_block_nobody() -> None:
    program = Program(1)
    lines: list[socket.socket] = []
    try:
        lines.extend(socket.create_connection(("127.0.0.1", program.port), timeout=10) for _ in range(1_100))
        began = time.monotonic()
        assert program.ask("/accounts/login/") == 200
        assert time.monotonic() - began < 20  # milliseconds on an idle machine
    finally:
        for line in lines:
            line.close()
        program.running.terminate()
        assert program.running.wait(60) == 0


def test_a_socket_of_systemd_is_served_and_keeps_connections_during_a_restart() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
        served = hand_over(listening)
        try:
            assert answer(port) == 200
            served.terminate()
            served.wait()
            with ThreadPoolExecutor(1) as visitor:
                asked = visitor.submit(answer, port)
                served = hand_over(listening)
                assert asked.result() == 200
        finally:
            served.kill()
            served.wait()


def test_several_sockets_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LISTEN_PID", str(os.getpid()))
    monkeypatch.setenv("LISTEN_FDS", "2")
    with pytest.raises(SettingError, match="a single address"):
        web_processes.handed_over()


def test_a_socket_for_another_process_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LISTEN_PID", str(os.getppid()))
    monkeypatch.setenv("LISTEN_FDS", "1")
    assert web_processes.handed_over() is None


def hand_over(listening: socket.socket) -> "subprocess.Popen[bytes]":
    served = programs.Program(
        "web", goodword("serve", "--processes", "2"), here(), Path(os.devnull), listening=listening
    )
    served.start()
    assert served.process is not None
    return served.process


def answer(port: int) -> int:
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=60)) as line:
        line.request("GET", "/healthz", headers={"Host": "localhost"})
        return line.getresponse().status
