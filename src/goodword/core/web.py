"""The web server: waitress, several processes on one socket.

waitress reads whole requests in its one asynchronous thread before a worker thread sees them, so that slow
senders hold none of our threads. Who falls silent is cut off, and so is who sends a drop at a time (which
waitress alone would wait for without end); bodies that are too large are refused with 413. A browser shows what it is
answered only once it has sent everything, so that what people send to a page is read through before, and kept nowhere.
"""

import copy
import os
import signal
import socket
import sys
import time
import traceback
from types import FrameType
from typing import TYPE_CHECKING, Any

from goodword.core import environment
from goodword.core.http import is_page, largest_body
from goodword.core.supervise import PortInUse

if TYPE_CHECKING:
    from wsgiref.types import WSGIApplication

THREADS = 8
#: how a program ends whose settings are wrong: starting it again does not help
WRONG_SETTING = 2
#: who has sent nothing for so long in the middle of a request, or between two, is cut off
SILENT_SECONDS = 30
#: how long a request may take to arrive as a whole: 2 MiB at 200 kbit/s
ARRIVAL_SECONDS = 90
#: what is so many times too large is refused as its header arrives, whoever sends it
READ_THROUGH = 20


def serve(*, host: str = "127.0.0.1", port: int | None = None, processes: int = 1) -> int:
    """Serve until a signal. With several processes this one holds the socket and watches over the others."""
    chosen = port or environment.port("GOODWORD_PORT", 8000)
    listening = bind(host, chosen)
    if processes <= 1:
        _run(listening)
        return 0
    return _watch(listening, processes)


def bind(host: str, port: int) -> socket.socket:
    """A bound socket. Raises PortInUse with what to do."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
    except OSError as error:
        listening.close()
        raise PortInUse(port) from error
    listening.listen(1024)
    return listening


def make_server(
    application: "WSGIApplication",
    listening: socket.socket,
    *,
    max_body: int,
    max_upload: int = 0,
    trusted_proxies: int = 0,
    silent_seconds: int = SILENT_SECONDS,
    arrival_seconds: float = ARRIVAL_SECONDS,
) -> Any:
    """A waitress server on a bound socket; `run()` serves, `close()` ends it.

    `max_body` and, for the address that takes files, `max_upload` in bytes; what may be larger may take longer.
    """
    import waitress
    from waitress.channel import HTTPChannel
    from waitress.parser import HTTPRequestParser
    from waitress.receiver import FixedStreamReceiver

    class Drain(FixedStreamReceiver):  # type: ignore[misc]  # the library has no types
        """A body of which nothing is kept."""

        remain: int

        def received(self, data: bytes) -> int:
            taken = min(self.remain, len(data))
            self.remain -= taken
            self.completed = not self.remain
            return taken

    class Parser(HTTPRequestParser):  # type: ignore[misc]  # the library has no types
        """A request whose limit is that of its address."""

        adj: Any
        body_rcv: Any
        content_length: int
        most = max_body

        def parse_header(self, header_plus: bytes) -> None:
            super().parse_header(header_plus)
            self.most = largest_body(self.path, max_body=max_body, max_upload=max_upload)
            self.adj = copy.copy(self.adj)
            # waitress refuses what reaches it, not what goes beyond
            self.adj.max_request_body_size = self.most + 1
            if self.most < self.content_length <= READ_THROUGH * self.most and is_page(self.path):
                self.adj.max_request_body_size = self.content_length + 1
                self.body_rcv = Drain(self.content_length, self.body_rcv.getbuf())

    class Channel(HTTPChannel):  # type: ignore[misc]  # the library has no types
        """A connection whose requests have a time to arrive in."""

        parser_class = Parser
        timed: object = None
        began = 0.0

        def received(self, data: bytes) -> bool:
            went_on = bool(super().received(data))
            if self.request is not self.timed:
                self.timed, self.began = self.request, time.monotonic()
            return went_on

        def readable(self) -> bool:  # asked in every round of the server's loop
            if self.timed is not None and time.monotonic() - self.began > self.patience():
                self.will_close = True
            return bool(super().readable())

        def patience(self) -> float:
            """Seconds for the request that is arriving."""
            return arrival_seconds * max(1.0, getattr(self.timed, "most", max_body) / max_body)

    behind_proxies: dict[str, object] = {}
    if trusted_proxies:
        behind_proxies = {
            "trusted_proxy": "*",
            "trusted_proxy_count": trusted_proxies,
            "trusted_proxy_headers": "x-forwarded-for x-forwarded-proto",
        }
    server = waitress.create_server(
        application,
        sockets=[listening],
        threads=THREADS,
        channel_timeout=silent_seconds,
        cleanup_interval=min(5, silent_seconds),
        connection_limit=1000,
        max_request_body_size=max_body + 1,
        ident="Goodword",
        clear_untrusted_proxy_headers=True,
        **behind_proxies,
    )
    server.channel_class = Channel
    return server


def _run(listening: socket.socket) -> None:
    from django.conf import settings
    from django.core.wsgi import get_wsgi_application

    application = get_wsgi_application()
    from goodword.core import field_keys  # has models: needs the line above

    field_keys.check_at_start()
    signal.signal(signal.SIGTERM, _leave)
    server = make_server(
        application,
        listening,
        max_body=settings.GOODWORD_MAX_BODY,
        max_upload=settings.GOODWORD_MAX_UPLOAD,
        trusted_proxies=settings.GOODWORD_TRUSTED_PROXIES,
    )
    server.run()


def _watch(listening: socket.socket, processes: int) -> int:
    children: set[int] = set()
    signal.signal(signal.SIGTERM, _leave)
    try:
        while True:
            while len(children) < processes:
                children.add(_child(listening))
            pid, status = os.wait()
            children.discard(pid)
            if os.waitstatus_to_exitcode(status) == WRONG_SETTING:
                return WRONG_SETTING
            time.sleep(0.5)  # a process that dies at once is not started in a tight loop
    except (SystemExit, KeyboardInterrupt):
        return 0
    finally:
        for pid in children:
            os.kill(pid, signal.SIGTERM)
        for pid in children:
            os.waitpid(pid, 0)


def _child(listening: socket.socket) -> int:
    pid = os.fork()
    if pid:
        return pid
    try:
        _run(listening)
    except (SystemExit, KeyboardInterrupt):
        os._exit(0)
    except environment.SettingError as error:
        print(f"goodword: {error}", file=sys.stderr, flush=True)
        os._exit(WRONG_SETTING)
    except Exception:  # noqa: BLE001 - the end of this process: whatever it was, it is said before
        traceback.print_exc()
    os._exit(1)


def _leave(number: int, frame: FrameType | None) -> None:  # noqa: ARG001 - a signal handler's signature
    sys.exit(0)
