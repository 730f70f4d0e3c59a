"""Checks the reverse proxies in front of Goodword by requesting its public address. The response says how the web
server saw the request."""

import json
import ssl
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import httpx2
from django.conf import settings
from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

from goodword.core.doctor.findings import DoctorFinding, attention, broken, duration, good

AREA: Final = "proxy"
PATH: Final = "/proxy-check"
HEADER: Final = "X-Goodword-Check"
VALID_SECONDS: Final = 60
#: an address reserved for documentation (RFC 5737), sent as a client could forge it
FORGED: Final = "192.0.2.1"
STEP_SECONDS: Final = 5.0
EXPIRES_SOON: Final = timedelta(days=14)
_SIGNER: Final = signing.TimestampSigner(salt="goodword.core.doctor.proxy")
_LONGEST: Final = 10_000


@dataclass(frozen=True, slots=True)
class ProxyRequest:
    address: str
    forwarded_for: bool


@require_safe
def seen(request: HttpRequest) -> HttpResponse:
    """Respond only to requests that were signed with this installation's secret key within the last minute."""
    try:
        _SIGNER.unsign(request.headers.get(HEADER, ""), max_age=VALID_SECONDS)
    except signing.BadSignature:
        raise Http404 from None
    facts = ProxyRequest(
        address=request.META.get("REMOTE_ADDR", ""),
        forwarded_for="HTTP_X_FORWARDED_FOR" in request.META,
    )
    return JsonResponse(asdict(facts), headers={"Cache-Control": "no-store"})


def proxy(now: datetime) -> list[DoctorFinding]:
    url = settings.GOODWORD_BASE_URL + PATH
    headers = {HEADER: _SIGNER.sign("doctor"), "X-Forwarded-For": FORGED}
    try:
        with (
            httpx2.Client(follow_redirects=False, timeout=STEP_SECONDS, trust_env=False) as client,
            client.stream("GET", url, headers=headers) as response,
        ):
            stream = response.extensions.get("network_stream")
            tls = stream.get_extra_info("ssl_object") if stream is not None else None
            certificate = tls.getpeercert() if tls is not None else None
            body = b""
            for part in response.iter_bytes():
                body += part
                if len(body) > _LONGEST:
                    break
            found = judged(response.status_code, response.headers.get("Location", ""), body)
    except httpx2.HTTPError as error:
        return [_unreachable(error)]
    return [found, *_expiry(certificate, now=now)]


def judged(status: int, location: str, body: bytes) -> DoctorFinding:
    base = settings.GOODWORD_BASE_URL
    if httpx2.codes.is_redirect(status):
        if location == base + PATH:
            return broken(
                AREA,
                "Behind the proxy, requests look like plain HTTP, so every page redirects to itself.",
                "Configure the proxy to set X-Forwarded-Proto to https, as in deploy/.",
            )
        return broken(AREA, f"{base} redirects elsewhere.", "Correct GOODWORD_BASE_URL, or the proxy.")
    if status in (502, 503, 504):
        return broken(
            AREA,
            f"The proxy at {base} responds with {status}.",
            "Start `goodword serve`, and check the proxy's target.",
        )
    if status == httpx2.codes.BAD_REQUEST:
        return broken(
            AREA,
            f"{base} responds with 400.",
            "Configure the proxy to pass on the Host header, as in deploy/.",
        )
    facts = _facts(body) if status == httpx2.codes.OK else None
    if facts is None:
        return broken(
            AREA,
            f"{base} doesn't lead to this installation (status {status}).",
            "Point the proxy at `goodword serve`, and run doctor with the same GOODWORD_SECRET_KEY.",
        )
    return _headers(facts)


def _headers(facts: ProxyRequest) -> DoctorFinding:
    count = settings.GOODWORD_TRUSTED_PROXIES
    if not count:
        return good(AREA, "No proxies are trusted, and the address is reached directly.")
    if facts.address == FORGED:
        return broken(
            AREA,
            f"Anyone can fake their network address: there are fewer proxies than "
            f"GOODWORD_TRUSTED_PROXIES says ({count}).",
            "Set GOODWORD_TRUSTED_PROXIES to the number of chained proxies.",
        )
    if not facts.forwarded_for:
        return attention(
            AREA,
            "The proxy does not pass on clients' network addresses.",
            "Configure it to set X-Forwarded-For, as in deploy/.",
        )
    proxies = f"{count} trusted {'proxy' if count == 1 else 'proxies'}"
    return good(
        AREA,
        f"Reached through {proxies}, which see{'s' if count == 1 else ''} this machine as {facts.address}.",
    )


def _facts(body: bytes) -> ProxyRequest | None:
    try:
        return ProxyRequest(**json.loads(body))
    except (ValueError, TypeError):
        return None


def _unreachable(error: httpx2.HTTPError) -> DoctorFinding:
    base = settings.GOODWORD_BASE_URL
    if isinstance(error.__cause__, ssl.SSLError) or "CERTIFICATE" in str(error).upper():
        return broken(
            AREA, f"The certificate of {base} is not valid.", "Have the proxy's certificate renewed."
        )
    reason = "does not respond in time" if isinstance(error, httpx2.TimeoutException) else "can't be reached"
    return attention(
        AREA,
        f"{base} {reason} from this machine.",
        "Start `goodword serve` and the proxy. If only this machine can't reach it, others still may.",
    )


def _expiry(certificate: Mapping[str, Any] | None, *, now: datetime) -> list[DoctorFinding]:
    if not certificate or "notAfter" not in certificate:
        return []
    left = datetime.fromtimestamp(ssl.cert_time_to_seconds(str(certificate["notAfter"])), UTC) - now
    if left >= EXPIRES_SOON:
        return []
    sentence = f"The certificate of {settings.GOODWORD_BASE_URL} ends in {duration(left)}."
    return [attention(AREA, sentence, "Renew it, and check why it isn't renewed automatically.")]
