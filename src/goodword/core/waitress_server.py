"""One web server process: waitress with connection limits, timeouts and a graceful shutdown.

waitress reads whole requests in one thread, so slow clients block no worker thread; here they are also cut off.
Browsers show a response only after they have sent the whole request, so an oversized body is read and discarded first.
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

from goodword.core.group_commit import Committer, Intake, StoredResponse
from goodword.core.middleware import is_page, is_upload, largest_body
from goodword.core.process import Notifier

if TYPE_CHECKING:
    from wsgiref.types import WSGIApplication

log = logging.getLogger(__name__)

THREADS = 8
#: seconds without data, within or between requests, after which a client is cut off
SILENT_SECONDS = 30
#: seconds for a whole request to arrive: 2 MiB at 200 kbit/s
ARRIVAL_SECONDS = 90
#: a body this many times over the limit is refused once its header has arrived
READ_THROUGH = 20
#: per process, if the limit of open files allows it
CONNECTIONS = 2_000
#: connections from one address, if there is no proxy in front
PER_ADDRESS = 200
#: seconds for requests in progress after SIGTERM; Docker kills after ten
DRAIN_SECONDS = 9
#: separate threads respond to these, so they stay quick while all others wait for the database
PROBES = ("/healthz", "/readyz")
_TRANSFER_ENCODING = re.compile(rb"(?im)^transfer-encoding[ \t]*:(.*)$")

#: Checks the token in an upload's link: True if valid, False if unknown (cut off), None if expired (a page says so). It
#: may query the database.
UploadCheck = Callable[[str], bool | None]


def make_server(
    application: "WSGIApplication",
    listening: socket.socket,
    *,
    max_body: int,
    max_upload: int = 0,
    max_report: int = 0,
    max_people_file: int = 0,
    trusted_proxies: int = 0,
    silent_seconds: int = SILENT_SECONDS,
    arrival_seconds: float = ARRIVAL_SECONDS,
    may_upload: UploadCheck | None = None,
    intake: Intake | None = None,
    connections: int | None = None,
    per_address: int = PER_ADDRESS,
) -> "Server":
    """Create a server on a bound socket. `run()` serves, `stop()` ends it. Call this after any fork, since it starts
    threads.

    `max_body`, `max_upload`, `max_report`, `max_people_file`: bytes. Uploads may take longer if `may_upload` knows the
    link. Requests that `intake` takes are stored in groups. `per_address` applies only without a trusted proxy, since
    all connections from a proxy have one address.
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
        connection_limit=1_000_000,  # Server enforces its own
        asyncore_use_poll=True,
        max_request_body_size=max_body + 1,
        ident="Goodword",
        clear_untrusted_proxy_headers=True,
        **behind_proxies,
    )
    server = Server(application, listening, adjustments)
    server.max_body, server.max_upload = max_body, max_upload
    server.max_report, server.max_people_file = max_report, max_people_file
    server.arrival_seconds = arrival_seconds
    server.may_upload = may_upload
    server.connections = connections or _affordable()
    server.per_address = 0 if trusted_proxies else per_address
    if intake is not None:
        server.committer = Committer(intake, to_view=server.task_dispatcher.add_task)
    return server


class Drain(FixedStreamReceiver):  # type: ignore[misc]  # the library has no types
    remain: int

    def received(self, data: bytes) -> int:
        taken = min(self.remain, len(data))
        self.remain -= taken
        self.completed = not self.remain
        return taken


class Parser(HTTPRequestParser):  # type: ignore[misc]  # the library has no types
    adj: Any
    body_rcv: Any
    content_length: int
    path = ""
    #: maximum bytes of the body; 0 until the header has arrived
    most = 0
    #: first bytes of the request, in case the rest can't be parsed
    opening = b""
    #: whether it is a candidate's upload; whether its link was looked up, and the result
    is_upload = False
    asked = False
    known: bool | None = None
    #: set once the request has been stored without the application
    stored: StoredResponse | None = None

    def received(self, data: bytes) -> int:
        if not self.completed and len(self.opening) < len(b"HEAD "):
            self.opening = (self.opening + data[: self.adj.max_request_header_size]).lstrip()[: len(b"HEAD ")]
        return int(super().received(data))

    @property
    def is_head(self) -> bool:
        return self.opening == b"HEAD "

    def parse_header(self, header_plus: bytes) -> None:
        """Refuse a body with an ambiguous end, and choose the limit now that the path is known."""
        super().parse_header(header_plus)
        if encodings := _TRANSFER_ENCODING.findall(header_plus):
            # A proxy could see a different end and take the rest for another client's request.
            alone = "CONTENT_LENGTH" not in self.headers and self.version == "1.1"
            if not alone or [encoding.strip(b" \t\r").lower() for encoding in encodings] != [b"chunked"]:
                raise ParsingError("The end of the body is ambiguous")
        limits: Server = self.adj.server
        self.is_upload = is_upload(self.path)
        self.most = largest_body(
            self.path,
            max_body=limits.max_body,
            max_upload=limits.max_upload,
            max_report=limits.max_report,
            max_people_file=limits.max_people_file,
        )
        if self.most != limits.max_body or self.content_length > self.most:
            self.adj = copy.copy(self.adj)  # copying it takes as long as parsing a small request
            # waitress refuses a body of exactly this size too
            self.adj.max_request_body_size = self.most + 1
        if self.most < self.content_length <= READ_THROUGH * self.most and is_page(self.path):
            self.adj.max_request_body_size = self.content_length + 1
            self.body_rcv = Drain(self.content_length, self.body_rcv.getbuf())


