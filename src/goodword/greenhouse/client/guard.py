"""Refuses calls into private networks. Connects to the address resolved here, to prevent DNS rebinding."""

import ipaddress
import socket

import httpx2

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

#: all IPv6 unicast addresses allocated for the internet (RFC 4291, IANA). Everything else, known to the standard
#: library or not (site-local, SRv6, IPv4-compatible, IPv4-translated), is not public.
_GLOBAL_UNICAST = ipaddress.IPv6Network("2000::/3")
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")  # RFC 6052: the last 32 bits are an IPv4 address
#: exceptions on which Python versions differ: the abandoned tunnels 6to4 and Teredo (RFC 7526, RFC 4380), and
#: documentation (RFC 9637)
_NOT_PUBLIC = tuple(map(ipaddress.IPv6Network, ("2002::/16", "2001::/32", "3fff::/20")))
_6TO4_RELAYS = ipaddress.IPv4Network("192.88.99.0/24")  # RFC 7526
#: the interface id of ISATAP addresses, before the IPv4 address (RFC 5214); one bit marks a public one
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
    """All addresses of a host, in the resolver's order. Raises `OSError` if there are none."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    # a link-local IPv6 address has a zone ("%eth0"), which the parser accepts
    return list(dict.fromkeys(ipaddress.ip_address(entry[4][0]) for entry in found))


class PublicOnly(httpx2.BaseTransport):
    def __init__(self, inner: httpx2.BaseTransport) -> None:
        self._inner = inner

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        """Try the host's addresses in turn until one accepts the connection."""
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
                refused = error  # nothing was sent yet, so trying the next address is safe for writes, too
        raise refused

    def close(self) -> None:
        self._inner.close()


def _sent_to(request: httpx2.Request, address: Address) -> httpx2.Request:
    """Keep the name in the Host header and for TLS."""
    return httpx2.Request(
        request.method,
        request.url.copy_with(host=str(address)),
        headers=request.headers,
        stream=request.stream,
        extensions={**request.extensions, "sni_hostname": request.url.host},
    )
