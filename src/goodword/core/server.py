"""One web server process: waitress, with limits on who may hold how much of it, and an orderly end.

waitress reads whole requests in its one asynchronous thread before a worker thread sees them, so that slow senders
hold none of our threads. Who falls silent is cut off, and so is who sends a drop at a time (which waitress alone would
wait for without end); bodies that are too large are refused with 413. A browser shows what it is answered only once it
has sent everything, so that what people send to a page is read through before, and kept nowhere.
"""

import copy
import ipaddress
import logging
import re
import resource
import select
import socket
import time
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from waitress import wasyncore
from waitress.adjustments import Adjustments
from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser, ParsingError
from waitress.receiver import FixedStreamReceiver
from waitress.server import TcpWSGIServer
from waitress.task import ErrorTask, Task, ThreadedTaskDispatcher, WSGITask

from goodword.core.http import is_page, largest_body

if TYPE_CHECKING:
    from wsgiref.types import WSGIApplication

log = logging.getLogger(__name__)

THREADS = 8
#: who has sent nothing for so long in the middle of a request, or between two, is cut off
SILENT_SECONDS = 30
#: how long a request may take to arrive as a whole: 2 MiB at 200 kbit/s
ARRIVAL_SECONDS = 90
#: what is so many times too large is refused as its header arrives, whoever sends it
READ_THROUGH = 20
#: connections of a process, as far as it may open that many files
CONNECTIONS = 2_000
#: of these, connections from one address; where no proxy stands in front
PER_ADDRESS = 200
#: after SIGTERM, seconds for requests that are on their way; Docker kills after ten
DRAIN_SECONDS = 9
#: answered by threads of their own, so that they are quick while all others wait for the database
PROBES = ("/healthz", "/readyz")
_TRANSFER_ENCODING = re.compile(rb"(?im)^transfer-encoding[ \t]*:[ \t]*(.*?)[ \t]*\r?$")

#: whether the token of an upload's link is good: True; False for an unknown one, which is cut off at once; None for
#: one that has ended, whose holder may read so. May ask the database
UploadCheck = Callable[[str], bool | None]


def make_server(
    application: "WSGIApplication",
    listening: socket.socket,
    *,
    max_body: int,
    max_upload: int = 0,
    trusted_proxies: int = 0,
    silent_seconds: int = SILENT_SECONDS,
    arrival_seconds: float = ARRIVAL_SECONDS,
    may_upload: UploadCheck | None = None,
    connections: int | None = None,
    per_address: int = PER_ADDRESS,
) -> "Server":
    """A server on a bound socket; `run()` serves, `stop()` ends it.

    `max_body` and, for the address that takes files, `max_upload` in bytes; what may be larger may take longer, if
    `may_upload` knows the link. `per_address` counts where no trusted proxy stands in front: one's connections all
    come from the same address, and it has limits of its own (deploy/).
    """
    behind_proxies: dict[str, object] = {}
    if trusted_proxies:
        behind_proxies = {
            "trusted_proxy": "*",
            "trusted_proxy_count": trusted_proxies,
            "trusted_proxy_headers": "x-forwarded-for x-forwarded-proto",
        }
    adjustments = Adjustments(
        sockets=[listening],
        threads=THREADS,
        channel_timeout=silent_seconds,
        cleanup_interval=min(5, silent_seconds),
        connection_limit=1_000_000,  # Server has its own
        asyncore_use_poll=True,
        max_request_body_size=max_body + 1,
        ident="Goodword",
        clear_untrusted_proxy_headers=True,
        **behind_proxies,
    )
    server = Server(application, listening, adjustments)
    server.max_body, server.max_upload = max_body, max_upload
    server.arrival_seconds = arrival_seconds
    server.may_upload = may_upload
    server.connections = connections or _affordable()
    server.per_address = 0 if trusted_proxies else per_address
    return server