class ResponseTask(Task):  # type: ignore[misc]  # the library has no types
    """Omits the body for HEAD, since the client would take it for the response to its next request."""

    channel: Any
    chunked_response: bool

    def __init__(self, channel: "Channel", request: Any) -> None:
        super().__init__(channel, request)
        # after a failure `request` is empty, but the channel has the failed request
        self.is_head = any(received.is_head for received in (*channel.requests[:1], request))

    def build_response_header(self) -> bytes:
        if self.channel.server.stopping:
            self.set_close_on_finish()
        header = bytes(super().build_response_header())
        if self.is_head:
            self.chunked_response = False  # the final chunk would count as a body
        return header

    def write(self, data: bytes) -> None:
        super().write(b"" if self.is_head else data)


class ApplicationAnswer(ResponseTask, WSGITask):  # type: ignore[misc]  # the library has no types
    def get_environment(self) -> dict[str, Any]:
        """For HEAD, leave `write` as the only way to send a body."""
        environ: dict[str, Any] = super().get_environment()
        if self.is_head:
            environ.pop("wsgi.file_wrapper", None)
        return environ


class StoredAnswer(ResponseTask):
    request: Parser
    complete = True
    status = "200 OK"

    def execute(self) -> None:
        answer = self.request.stored
        assert answer is not None
        self.response_headers.extend(answer.headers)
        self.content_length = len(answer.body)
        self.channel.write_soon(self.build_response_header() + answer.body)  # one packet
        self.wrote_header = True


def _answer_to(channel: "Channel", request: Parser) -> ResponseTask:
    return (StoredAnswer if request.stored else ApplicationAnswer)(channel, request)


class ErrorAnswer(ResponseTask, ErrorTask):  # type: ignore[misc]  # the library has no types
    """The server's own response to malformed requests and failures."""


class Channel(HTTPChannel):  # type: ignore[misc]  # the library has no types
    parser_class = Parser
    task_class = staticmethod(_answer_to)
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
        """Note when a request begins, and look up an upload's link once its header has arrived."""
        went_on = bool(super().received(data))
        request = self.request
        if request is not self.timed:
            self.timed, self.began = request, time.monotonic()
        if request is not None and request.is_upload and not request.asked:
            request.asked = True
            self.server.look_up(request)
        return went_on

    def readable(self) -> bool:
        if self.timed is not None and (
            time.monotonic() - self.began > self.patience()
            or (self.timed.asked and self.timed.known is False)
        ):
            self.will_close = True
        if self.will_close and not self.requests:
            # waitress would wait until it can write, which a client that never reads could prevent
            self.handle_close()
            return False
        return bool(super().readable())

    def writable(self) -> bool:
        """Part of asyncore's interface. `readable` is called first and may have closed the connection."""
        return bool(self.connected and super().writable())

    def patience(self) -> float:
        longer = self.timed.most / self.server.max_body if self.timed.known else 1
        return self.server.arrival_seconds * longer

    def is_idle(self) -> bool:
        return not (self.requests or self.request is not None or self.total_outbufs_len)

    def is_arriving(self) -> bool:
        """Whether a request is arriving, other than an upload with a valid link."""
        return self.request is not None and not self.requests and not self.request.known

    def is_going_out(self) -> bool:
        return not self.requests and self.request is None and bool(self.total_outbufs_len)


