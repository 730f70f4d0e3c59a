"""The web server's processes, which share one socket and shut down together. Each runs core.waitress_server."""

import ctypes
import errno
import logging
import mmap
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Final

from goodword.core import environment
from goodword.core.database import disconnect
from goodword.core.notices import say
from goodword.core.process import freeze
from goodword.core.supervise import PortInUse

if TYPE_CHECKING:
    from wsgiref.types import WSGIApplication

    from goodword.core.waitress_server import Server

#: exit status for wrong settings, which a restart can't fix
WRONG_SETTING = 2
#: seconds until a stopping child is killed; more than DRAIN_SECONDS of core.waitress_server
CHILD_SECONDS = 11
_END: Final = {signal.SIGTERM, signal.SIGINT}
#: prctl(2): the signal that a process gets when its parent exits
PR_SET_PDEATHSIG = 1
LISTEN_FDS_START = 3
#: seconds between checks of the children; a child that stood still at this many checks in a row is killed
LOOK_SECONDS, STANDSTILLS = 5.0, 12

log = logging.getLogger(__name__)


def serve(*, host: str = "127.0.0.1", port: int | None = None, processes: int = 1) -> int:
    """Serve until a signal, then finish requests in progress. With several processes, it supervises the others."""
    from django.conf import settings

    from goodword.core import metrics

    limit_statements(settings.GOODWORD_STATEMENT_SECONDS)
    chosen = port or environment.port("GOODWORD_PORT", 8000)
    listening = handed_over() or bind(host, chosen)
    if processes <= 1:
        _run(listening)
        return 0
    with metrics.shared_by_processes():
        return _watch(listening, processes)


def limit_statements(seconds: int) -> None:
    """Limit the duration of SQL statements in this process and its children; 0 for no limit. Jobs have none."""
    from django.db import connections

    if seconds:
        options = connections.settings["default"]["OPTIONS"]
        options["options"] = f"{options.get('options', '')} -c statement_timeout={seconds}s".strip()
        disconnect()


def handed_over() -> socket.socket | None:
    """The socket passed by systemd (sd_listen_fds(3)), or None. It stays open while this program restarts, so
    connections wait instead of being refused. Raises SettingError for several sockets."""
    pid, number = os.environ.pop("LISTEN_PID", ""), os.environ.pop("LISTEN_FDS", "")
    if pid != str(os.getpid()) or number == "0":
        return None
    if number != "1":
        raise environment.SettingError(
            f"systemd passed {number} sockets: the socket unit must listen on a single address."
        )
    return socket.socket(fileno=LISTEN_FDS_START)


def bind(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
    except OSError as error:
        listening.close()
        if error.errno == errno.EADDRINUSE:
            raise PortInUse(port) from error
        raise environment.SettingError(
            f"The web server can't listen on {host}, port {port}: {error.strerror}. Name an address of this machine "
            "with --host, and a port that this user may use."
        ) from error
    listening.listen(1024)
    return listening


class _Process:
    def __init__(self) -> None:
        self.server: Server | None = None

    def end(self, *_: object) -> None:
        """Stop serving. Callable from any thread and signal handler. Idempotent: Ctrl-C in a terminal arrives twice."""
        if self.server is None:
            os._exit(0)
        self.server.stop()


def _run(
    listening: socket.socket, process: _Process | None = None, turned: Callable[[], None] | None = None
) -> None:
    """Serve on the socket until SIGTERM or SIGINT; `turned` is called at least once a second. Raises SettingError."""
    process = process or _Process()
    for number in _END:
        signal.signal(number, process.end)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, _END)
    application = _load()
    from goodword.core import telemetry

    telemetry.start("web")
    from django.conf import settings
    from django.utils.module_loading import import_string

    from goodword.core.waitress_server import make_server, raise_file_limit

    raise_file_limit()
    process.server = make_server(
        application,
        listening,
        max_body=settings.GOODWORD_MAX_BODY,
        max_upload=settings.GOODWORD_MAX_UPLOAD,
        max_report=settings.GOODWORD_MAX_REPORT,
        max_people_file=settings.GOODWORD_MAX_PEOPLE_FILE,
        trusted_proxies=settings.GOODWORD_TRUSTED_PROXIES,
        may_upload=import_string(settings.GOODWORD_MAY_UPLOAD),
        intake=import_string(settings.GOODWORD_INTAKE)(),
    )
    process.server.run(turned)
    telemetry.end()