class Drain(FixedStreamReceiver):  # type: ignore[misc]  # the library has no types
    """A body of which nothing is kept."""

    remain: int

    def received(self, data: bytes) -> int:
        """Count and forget."""
        taken = min(self.remain, len(data))
        self.remain -= taken
        self.completed = not self.remain
        return taken


class Parser(HTTPRequestParser):  # type: ignore[misc]  # the library has no types
    """A request whose limit is that of its address."""

    adj: Any
    body_rcv: Any
    content_length: int
    path = ""
    #: bytes that its body may have; 0 until its header has arrived
    most = 0
    #: the first bytes of the request, known even if the rest cannot be read
    opening = b""
    #: whether its link was looked up, and what came of it
    asked = False
    known: bool | None = None

    def received(self, data: bytes) -> int:
        """Note the method first."""
        if not self.completed and len(self.opening) < len(b"HEAD "):
            self.opening = (self.opening + data[: self.adj.max_request_header_size]).lstrip()[: len(b"HEAD ")]
        return int(super().received(data))

    @property
    def is_head(self) -> bool:
        """Whether the answer must have no body."""
        return self.opening == b"HEAD "

    def parse_header(self, header_plus: bytes) -> None:
        """Refuse a body whose end is ambiguous; choose the limit once the path is known."""
        super().parse_header(header_plus)
        if encodings := _TRANSFER_ENCODING.findall(header_plus):
            # A proxy might see the end of the body elsewhere, and take the rest for somebody else's request.
            alone = "CONTENT_LENGTH" not in self.headers and self.version == "1.1"
            if not alone or [one.lower() for one in encodings] != [b"chunked"]:
                raise ParsingError("The end of the body is ambiguous")
        limits: Server = self.adj.server
        self.most = largest_body(self.path, max_body=limits.max_body, max_upload=limits.max_upload)
        self.adj = copy.copy(self.adj)
        # waitress refuses what reaches it, not what goes beyond
        self.adj.max_request_body_size = self.most + 1
        if self.most < self.content_length <= READ_THROUGH * self.most and is_page(self.path):
            self.adj.max_request_body_size = self.content_length + 1
            self.body_rcv = Drain(self.content_length, self.body_rcv.getbuf())


class Answer(Task):  # type: ignore[misc]  # the library has no types
    """An answer, which to HEAD is headers alone: waitress sends whatever body it is given, and the client would take
    that for the answer to its next request.
    """

    channel: Any
    chunked_response: bool

    def __init__(self, channel: "Channel", request: Any) -> None:
        super().__init__(channel, request)
        # after a failure `request` is an empty one, and the channel has the one that failed
        self.is_head = any(one.is_head for one in (*channel.requests[:1], request))

    def build_response_header(self) -> bytes:
        """A server that stops keeps no connection open."""
        if self.channel.server.stopping:
            self.set_close_on_finish()
        header = bytes(super().build_response_header())
        if self.is_head:
            self.chunked_response = False  # the last chunk would be a body
        return header

    def write(self, data: bytes) -> None:
        """Write the headers before the first chunk; write no body for HEAD."""
        super().write(b"" if self.is_head else data)


class ApplicationAnswer(Answer, WSGITask):  # type: ignore[misc]  # the library has no types
    """The application's answer."""

    def get_environment(self) -> dict[str, Any]:
        """Offer no way around `write` for HEAD."""
        environ: dict[str, Any] = super().get_environment()
        if self.is_head:
            environ.pop("wsgi.file_wrapper", None)
        return environ


class ErrorAnswer(Answer, ErrorTask):  # type: ignore[misc]  # the library has no types
    """The server's own answer to what it cannot read, or to what has failed."""


