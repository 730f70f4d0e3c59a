"""Looks up TXT and MX records within a time limit."""

import re
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from enum import Enum
from ipaddress import ip_address
from typing import TYPE_CHECKING, Final

from goodword.core.environment import SettingError

if TYPE_CHECKING:
    from dns.resolver import Resolver

#: for all lookups together
SECONDS: Final = 4.0
#: seconds for one attempt
_ATTEMPT: Final = 1.5
_PORT: Final = 53


class Failure(Enum):
    TIMEOUT = "timeout"
    SERVER = "server"
    NO_SERVER = "no_server"


@dataclass(frozen=True, slots=True)
class DnsAnswer:
    """`texts` is empty if there is no such record or the lookup failed (`failure`)."""

    texts: tuple[str, ...] = ()
    failure: Failure | None = None


def servers(given: Sequence[str]) -> list[tuple[str, int]]:
    """Parse "192.0.2.1", "192.0.2.1:5353" or "[2001:db8::1]:5353"."""
    found = []
    for server in given:
        parts = re.fullmatch(r"\[([^\]]+)\](?::(\d+))?|([^:]+):(\d+)|(.+)", server)
        address, port = "", ""
        if parts:
            address, port = parts[1] or parts[3] or parts[5], parts[2] or parts[4] or ""
        try:
            number = int(port or _PORT)
            found.append((str(ip_address(address)), number))
            if not 0 < number < 65_536:
                raise ValueError(port)
        except ValueError as error:
            raise SettingError(
                f"GOODWORD_DNS_SERVERS must be IP addresses, with a port if you like, not {server!r}."
            ) from error
    return found


def mail_servers(name: str, *, using: Sequence[tuple[str, int]] = ()) -> DnsAnswer:
    """The hosts in the MX records; a single "." means that the domain accepts no mail (RFC 7505)."""
    resolver = _resolver(using)
    if resolver is None:
        return DnsAnswer(failure=Failure.NO_SERVER)
    return _look_up(resolver, name, "MX")


def txt_records(names: Iterable[str], *, using: Sequence[tuple[str, int]] = ()) -> dict[str, DnsAnswer]:
    """The TXT records of each name; takes at most SECONDS. `using`: DNS servers to use instead of the system's."""
    wanted = list(dict.fromkeys(names))
    if not wanted:
        return {}
    resolver = _resolver(using)
    if resolver is None:
        return dict.fromkeys(wanted, DnsAnswer(failure=Failure.NO_SERVER))
    with ThreadPoolExecutor(max_workers=len(wanted), thread_name_prefix="dns") as pool:
        return dict(zip(wanted, pool.map(lambda name: _look_up(resolver, name, "TXT"), wanted), strict=True))


def _resolver(using: Sequence[tuple[str, int]]) -> "Resolver | None":
    """Return a resolver, or None if no DNS server is configured."""
    # dnspython takes three megabytes, and all settings need this module
    from dns.nameserver import Do53Nameserver
    from dns.resolver import NoResolverConfiguration, Resolver

    try:
        resolver = Resolver(configure=not using)
    except (NoResolverConfiguration, OSError):
        return None
    if using:
        resolver.nameservers = [Do53Nameserver(address, port) for address, port in using]
    resolver.lifetime, resolver.timeout = SECONDS, _ATTEMPT
    return resolver


def _look_up(resolver: "Resolver", name: str, kind: str) -> DnsAnswer:
    from dns.exception import DNSException
    from dns.resolver import NXDOMAIN, LifetimeTimeout, NoAnswer

    try:
        found = resolver.resolve(f"{name.rstrip('.')}.", kind, search=False)
    except (NXDOMAIN, NoAnswer):
        return DnsAnswer()
    except LifetimeTimeout:
        return DnsAnswer(failure=Failure.TIMEOUT)
    except (DNSException, OSError, ValueError):  # a refusal, a malformed answer, no network
        return DnsAnswer(failure=Failure.SERVER)
    if kind == "MX":
        return DnsAnswer(tuple(sorted(record.exchange.to_text() for record in found)))
    # sorted, since answers arrive in any order
    return DnsAnswer(tuple(sorted(b"".join(record.strings).decode("utf-8", "replace") for record in found)))
