"""Group commit: one thread stores many requests in one transaction and then responds to them.

Each commit stores the requests that arrived during the previous one. All others go to the thread pool and the view:
unusual or unrecognised requests, and those that couldn't be stored here.
"""

import logging
import queue
import re
import secrets
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final, Protocol

from django.conf import settings
from django.db import close_old_connections
from django.http import HttpRequest, HttpResponse
from django.http.request import split_domain_port, validate_host
from django.urls import ResolverMatch, resolve
from django.utils.module_loading import import_string

from goodword.core import database, metrics, middleware, telemetry

log = logging.getLogger(__name__)

#: bytes of a request's body; longer ones go to the view
LONGEST: Final = 256 * 1024
MOST, MOST_BYTES = 500, 4 * 1024 * 1024
IDLE_SECONDS: Final = 300.0
#: if a commit takes longer, further requests go to the view
SLOW_SECONDS: Final = 1.0
#: requests with these headers go to the view, whose response may depend on them
_UNUSUAL = ("COOKIE", "CONTENT_ENCODING", "TRANSFER_ENCODING")
#: addresses as our proxies send them; waitress has to check anything else. Clients can add any number of addresses, so
#: the pattern must match each in only one way.
_ADDRESSES = re.compile(
    r"(?:[0-9]+(?:\.[0-9]+){3}|[0-9A-Fa-f]*:[0-9A-Fa-f:]+)(?:, ?(?:[0-9.]++(?![0-9A-Fa-f:])|[0-9A-Fa-f:]++))*+"
)
#: middleware that does more than add headers
_WITHOUT = (
    "goodword.core.metrics.MetricsEndpoint",
    "goodword.core.middleware.Requests",
    "goodword.core.middleware.StaticFiles",
)


class ParsedRequest(Protocol):
    """A request as parsed by waitress."""

    error: object
    command: str
    path: str
    request_uri: str
    chunked: bool
    content_length: int
    headers: dict[str, str]
    body_rcv: Any
    stored: "StoredResponse | None"


class IntakeChannel(Protocol):
    requests: list[Any]

    def service(self) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrived:
    path: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredResponse:
    headers: Sequence[tuple[str, str]]
    body: bytes


class Intake(Protocol):
    prefix: str
    text: str

    def takes(self, path: str) -> bool:
        """Whether it handles this path. Called in the server's loop, so it must not block."""

    def store(self, arrived: Sequence[Arrived]) -> Sequence[Mapping[str, Any] | None]:
        """Store and commit. Returns ids for each request's log line, or None for a request that the view has to
        handle."""

    def failed(self) -> None:
        """Called when `store` has raised."""

    def idle(self) -> None:
        """Called after IDLE_SECONDS without requests."""

    def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class _Waiting:
    channel: IntakeChannel
    request: ParsedRequest
    since: int = field(default_factory=time.time_ns)
    began: float = field(default_factory=time.perf_counter)