class Channel(HTTPChannel):  # type: ignore[misc]  # the library has no types
    """A connection whose requests have a time to arrive in."""

    parser_class = Parser
    task_class = ApplicationAnswer
    error_task_class = ErrorAnswer
    server: "Server"
    request: Any
    requests: list[Any]
    will_close: bool
    connected: bool
    last_activity: float
    timed: Any = None
    began = 0.0

    def __init__(self, server: "Server", sock: socket.socket, addr: Any, *more: Any, **named: Any) -> None:
        super().__init__(server, sock, addr, *more, **named)
        self.address = _network(addr[0])
        server.make_room_for(self)

    def received(self, data: bytes) -> bool:
        """Note when a request begins, and have an upload's link looked up once its header is there."""
        went_on = bool(super().received(data))
        request = self.request
        if request is not self.timed:
            self.timed, self.began = request, time.monotonic()
        if request is not None and request.most > self.server.max_body and not request.asked:
            request.asked = True
            self.server.look_up(request)
        return went_on

    def readable(self) -> bool:
        """Asked in every round of the server's loop."""
        if self.timed is not None and (
            time.monotonic() - self.began > self.patience()
            or (self.timed.asked and self.timed.known is False)
        ):
            self.will_close = True
        if self.will_close and not self.requests:
            # waitress waits until it can write, which who never reads would put off without end
            self.handle_close()
            return False
        return bool(super().readable())

    def writable(self) -> bool:
        """Asked after `readable`, which may have closed it."""
        return bool(self.connected and super().writable())

    def patience(self) -> float:
        """Seconds for the request that is arriving."""
        longer = self.timed.most / self.server.max_body if self.timed.known else 1
        return self.server.arrival_seconds * longer

    def is_idle(self) -> bool:
        """Nothing is arriving, being answered or going out."""
        return not (self.requests or self.request is not None or self.total_outbufs_len)

    def is_arriving(self) -> bool:
        """A request is arriving, of nobody who is known to be uploading a file."""
        return self.request is not None and not self.requests and not self.request.known

    def is_going_out(self) -> bool:
        """It is answered, and the answer is being fetched."""
        return not self.requests and self.request is None and bool(self.total_outbufs_len)


