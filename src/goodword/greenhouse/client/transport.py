"""One HTTP exchange with Greenhouse, limited in time and size. No redirects, so credentials never go to another host,
and no proxies, which would bypass the guard.

The guard refuses connections into private networks. It connects to the address that it resolved and checked itself, to
prevent DNS rebinding.
"""

import ipaddress
import json
import os
import re
import socket
import ssl
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import cache, cached_property
from typing import Any

import httpx2

from goodword.greenhouse.client.errors import (
    AddressRefused,
    HarvestError,
    NotJson,
    Unavailable,
    UnexpectedShape,
    Where,
    WrongKind,
)

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

#: all IPv6 unicast addresses allocated for the internet (RFC 4291, IANA). Anything else is not public, whether or not
#: the standard library knows it (site-local, SRv6, IPv4-compatible, IPv4-translated).
_GLOBAL_UNICAST = ipaddress.IPv6Network("2000::/3")
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")  # RFC 6052: the last 32 bits are an IPv4 address
#: inside that range but not public, and Python versions disagree about them: the abandoned tunnels 6to4 and Teredo (RFC
#: 7526, RFC 4380), and documentation addresses (RFC 9637)
_NOT_PUBLIC = tuple(map(ipaddress.IPv6Network, ("2002::/16", "2001::/32", "3fff::/20")))
_6TO4_RELAYS = ipaddress.IPv4Network("192.88.99.0/24")  # RFC 7526
#: interface ids of ISATAP addresses, private and public, before the IPv4 address (RFC 5214)
_ISATAP = frozenset({0x0000_5EFE, 0x0200_5EFE})


class PrivateAddressError(httpx2.RequestError): ...


def is_public(address: Address) -> bool:
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            return is_public(address.ipv4_mapped)
        known = address in _NAT64 or address in _GLOBAL_UNICAST
        if not known or any(address in network for network in _NOT_PUBLIC):
            return False
        embeds = address in _NAT64 or (int(address) >> 32 & 0xFFFFFFFF) in _ISATAP
        if embeds and not is_public(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)):
            return False
    elif address in _6TO4_RELAYS:
        return False
    return address.is_global and not address.is_multicast


def resolve(host: str, port: int) -> list[Address]:
    """Return the host's addresses in the resolver's order. Raises `OSError` if there are none."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    # the resolver may add a zone ("%eth0") to a link-local IPv6 address, which `ip_address` accepts
    return list(dict.fromkeys(ipaddress.ip_address(entry[4][0]) for entry in found))


class PublicOnly(httpx2.BaseTransport):
    def __init__(self, inner: httpx2.BaseTransport) -> None:
        self._inner = inner

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        host = request.url.host
        port = request.url.port or 443
        try:
            addresses = resolve(host, port)
        except (OSError, UnicodeError) as error:
            raise httpx2.ConnectError(f"cannot resolve {host}", request=request) from error
        if not all(is_public(address) for address in addresses):
            raise PrivateAddressError(f"{host} is not a public address", request=request)
        refused: httpx2.TransportError = httpx2.ConnectError(f"{host} has no address", request=request)
        for address in addresses:
            try:
                return self._inner.handle_request(_sent_to(request, address))
            except (httpx2.ConnectError, httpx2.ConnectTimeout) as error:
                refused = error  # nothing was sent yet, so trying the next address is safe even for writes
        raise refused

    def close(self) -> None:
        self._inner.close()


def _sent_to(request: httpx2.Request, address: Address) -> httpx2.Request:
    """Address the request to this IP address. The Host header and TLS keep the name."""
    return httpx2.Request(
        request.method,
        request.url.copy_with(host=str(address)),
        headers=request.headers,
        stream=request.stream,
        extensions={**request.extensions, "sni_hostname": request.url.host},
    )


#: OpenSSL's variables for a file and a folder of trusted certificates
_TRUSTED = ("SSL_CERT_FILE", "SSL_CERT_DIR")

USER_AGENT = "Goodword Harvest client"


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits in seconds, and in bytes of the uncompressed response. `total`: of the call, checked when the headers are
    complete and with each piece of the body."""

    connect: float = 5.0
    read: float = 30.0
    write: float = 10.0
    total: float = 90.0
    size: int = 32 * 1024 * 1024


