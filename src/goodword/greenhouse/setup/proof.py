"""Proving that the endpoint works from the outside: a signed delivery to our own public address, over HTTP.

Only the address of the settings is ever called, which the operator chose; redirects are not followed.
"""

import hashlib
import hmac
import ipaddress
import secrets
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

import httpx2
from django.utils.translation import gettext as _

from goodword.core import crypto
from goodword.greenhouse.client.guard import is_public, resolve
from goodword.greenhouse.inbox import endpoint
from goodword.greenhouse.models import Connection, WebhookSecret
from goodword.greenhouse.setup.connection import endpoint_url

SECONDS = 10.0
#: of an answer; ours is one line
READ_AT_MOST = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of one part of a test: `tone` as notices have it, and a sentence."""

    tone: str
    sentence: str


def prove_endpoint(connection: Connection, *, now: datetime) -> list[Outcome]:
    """Send a signed test to the Endpoint URL, and say what became of it."""
    newest = WebhookSecret.valid(connection, now=now).select_related("connection").first()
    try:
        secret = newest.reveal() if newest else ""
    except crypto.CannotOpen:
        secret = ""
    if not secret:
        return [
            _bad(
                _(
                    "The secret key can no longer be decrypted. Rotate it, and enter the new one in each webhook."
                )
            )
        ]
    url, nonce = endpoint_url(connection), secrets.token_hex(8)
    body = endpoint.test_delivery(nonce)
    signature = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    headers = {"Content-Type": "application/json", "Signature": f"sha256 {signature}"}
    try:
        status, said, location = _post(url, body, headers)
    except httpx2.TimeoutException:
        return [_bad(_("The Endpoint URL did not answer within ten seconds. %s") % _way())]
    except httpx2.HTTPError as error:
        return [_bad(_unreached(error))]
    found = [_said_of(status, said == endpoint.expected_answer(nonce), location)]
    if found[0].tone == "success":
        found += list(_from_outside(url))
    return found


def _post(url: str, body: bytes, headers: dict[str, str]) -> tuple[int, str, str]:
    """Status, beginning of the text, and where a redirect leads."""
    with (
        httpx2.Client(follow_redirects=False, timeout=SECONDS, trust_env=False) as client,
        client.stream("POST", url, content=body, headers=headers) as response,
    ):
        text = b""
        for part in response.iter_bytes():
            text += part
            if len(text) > READ_AT_MOST:
                break
        return response.status_code, text.decode(errors="replace"), response.headers.get("Location", "")


def _said_of(status: int, ours: bool, location: str) -> Outcome:
    if status == httpx2.codes.OK and ours:
        return Outcome(
            tone="success", sentence=_("A signed test to the Endpoint URL arrived here and was accepted.")
        )
    if status == httpx2.codes.OK:
        return _bad(
            _("Something other than Goodword answered at the Endpoint URL. %s")
            % _("Check that GOODWORD_BASE_URL and the proxy in front lead to this installation.")
        )
    if status == httpx2.codes.UNAUTHORIZED:
        return _bad(
            _("The test arrived, but its signature no longer matched: something in between changes the body.")
        )
    if httpx2.codes.is_redirect(status):
        host = urlsplit(location).netloc
        return _bad(
            _("The Endpoint URL redirects to %(host)s, and Greenhouse follows no redirects. %(way)s")
            % {"host": host or _("another page"), "way": _way()}
        )
    if status == httpx2.codes.NOT_FOUND:
        return _bad(
            _("There is nothing at the Endpoint URL (404): the proxy in front does not pass /hooks/ on.")
        )
    return _bad(_("The Endpoint URL answered %(status)s. %(way)s") % {"status": status, "way": _way()})


def _unreached(error: httpx2.HTTPError) -> str:
    if isinstance(error.__cause__, ssl.SSLError) or "CERTIFICATE" in str(error).upper():
        return _(
            "The certificate of the Endpoint URL does not hold. Greenhouse would refuse it too: renew it."
        )
    return (
        _(
            "The Endpoint URL cannot be reached from this server. %s If only this server cannot reach its own public "
            "address, Greenhouse still may: look whether deliveries come."
        )
        % _way()
    )


def _from_outside(url: str) -> Iterator[Outcome]:
    """A test from here says little where the address is one that only we can reach."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    try:
        addresses = resolve(host, parts.port or 443)
    except (OSError, UnicodeError):
        return
    if parts.scheme != "https":
        yield Outcome(
            tone="attention",
            sentence=_("Its address begins with http://. Greenhouse delivers to https:// only."),
        )
    if not all(is_public(ipaddress.ip_address(address)) for address in addresses):
        yield Outcome(
            tone="attention",
            sentence=_(
                "%(host)s is a private address: it works from here, but Greenhouse cannot reach it from the internet."
            )
            % {"host": host},
        )


def _way() -> str:
    return _("The operator looks at GOODWORD_BASE_URL, the name in DNS, and the proxy in front.")


def _bad(sentence: str) -> Outcome:
    return Outcome(tone="error", sentence=sentence)