class Server(TcpWSGIServer):  # type: ignore[misc]  # the library has no types
    """Accepts connections up to its limits; after `stop()` it finishes what is on its way, and `run()` returns."""

    channel_class = Channel
    active_channels: dict[int, Channel]
    accepting: bool
    max_body = 0
    max_upload = 0
    arrival_seconds: float = ARRIVAL_SECONDS
    may_upload: UploadCheck | None = None
    connections = CONNECTIONS
    per_address = 0
    grace: float = DRAIN_SECONDS
    stopping = False

    def __init__(self, application: "WSGIApplication", listening: socket.socket, adj: Any) -> None:
        adj.server = self
        threads, self._probes, self._look_ups = (ThreadedTaskDispatcher() for _ in range(3))
        threads.set_thread_count(adj.threads)
        self._probes.set_thread_count(2)
        self._look_ups.set_thread_count(1)
        self._look_ups.queue_logger = logging.getLogger(f"{__name__}.look_ups")
        self._look_ups.queue_logger.setLevel(logging.ERROR)  # that they wait is for nobody's log
        sockinfo = (listening.family, listening.type, listening.proto, listening.getsockname())
        super().__init__(
            application,
            {},
            True,
            listening,
            dispatcher=threads,
            adj=adj,
            sockinfo=sockinfo,
            bind_socket=False,
        )

    def add_task(self, channel: Channel) -> None:
        """Hand a request that has arrived to a thread."""
        path = getattr(channel.requests[0], "path", "")
        (self._probes if path in PROBES else self.task_dispatcher).add_task(channel)

    def look_up(self, request: Parser) -> None:
        """Have the link of an upload looked up, in a thread: the loop waits for no database."""
        if self.may_upload is not None:
            self._look_ups.add_task(_LookUp(request, self.may_upload))

    def readable(self) -> bool:
        """Whether to accept: while there is room, or some can be made."""
        return bool(super().readable()) and (
            len(self.active_channels) < self.connections
            or self._spare(self.active_channels.values()) is not None
        )

    def make_room_for(self, new: Channel) -> None:
        """Let one connection go for each beyond a limit: the longest idle one, else the one that has sent its request,
        or fetched its answer, for the longest time.

        If all of the new one's address are being answered, it goes itself.
        """
        others = [one for one in self.active_channels.values() if one is not new and not one.will_close]
        if self.per_address:
            same = [one for one in others if one.address == new.address]
            if len(same) >= self.per_address:
                (self._spare(same) or new).will_close = True
                return
        if len(others) >= self.connections:
            (self._spare(others) or new).will_close = True

    def stop(self) -> None:
        """Accept nothing more, finish what is on its way. For any thread, and for signal handlers."""
        if not self.stopping:
            self.stopping = True
            self.pull_trigger()

    def run(self) -> None:
        """Serve until `stop()`, then finish within `grace` seconds."""
        while not self.stopping:
            self._turn(1.0)
        self._stop_accepting()
        began = time.monotonic()
        while self.active_channels and time.monotonic() - began < self.grace:
            fresh = time.monotonic() - began < min(1.0, self.grace)  # who has just connected may yet ask
            for channel in self.active_channels.values():
                if channel.is_idle() and not (fresh and channel.last_activity == channel.creation_time):
                    channel.will_close = True
            self._turn(0.1)
        if self.active_channels:
            log.warning("%s requests were cut off", len(self.active_channels))
        for dispatcher in (self._look_ups, self._probes, self.task_dispatcher):
            dispatcher.shutdown(timeout=0.2)
        for channel in list(
            self.active_channels.values()
        ):  # not the trigger: a thread that goes on still pulls it
            channel.handle_close()

    def _turn(self, seconds: float) -> None:
        wasyncore.loop(timeout=seconds, map=self._map, use_poll=self.adj.asyncore_use_poll, count=1)

    def _stop_accepting(self) -> None:
        """Take those whom the kernel has accepted already, then close the port."""
        before = -1
        while self.accepting and before != len(self.active_channels):
            before = len(self.active_channels)
            self.handle_accept()
        self.accepting = False
        self.del_channel()
        self.socket.close()

    @staticmethod
    def _spare(channels: Iterable[Channel]) -> Channel | None:
        idle = slow = None
        for one in channels:
            if one.will_close:
                continue
            if one.is_idle():
                if idle is None or one.last_activity < idle.last_activity:
                    idle = one
            elif (one.is_arriving() or one.is_going_out()) and (slow is None or one.began < slow.began):
                slow = one
        return idle or slow


class _LookUp:
    """A task that asks whether an upload's link is known."""

    def __init__(self, request: Parser, may_upload: UploadCheck) -> None:
        self._request, self._may_upload = request, may_upload

    def service(self) -> None:
        try:
            self._request.known = self._may_upload(self._request.path.split("/")[2])
        except Exception:  # the border: without a database the upload has the time of any request
            log.exception("The link of an upload could not be looked up")

    def cancel(self) -> None:
        """Needs nothing."""


def raise_file_limit() -> None:
    """Let this process open as many files as it may: each connection is one."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 3 * CONNECTIONS if hard == resource.RLIM_INFINITY else min(3 * CONNECTIONS, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def _affordable() -> int:
    """As many connections as there are files for, with a temporary one for each large body."""
    files = resource.getrlimit(resource.RLIMIT_NOFILE)[0] if hasattr(select, "poll") else 1_000
    return CONNECTIONS if files == resource.RLIM_INFINITY else min(CONNECTIONS, (files - 100) // 2)


def _network(address: str) -> str:
    """What counts as one address: of IPv6 a household's 64 bits."""
    try:
        given = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(given, ipaddress.IPv6Address):
        if given.ipv4_mapped:
            return str(given.ipv4_mapped)
        return str(ipaddress.ip_network((given, 64), strict=False))
    return address