LIMITS = Limits()


@dataclass(frozen=True, slots=True)
class Call:
    """Pass `form` or `body`, not both. A `write` must not be repeated."""

    method: str
    url: str
    params: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    form: Mapping[str, str] | None = field(default=None, repr=False)
    body: Mapping[str, Any] | None = field(default=None, repr=False)
    write: bool = False

    @property
    def where(self) -> Where:
        return Where(self.method, httpx2.URL(self.url).path)


@dataclass(frozen=True)
class HarvestResponse:
    where: Where
    url: str
    status: int
    headers: httpx2.Headers
    content: bytes = field(repr=False)
    next_link: str | None
    write: bool

    @cached_property
    def data(self) -> Any:
        """Raises `NotJson`, but not if the request succeeded."""
        try:
            return json.loads(self.content)
        except (ValueError, RecursionError):
            raise NotJson(self.where, detail="The answer is not JSON.", outcome_unknown=self.write) from None

    @property
    def rate(self) -> tuple[int, int] | None:
        limit, remaining = (
            _whole(self.headers.get(f"X-RateLimit-{name}")) for name in ("Limit", "Remaining")
        )
        return None if not limit or remaining is None else (limit, remaining)

    @property
    def date(self) -> datetime | None:
        """The time of the response by Greenhouse's clock, in whole seconds. None if it comes from a cache or has no
        valid date."""
        if "Age" in self.headers:  # from a cache
            return None
        try:
            found = parsedate_to_datetime(self.headers.get("Date", ""))
        except (ValueError, OverflowError):
            return None
        return found if found.tzinfo else found.replace(tzinfo=UTC)

    def unexpected(self, detail: str) -> UnexpectedShape:
        return UnexpectedShape(self.where, detail=detail, outcome_unknown=self.write)

    def wrong_kind(self, detail: str) -> WrongKind:
        return WrongKind(self.where, detail=detail, outcome_unknown=self.write)


@dataclass(frozen=True, slots=True)
class Exchange:
    """Passed to `watch`, for statistics. `rate`: (limit, remaining)."""

    where: Where
    seconds: float
    rate: tuple[int, int] | None
    failure: HarvestError | None = None


class Transport:
    def __init__(
        self,
        *,
        transport: httpx2.BaseTransport | None,
        allow_private: bool,
        limits: Limits = LIMITS,
        watch: Callable[[Exchange], None] | None = None,
    ) -> None:
        """`transport` replaces the network. `watch` is called after every exchange, even a failed one."""
        if transport is None:
            transport = _NETWORK if allow_private else PublicOnly(_NETWORK)
        self._limits = limits
        self._watch = watch
        self._client = httpx2.Client(
            transport=transport,
            timeout=httpx2.Timeout(
                connect=limits.connect, read=limits.read, write=limits.write, pool=limits.connect
            ),
            follow_redirects=False,
            trust_env=False,
            headers={"User-Agent": USER_AGENT, "Accept": "application/json"},
        )

    def send(self, call: Call) -> HarvestResponse:
        """Make one exchange. Raises `Unavailable` if there is no response, `NotJson` if it succeeded without JSON,
        `UnexpectedShape` if it is too long."""
        started = time.monotonic()
        where, rate, failure = call.where, None, None
        try:
            answer = self._send(call)
            where, rate = answer.where, answer.rate
            return answer
        except HarvestError as error:
            where, failure = error.where, error
            raise
        finally:
            if self._watch is not None:
                self._watch(Exchange(where, time.monotonic() - started, rate, failure))

    def _send(self, call: Call) -> HarvestResponse:
        """Send a request. Once connected, a failed write has an unknown outcome."""
        request = self._client.build_request(
            call.method,
            call.url,
            params=dict(call.params) or None,
            headers=dict(call.headers),
            data=dict(call.form) if call.form is not None else None,
            json=dict(call.body) if call.body is not None else None,
        )
        deadline = time.monotonic() + self._limits.total
        try:
            response = self._client.send(request, stream=True)
            try:
                return self._read(call, response, deadline=deadline)
            finally:
                response.close()
        except PrivateAddressError:
            raise AddressRefused(call.where) from None
        except (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout) as error:
            raise Unavailable(call.where, detail=_words(error)) from None
        except (httpx2.TransportError, httpx2.DecodingError) as error:
            raise Unavailable(call.where, detail=_words(error), outcome_unknown=call.write) from None

    def _read(self, call: Call, response: httpx2.Response, *, deadline: float) -> HarvestResponse:
        where = Where(
            call.method, call.where.path, response.status_code, response.headers.get("X-Request-Id")
        )

        def check_time() -> None:
            if time.monotonic() > deadline:
                raise Unavailable(where, detail="The answer took too long.", outcome_unknown=call.write)

        check_time()
        assert isinstance(response.stream, httpx2.SyncByteStream)
        response.stream = _Watched(response.stream, check_time)
        content = bytearray()
        for chunk in response.iter_bytes():
            content += chunk
            if len(content) > self._limits.size:
                raise UnexpectedShape(where, detail="The answer is too long.", outcome_unknown=call.write)
        answer = HarvestResponse(
            where=where,
            url=str(response.url),
            status=response.status_code,
            headers=response.headers,
            content=bytes(content),
            next_link=_next_link(response.headers.get("Link", "")),
            write=call.write,
        )
        if response.is_success:
            _ = answer.data
        return answer

    def close(self) -> None:
        self._client.close()