class Committer:
    """Stores requests in groups. `to_view` hands a channel to the thread pool, and may be called from any thread."""

    def __init__(self, intake: Intake, *, to_view: Callable[[Any], None]) -> None:
        self._intake, self._to_view = intake, to_view
        self._waiting: queue.SimpleQueue[_Waiting | None] = queue.SimpleQueue()
        self._measures = metrics.measures()
        self._headers, self._body = _headers_of(intake.text), intake.text.encode()
        self._busy_since: float | None = None
        self._hosts: dict[str, bool] = {}
        self._over = False
        self._thread = threading.Thread(target=self._run, name="committer", daemon=True)
        self._thread.start()

    def takes(self, request: ParsedRequest) -> bool:
        """Whether `store` can handle this request without the view."""
        if not request.path.startswith(self._intake.prefix) or request.error is not None:
            return False
        headers = request.headers
        return (
            request.command == "POST"
            and request.request_uri == request.path
            and 0 < request.content_length <= LONGEST
            and not request.chunked
            and not any(name in headers for name in _UNUSUAL)
            and self._is_allowed(headers.get("HOST", ""))
            and _is_as_proxied(headers)
            and not self._is_slow()
            and self._intake.takes(request.path)
        )

    def add(self, channel: IntakeChannel) -> None:
        self._waiting.put(_Waiting(channel, channel.requests[0]))
        if self._over:  # the thread has ended and may have missed this one
            self._give_up()

    def stop(self, *, timeout: float = 2.0) -> None:
        self._waiting.put(None)
        self._thread.join(timeout)

    def _is_allowed(self, host: str) -> bool:
        if (known := self._hosts.get(host)) is not None:
            return known
        domain, _ = split_domain_port(host)
        allowed = bool(domain) and validate_host(domain, settings.ALLOWED_HOSTS)
        if allowed and len(self._hosts) < 100:
            self._hosts[host] = True
        return allowed

    def _is_slow(self) -> bool:
        since = self._busy_since
        return self._over or (since is not None and time.monotonic() - since > SLOW_SECONDS)

    def _run(self) -> None:
        try:
            while not self._over:
                batch = self._take()
                self._busy_since = time.monotonic()
                self._handle(batch)
                self._busy_since = None
        finally:
            self._over = True
            self._give_up()
            self._intake.close()

    def _take(self) -> list[_Waiting]:
        batch: list[_Waiting] = []
        size = 0
        try:
            one = self._waiting.get(timeout=IDLE_SECONDS)
        except queue.Empty:
            self._intake.idle()
            one = self._waiting.get()
        while one is not None:
            batch.append(one)
            size += one.request.content_length
            if len(batch) >= MOST or size >= MOST_BYTES or self._waiting.empty():
                return batch
            one = self._waiting.get()
        self._over = True
        return batch

    def _give_up(self) -> None:
        while True:
            try:
                one = self._waiting.get_nowait()
            except queue.Empty:
                return
            if one is not None:
                self._to_view(one.channel)

    def _handle(self, batch: Sequence[_Waiting]) -> None:
        """Store and respond. Whatever happens, each request gets a response or is passed on to the view."""
        left = deque(batch)
        try:
            for ids in self._store(batch):
                waiting = left.popleft()
                if ids is None:
                    self._to_view(waiting.channel)
                else:
                    self._answer_safely(waiting, ids)
        finally:
            for waiting in left:
                self._to_view(waiting.channel)
            close_old_connections()

    def _store(self, batch: Sequence[_Waiting]) -> Sequence[Mapping[str, Any] | None]:
        try:
            return self._intake.store([_arrived(waiting.request) for waiting in batch])
        except Exception as error:  # noqa: BLE001 - the view reports the problem
            with suppress(Exception):
                log.warning(
                    "%d requests could not be stored together: %s", len(batch), database.first_line(error)
                )
            self._intake.failed()
            return [None] * len(batch)

    def _answer_safely(self, waiting: _Waiting, ids: Mapping[str, Any]) -> None:
        try:
            self._answer(waiting, ids)
        except Exception:  # the thread must go on, even if logging fails
            with suppress(Exception):
                log.exception("A stored request could not be answered or logged")

    def _answer(self, waiting: _Waiting, ids: Mapping[str, Any]) -> None:
        name = secrets.token_hex(8)
        waiting.request.stored = StoredResponse(
            headers=[*self._headers, ("X-Request-ID", name)], body=self._body
        )
        with telemetry.about(request=name, **ids):
            waiting.channel.service()
            match = _resolved(waiting.request.path)
            telemetry.record_span(f"POST {match.view_name}", since=waiting.since, of=lambda: None, status=200)
            middleware.request_ended(
                method="POST",
                path=waiting.request.path,
                match=match,
                status=200,
                seconds=time.perf_counter() - waiting.began,
                measures=self._measures,
            )


@lru_cache(maxsize=100)
def _resolved(path: str) -> ResolverMatch:
    return resolve(path)


def _arrived(request: ParsedRequest) -> Arrived:
    body = request.body_rcv.getbuf().get()
    return Arrived(path=request.path, headers=request.headers, body=body)


def _is_as_proxied(headers: Mapping[str, str]) -> bool:
    if not settings.GOODWORD_TRUSTED_PROXIES:
        return True
    protocol = headers.get("X_FORWARDED_PROTO", "")
    addresses = headers.get("X_FORWARDED_FOR")
    return (protocol == "https" or (not settings.SECURE and protocol in {"", "http"})) and (
        addresses is None or _ADDRESSES.fullmatch(addresses) is not None
    )


def _headers_of(text: str) -> list[tuple[str, str]]:
    request = HttpRequest()
    request.method = "POST"
    request.path = request.path_info = "/"
    request.META = {"HTTP_HOST": settings.ALLOWED_HOSTS[0], "HTTP_X_FORWARDED_PROTO": "https"}
    response = HttpResponse(text, content_type="text/plain; charset=utf-8")

    def answer(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 - Django's signature
        return response

    for name in reversed([path for path in settings.MIDDLEWARE if path not in _WITHOUT]):
        answer = import_string(name)(answer)
    return list(answer(request).items())