def _load() -> "WSGIApplication":
    """Check the field keys, import all pages and build missing static files. Raises SettingError."""
    from goodword.core import wsgi

    application = wsgi.application()
    from goodword.core import crypto, middleware
    from goodword.core.doctor import database

    crypto.check_field_keys_at_start()
    database.known_migrations()
    load_pages()
    middleware.build_static_files()
    freeze()
    return application


def load_pages() -> None:
    from django.conf import settings
    from django.urls import reverse
    from django.utils import translation

    for language in (settings.LANGUAGE_CODE, *dict(settings.LANGUAGES)):
        with translation.override(language):
            reverse("ready")


class Rounds:
    """Counts the rounds of each child's loop, in memory shared with the children."""

    def __init__(self, children: int) -> None:
        self._counts = memoryview(mmap.mmap(-1, 8 * children)).cast("Q")
        self._seen = [0] * children
        self._standstills = [0] * children

    def start(self, place: int) -> None:
        self._counts[place] = self._seen[place] = self._standstills[place] = 0

    def count(self, place: int) -> None:
        self._counts[place] += 1

    def is_hung(self, place: int) -> bool:
        """Whether the child stood still at each of the last checks, including this one. Checks are counted instead of
        time, since this process may have been paused too, along with its virtual machine. A child that is starting
        isn't hung."""
        count = self._counts[place]
        standstill = 0 < count == self._seen[place]
        self._seen[place] = count
        self._standstills[place] = self._standstills[place] + 1 if standstill else 0
        return self._standstills[place] >= STANDSTILLS


def _watch(listening: socket.socket, processes: int) -> int:
    from goodword.core import metrics

    # Waited for instead of handled: an exception raised by a handler during a fork would be lost.
    signal.signal(signal.SIGCHLD, lambda *_: None)  # some systems never queue an ignored signal
    awaited = {*_END, signal.SIGCHLD, signal.SIGALRM}
    signal.pthread_sigmask(signal.SIG_BLOCK, awaited)
    _load()
    disconnect()
    children: dict[int, int] = {}  # position in `rounds` by process id
    rounds = Rounds(processes)
    read_end, write_end = os.pipe()  # never written to; it closes when we exit
    signal.setitimer(signal.ITIMER_REAL, LOOK_SECONDS, LOOK_SECONDS)
    try:
        while True:
            for place in set(range(processes)) - set(children.values()):
                rounds.start(place)
                children[_child(listening, read_end, write_end, partial(rounds.count, place))] = place
            received = signal.sigwait(awaited)
            if received in _END:
                return 0
            if received == signal.SIGALRM:
                for pid, place in children.items():
                    if rounds.is_hung(place):
                        log.error("Process %s is hanging and will be killed", pid)
                        os.kill(pid, signal.SIGKILL)
                continue
            for pid in list(children):
                ended, status = os.waitpid(pid, os.WNOHANG)
                if ended:
                    del children[pid]
                    metrics.forget_process(pid)
                    if os.waitstatus_to_exitcode(status) == WRONG_SETTING:
                        return WRONG_SETTING
            time.sleep(0.5)  # don't restart a dying process in a tight loop
    finally:
        listening.close()
        _end(set(children))


def _end(children: set[int]) -> None:
    for pid in children:
        os.kill(pid, signal.SIGTERM)
    began = time.monotonic()
    while children:
        late = time.monotonic() - began > CHILD_SECONDS
        for pid in list(children):
            if late:
                os.kill(pid, signal.SIGKILL)
            if os.waitpid(pid, 0 if late else os.WNOHANG)[0]:
                children.discard(pid)
        time.sleep(0.05)


def _child(listening: socket.socket, read_end: int, write_end: int, turned: Callable[[], None]) -> int:
    parent = os.getpid()
    pid = os.fork()
    if pid:
        return pid
    process = _Process()
    try:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGCHLD})
        os.close(write_end)
        _end_with(parent, read_end, process.end)
        _run(listening, process, turned)
    except environment.SettingError as error:
        say(str(error), level="CRITICAL")
        os._exit(WRONG_SETTING)
    except BaseException:
        log.critical("This process exits after an unexpected error", exc_info=True)
        os._exit(1)
    os._exit(0)


def _end_with(parent: int, read_end: int, end: Callable[[], None]) -> None:
    """Call `end` when the parent exits: a pipe closes or, on Linux, a signal arrives, which needs no thread."""

    def watch() -> None:
        os.read(read_end, 1)
        end()

    threading.Thread(target=watch, name="parent", daemon=True).start()
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:
            end()