class _Watched(httpx2.SyncByteStream):
    """Calls `check` with each piece that arrives, even if nothing can be uncompressed from it yet."""

    def __init__(self, inner: httpx2.SyncByteStream, check: Callable[[], None]) -> None:
        self._inner = inner
        self._check = check

    def __iter__(self) -> Iterator[bytes]:
        for piece in self._inner:
            self._check()
            yield piece

    def close(self) -> None:
        self._inner.close()


class Network(httpx2.BaseTransport):
    """This process's connections. Those for reading are kept open for a few seconds. Each write opens a new one: it
    must not be repeated if a kept connection turns out to be closed."""

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        trusted = _trust(*map(os.environ.get, _TRUSTED))
        name = request.extensions.get("sni_hostname", request.url.host)
        return _pool(trusted, name, kept=request.method == "GET").handle_request(request)

    def close(self) -> None:
        """Do nothing, since the next client uses the same connections."""


_NETWORK = Network()


@cache
def _pool(trusted: ssl.SSLContext, name: str, *, kept: bool) -> httpx2.HTTPTransport:
    del name  # part of the cache key
    limits = httpx2.Limits(max_connections=None, max_keepalive_connections=None if kept else 0)
    return httpx2.HTTPTransport(verify=trusted, limits=limits)


@cache
def _trust(file: str | None, folder: str | None) -> ssl.SSLContext:
    """Return the TLS context, which is cached because loading the certificates takes longer than a call."""
    del file, folder  # part of the cache key; the library reads them itself
    return httpx2.create_ssl_context()


#: a link's parameter, and a link with its parameters (RFC 8288)
_PARAMETER = r"""\s*;\s*([\w*-]+)(?:\s*=\s*(?:"([^"]*)"|([^\s",;]+)))?"""
_LINK = re.compile(rf"<([^>]*)>((?:{_PARAMETER})*)")


def _next_link(header: str) -> str | None:
    """A relation may be in capitals, and one of several."""
    for url, parameters, *_ in _LINK.findall(header):
        named = re.findall(_PARAMETER, parameters)
        rels = [
            rel for name, *value in named if name.lower() == "rel" for rel in "".join(value).lower().split()
        ]
        if url and "next" in rels:
            return str(url)
    return None


def _whole(text: str | None) -> int | None:
    text = (text or "").strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def _words(error: httpx2.HTTPError) -> str:
    if isinstance(error, httpx2.ConnectTimeout | httpx2.PoolTimeout):
        return "The connection was not made in time."
    if isinstance(error, httpx2.TimeoutException):
        return "No answer came in time."
    if isinstance(error, httpx2.ConnectError):
        tls = "CERTIFICATE_VERIFY_FAILED" in str(error) or "SSL" in str(error)
        return "The server's certificate could not be trusted." if tls else "The server could not be reached."
    return "The connection broke off."
