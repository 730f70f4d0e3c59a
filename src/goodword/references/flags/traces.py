"""Records network addresses and devices, if an admin has switched this on: keyed hashes, and raw values for 30 days.

An IPv6 address is hashed by its first 64 bits, which one household or office shares. The device is the user agent,
which many browsers share.
"""

import hashlib
import hmac
from datetime import datetime, timedelta
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from django.db import transaction
from django.db.models import Q
from django.http import HttpRequest

from goodword.core.crypto import lasting_hash_key
from goodword.core.text import clean_text
from goodword.references.models import Check, ReferenceRequest, Trace
from goodword.workflow.models import lock

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


def record_trace(
    request: HttpRequest, check: Check, asked: ReferenceRequest | None, *, now: datetime
) -> None:
    """Record each combination of network and device once per referee. REMOTE_ADDR is the client's: the server resolves
    trusted proxies (GOODWORD_TRUSTED_PROXIES)."""
    organisation = check.organisation
    if not organisation.watches_devices:
        return
    address = _public_address(request.META.get("REMOTE_ADDR", ""))
    device = clean_text(request.META.get("HTTP_USER_AGENT", ""), one_line=True)[:LONGEST_DEVICE]
    if address is None and not device:
        return
    traces = Trace.objects.of(organisation)
    with transaction.atomic():
        lock(Check, check.pk)  # as erasures do
        if _is_erased(check, asked):
            return
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


def _is_erased(check: Check, asked: ReferenceRequest | None) -> bool:
    checks = Check.objects.of(check.organisation).filter(
        pk=check.pk, step_request__application__erased_at=None
    )
    if asked is not None:
        checks = checks.filter(requests=asked, requests__referee__erased_at=None)
    return not checks.exists()


def blank_raw_traces(*, now: datetime) -> int:
    """Delete addresses and devices after 30 days, or as soon as the organisation stops collecting them. Returns the
    number of traces changed."""
    raw = Q(address__isnull=False) | ~Q(device="")
    over = Q(seen_at__lte=now - KEEP_RAW) | Q(organisation__watches_devices=False)
    return Trace.objects.across_organisations().filter(raw, over).update(address=None, device="")


def _public_address(text: str) -> IPv4Address | IPv6Address | None:
    """Parse an address. None for a private one, which doesn't identify a network."""
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
