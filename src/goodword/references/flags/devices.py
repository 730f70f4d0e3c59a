"""Flags for shared network addresses or devices, if an admin has switched them on.

Compares keyed hashes of the address (for IPv6 the first 64 bits, one household or office) and of the user agent, which
many browsers share.

| shared | with the candidate | with another referee | colleagues |
|---|---|---|---|
| address and device | high | high | low |
| address | medium | medium | low |
| device only, seen in no other check | low | low | none |

*Colleagues* are two referees of the same stated company, or a referee with whom the candidate still works. They share a
network and often a type of computer.
"""

import hashlib
import hmac
import re
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from itertools import combinations

from django.db.models import Q
from django.http import HttpRequest

from goodword.core.crypto import lasting_hash_key
from goodword.core.text import clean_text
from goodword.references.flags.rules import key_of
from goodword.references.models import Check, Referee, ReferenceRequest, Trace
from goodword.workflow.flags.findings import FlagFinding, Grade

HASH_PURPOSE = b"goodword.references.traces"
KEEP_RAW = timedelta(days=30)
LONGEST_DEVICE = 400
#: maximum traces per person, so that a link under attack doesn't fill the table
MAX_TRACES = 20
#: the part that a household or office keeps, while the rest changes daily
_IPV6_PREFIX = 64
#: ranges in which everybody seems to be if a proxy isn't trusted
_PRIVATE_NETWORKS = [
    ip_network(network)
    for network in (
        "10.0.0.0/8",
        "172.16.0.0/12",
        "192.168.0.0/16",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "169.254.0.0/16",
        "::1/128",
        "fc00::/7",
        "fe80::/10",
    )
]
BOTH, ADDRESS, DEVICE = "same_address_and_device", "same_address", "same_device"
#: only with devices from so many other checks can we call a device rare
ENOUGH_CHECKS = 20


def record_trace(
    request: HttpRequest, check: Check, asked: ReferenceRequest | None, *, now: datetime
) -> None:
    """Each pair once. REMOTE_ADDR is the client's: the server resolves trusted proxies (GOODWORD_TRUSTED_PROXIES)."""
    organisation = check.organisation
    if not organisation.watches_devices:
        return
    address = _public_address(request.META.get("REMOTE_ADDR", ""))
    device = clean_text(request.META.get("HTTP_USER_AGENT", ""), one_line=True)[:LONGEST_DEVICE]
    if address is None and not device:
        return
    traces = Trace.objects.of(organisation)
    if traces.filter(check_run=check, request=asked)[:MAX_TRACES].count() >= MAX_TRACES:
        return
    traces.get_or_create(
        check_run=check,
        request=asked,
        address_hash=_hash(organisation.pk, _network(address)) if address else "",
        device_hash=_hash(organisation.pk, device) if device else "",
        defaults={
            "organisation": organisation,
            "address": str(address) if address else None,
            "device": device,
            "seen_at": now,
        },
    )


def blank_raw_traces(*, now: datetime) -> int:
    """After 30 days, or when the organisation has switched this off. Returns how many."""
    raw = Q(address__isnull=False) | ~Q(device="")
    over = Q(seen_at__lte=now - KEEP_RAW) | Q(organisation__watches_devices=False)
    return Trace.objects.across_organisations().filter(raw, over).update(address=None, device="")


def _public_address(text: str) -> IPv4Address | IPv6Address | None:
    """None for a private address, which doesn't identify a network."""
    try:
        address = ip_address(text)
    except ValueError:
        return None
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    return None if any(address in network for network in _PRIVATE_NETWORKS) else address


def _network(address: IPv4Address | IPv6Address) -> str:
    if isinstance(address, IPv6Address):
        return str(ip_network((int(address), _IPV6_PREFIX), strict=False))
    return str(address)


def _hash(organisation_id: int, text: str) -> str:
    key_id, own_key = lasting_hash_key(HASH_PURPOSE)
    return f"{key_id}:{hmac.new(own_key, f'{organisation_id}:{text}'.encode(), hashlib.sha256).hexdigest()}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Traces:
    """`id`: the referee's; None for the candidate. `seen`: pairs of address and device hashes; either may be empty."""

    id: int | None
    company: str = ""
    #: whether the candidate still works there
    still: bool = False
    seen: frozenset[tuple[str, str]] = frozenset()


def device_flag(one: Traces, other: Traces, *, rare_devices: Collection[str]) -> FlagFinding | None:
    """`rare_devices`: those seen in no other check."""
    office = _one_office(one, other)
    grade: Grade
    if any(address and device for address, device in one.seen & other.seen):
        code, grade = BOTH, "low" if office else "high"
    elif {address for address, _ in one.seen} & {address for address, _ in other.seen} - {""}:
        code, grade = ADDRESS, "low" if office else "medium"
    elif not office and _devices(one) & _devices(other) & set(rare_devices):
        code, grade = DEVICE, "low"
    else:
        return None
    return FlagFinding(code=code, grade=grade, key=key_of([one.id, other.id]), facts={"office": office})


def _devices(person: Traces) -> set[str]:
    return {device for _, device in person.seen if device}


def _one_office(one: Traces, other: Traces) -> bool:
    if one.id is None or other.id is None:
        return one.still or other.still
    return bool(_words(one.company)) and _words(one.company) == _words(other.company)


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text.casefold())


def device_flags(check: Check, referees: Sequence[Referee]) -> list[FlagFinding]:
    seen: dict[int | None, set[tuple[str, str]]] = defaultdict(set)
    for trace in Trace.objects.of(check.organisation).select_related("request").filter(check_run=check):
        person = trace.request.referee_id if trace.request else None
        seen[person].add((trace.address_hash, trace.device_hash))
    if len(seen) < 2:
        return []
    people = [Traces(id=None, seen=frozenset(seen[None]))] + [
        Traces(
            id=referee.pk,
            company=referee.company,
            still=not referee.to_month,
            seen=frozenset(seen[referee.pk]),
        )
        for referee in referees
    ]
    rare = _rare(check, {device for pairs in seen.values() for _, device in pairs if device})
    found = [device_flag(one, other, rare_devices=rare) for one, other in combinations(people, 2)]
    return [flag for flag in found if flag is not None]


def _rare(check: Check, devices: set[str]) -> set[str]:
    """Devices seen in no other check of the organisation, once it has enough checks."""
    others = Trace.objects.of(check.organisation).exclude(check_run=check)
    if others.values("check_run").distinct()[:ENOUGH_CHECKS].count() < ENOUGH_CHECKS:
        return set()
    common = others.filter(device_hash__in=devices).values_list("device_hash", flat=True)
    return devices - set(common)
