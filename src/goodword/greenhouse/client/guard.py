"""Refuses to call into private networks, also when a public name resolves to a private address.

The name is resolved here and the connection is made to that very address, so that a second look-up cannot
give another one (DNS rebinding). TLS still verifies the certificate against the name.
"""

import ipaddress
import socket

import httpx2

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")  # RFC 6052: the last 32 bits are an IPv4 address


class PrivateAddressError(httpx2.RequestError):
    """The host resolves to an address that is not public."""


def is_public(address: Address) -> bool:
    """True if the address is reachable on the public internet, looking into embedded IPv4 addresses."""
    if isinstance(address, ipaddress.IPv6Address):
        inner = _embedded(address)
        if inner is not None:
            return is_public(inner)
    return address.is_global and not address.is_multicast


def _embedded(address: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address.sixtofour is not None:
        return address.sixtofour
    if address.teredo is not None:
        return address.teredo[1]
    if address in _NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return None


def resolve(host: str, port: int) -> list[Address]:
    """All addresses of a host, in the resolver's order. Raises `OSError` if there are none."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    # A link-local IPv6 address carries a zone ("%eth0"), which the parser takes and we never call.
    return list(dict.fromkeys(ipaddress.ip_address(entry[4][0]) for entry in found))


class PublicOnly(httpx2.BaseTransport):
    """Sends through another transport, to public addresses only."""

    def __init__(self, inner: httpx2.BaseTransport) -> None:
        self._inner = inner

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        """Try the host's addresses in turn until one takes the connection."""
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
                refused = error  # nothing was sent yet, so the next address is safe for writes too
        raise refused

    def close(self) -> None:
        """Close the inner transport."""
        self._inner.close()


def _sent_to(request: httpx2.Request, address: Address) -> httpx2.Request:
    """The same request to an address. The Host header stays; the name goes into TLS."""
    return httpx2.Request(
        request.method,
        request.url.copy_with(host=str(address)),
        headers=request.headers,
        stream=request.stream,
        extensions={**request.extensions, "sni_hostname": request.url.host},
    )
