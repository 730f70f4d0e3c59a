"""From where and on what candidates and referees worked: noted only while the organisation watches devices.

The raw address and device are for a person who looks into a sign soon after; they go after 30 days, and at once
when the organisation stops watching. Keyed hashes stay for comparing, as long as their person.
"""

import hashlib
import hmac
from datetime import datetime, timedelta
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from django.conf import settings
from django.db.models import Q
from django.http import HttpRequest

from goodword.core.text import clean_text
from goodword.references.models import Check, ReferenceRequest, Trace

PURPOSE = b"goodword.references.traces"
KEEP_RAW = timedelta(days=30)
LONGEST_DEVICE = 400
#: nobody works from more places on more devices; a link that is hammered at fills no table
MOST = 20
#: one household or office has so much of an IPv6 address, and changes the rest every day
_IPV6_PREFIX = 64
#: addresses that many networks use inside: behind a proxy that is not counted as trusted, everybody has one of them
_INSIDE = [
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


def note_trace(request: HttpRequest, check: Check, asked: ReferenceRequest | None, *, now: datetime) -> None:
    """Note from where and on what a referee (`asked`) or the candidate (None) works, once for each pair.

    The web server has put the client's address in place of trusted proxies' (GOODWORD_TRUSTED_PROXIES).
    """
    organisation = check.organisation
    if not organisation.watches_devices:
        return
    address = _telling(request.META.get("REMOTE_ADDR", ""))
    device = clean_text(request.META.get("HTTP_USER_AGENT", ""), one_line=True)[:LONGEST_DEVICE]
    if address is None and not device:
        return
    traces = Trace.objects.of(organisation)
    if traces.filter(check_run=check, request=asked)[:MOST].count() >= MOST:
        return
    traces.get_or_create(
        check_run=check,
        request=asked,
        address_hash=_hash(organisation.pk, _place(address)) if address else "",
        device_hash=_hash(organisation.pk, device) if device else "",
        defaults={
            "organisation": organisation,
            "address": str(address) if address else None,
            "device": device,
            "seen_at": now,
        },
    )


def forget_raw(*, now: datetime) -> int:
    """Blank raw addresses and devices that are 30 days old, or whose organisation watches no more; how many."""
    raw = Q(address__isnull=False) | ~Q(device="")
    over = Q(seen_at__lte=now - KEEP_RAW) | Q(organisation__watches_devices=False)
    return Trace.objects.across_organisations().filter(raw, over).update(address=None, device="")


def _telling(said: str) -> IPv4Address | IPv6Address | None:
    """The address, if it tells one network from another."""
    try:
        address = ip_address(said)
    except ValueError:
        return None
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    return None if any(address in network for network in _INSIDE) else address


def _place(address: IPv4Address | IPv6Address) -> str:
    if isinstance(address, IPv6Address):
        return str(ip_network((int(address), _IPV6_PREFIX), strict=False))
    return str(address)


def _hash(organisation_id: int, said: str) -> str:
    """Under the present key alone: after a rotation, what was noted before is not compared with what comes."""
    key_id, key = next(iter(settings.GOODWORD_FIELD_KEYS.items()))
    own_key = hmac.digest(key, PURPOSE, hashlib.sha256)
    return f"{key_id}:{hmac.new(own_key, f'{organisation_id}:{said}'.encode(), hashlib.sha256).hexdigest()}"