class Server(TcpWSGIServer):  # type: ignore[misc]  # the library has no types
    """Accepts connections up to its limits. After `stop()` it finishes requests in progress, and `run()` returns."""

    channel_class = Channel
    active_channels: dict[int, Channel]
    accepting: bool
    max_body = 0
    max_upload = 0
    max_report = 0
    max_people_file = 0
    arrival_seconds: float = ARRIVAL_SECONDS
    may_upload: UploadCheck | None = None
    committer: Committer | None = None
    connections = CONNECTIONS
    per_address = 0
    grace: float = DRAIN_SECONDS
    stopping = False
    _pulled = False

    def __init__(self, application: "WSGIApplication", listening: socket.socket, adj: Any) -> None:
        adj.server = self
        threads, self._probes, self._look_ups = (ThreadedTaskDispatcher() for _ in range(3))
        threads.set_thread_count(adj.threads)
        self._probes.set_thread_count(2)
        self._look_ups.set_thread_count(1)
        self._look_ups.queue_logger = log.getChild("look_ups")
        self._look_ups.queue_logger.setLevel(logging.ERROR)  # don't log that look-ups are queued
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
        path = getattr(channel.requests[0], "path", "")
        if self.committer is not None and self.committer.takes(channel.requests[0]):
            self.committer.add(channel)
            return
        (self._probes if path in PROBES else self.task_dispatcher).add_task(channel)

    def look_up(self, request: Parser) -> None:
        """Look up an upload's link in a thread, since the loop must not wait for the database."""
        if self.may_upload is not None:
            self._look_ups.add_task(_LookUp(request, self.may_upload))

    def readable(self) -> bool:
        return bool(super().readable()) and (
            len(self.active_channels) < self.connections
            or self._spare(self.active_channels.values()) is not None
        )

    def make_room_for(self, new: Channel) -> None:
        """At a limit, close the longest idle connection, else the longest sending or receiving one, else the new
        one."""
        others = [
            channel
            for channel in self.active_channels.values()
            if channel is not new and not channel.will_close
        ]
        if self.per_address:
            same = [other for other in others if other.address == new.address]
            if len(same) >= self.per_address:
                (self._spare(same) or new).will_close = True
                return
        if len(others) >= self.connections:
            (self._spare(others) or new).will_close = True

    def stop(self) -> None:
        """Stop accepting requests and finish those in progress. Callable from any thread and from signal handlers."""
        if not self.stopping:
            self.stopping = True
            self.trigger.pull_trigger()

    def run(self, turned: Callable[[], None] | None = None) -> None:
        """Serve until `stop`, then finish requests. Until `stop`, `turned` is called at least once a second."""
        notifier = Notifier()
        while not self.stopping:
            notifier.alive()
            if turned is not None:
                turned()
            self._turn(1.0)
        self._stop_accepting()
        began = time.monotonic()
        while self.active_channels and time.monotonic() - began < self.grace:
            fresh = time.monotonic() - began < min(1.0, self.grace)  # it may still send a request
            for channel in self.active_channels.values():
                if channel.is_idle() and not (fresh and channel.last_activity == channel.creation_time):
                    channel.will_close = True
            self._turn(0.1)
        if self.active_channels:
            log.warning("%s requests were cut off", len(self.active_channels))
        if self.committer is not None:
            self.committer.stop()
        for dispatcher in (self._look_ups, self._probes, self.task_dispatcher):
            dispatcher.shutdown(timeout=0.2)
        # the trigger stays open: a running thread may still pull it
        for channel in list(self.active_channels.values()):
            channel.handle_close()

    def pull_trigger(self) -> None:
        """Start another round of the loop. Once per round is enough, since `_turn` looks at all channels."""
        if not self._pulled:
            self._pulled = True
            super().pull_trigger()

    def _turn(self, seconds: float) -> None:
        self._pulled = False
        wasyncore.loop(timeout=seconds, map=self._map, use_poll=self.adj.asyncore_use_poll, count=1)

    def _stop_accepting(self) -> None:
        """Take the connections already in the kernel's backlog, then close the port."""
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
        for channel in channels:
            if channel.will_close:
                continue
            if channel.is_idle():
                if idle is None or channel.last_activity < idle.last_activity:
                    idle = channel
            elif (channel.is_arriving() or channel.is_going_out()) and (
                slow is None or channel.began < slow.began
            ):
                slow = channel
        return idle or slow


class _LookUp:
    def __init__(self, request: Parser, may_upload: UploadCheck) -> None:
        self._request, self._may_upload = request, may_upload

    def service(self) -> None:
        try:
            self._request.known = self._may_upload(self._request.path.split("/")[2])
        except Exception:  # without a database, uploads get the usual time
            log.exception("The link of an upload could not be looked up")

    def cancel(self) -> None:
        """Required by the dispatcher."""


def raise_file_limit() -> None:
    """Raise the limit of open files as far as allowed, since each connection is one."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 3 * CONNECTIONS if hard == resource.RLIM_INFINITY else min(3 * CONNECTIONS, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def _affordable() -> int:
    """The number of connections that the limit of open files allows, given a temporary file for each large body."""
    files = resource.getrlimit(resource.RLIMIT_NOFILE)[0] if hasattr(select, "poll") else 1_000
    return CONNECTIONS if files == resource.RLIM_INFINITY else min(CONNECTIONS, (files - 100) // 2)


def _network(address: str) -> str:
    """The address that limits apply to: for IPv6, the /64 network of a household."""
    try:
        given = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(given, ipaddress.IPv6Address):
        if given.ipv4_mapped:
            return str(given.ipv4_mapped)
        return str(ipaddress.ip_network((given, 64), strict=False))
    return address
