import ipaddress
import secrets
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

import httpx2
from django.utils.translation import gettext as _

from goodword.accounts.domain.audit import write_by
from goodword.accounts.models import Membership
from goodword.core import crypto
from goodword.greenhouse.client.transport import is_public, resolve
from goodword.greenhouse.inbox import endpoint
from goodword.greenhouse.models import Connection, WebhookSecret
from goodword.greenhouse.setup.connections import CALL_ERRORS, connection_of, endpoint_url, error_message
from goodword.greenhouse.setup.permissions import check_again, connection_card

TIMEOUT_SECONDS = 10.0

READ_AT_MOST = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckResult:
    tone: str
    sentence: str


def check_connection(connection: Connection, *, member: Membership, now: datetime) -> list[CheckResult]:
    found = [*_check_reading(connection, member=member, now=now), *check_endpoint(connection, now=now)]
    write_by(
        member,
        "greenhouse.tested",
        now=now,
        details={"connection": connection.pk, "failed": sum(1 for result in found if result.tone == "error")},
    )
    return found


def _check_reading(connection: Connection, *, member: Membership, now: datetime) -> list[CheckResult]:
    try:
        check_again(connection, member=member, now=now)
    except CALL_ERRORS as error:
        return [CheckResult(tone="error", sentence=str(error_message(error)))]
    row = connection_of(connection.organisation, connection.pk)
    if row is None:
        return []
    card = connection_card(row, now=now)
    works = [
        permission_row.name
        for permission_row in (*card.required, *card.recommended)
        if permission_row.state in {"granted", "untested"}
    ]
    found = []
    if works:
        found.append(CheckResult(tone="success", sentence=_("Reading works: %s.") % ", ".join(works)))
    if card.site_admin:
        found.append(CheckResult(tone="error", sentence=card.site_admin))
    if card.to_tick:
        names = ", ".join(card.to_tick)
        found.append(
            CheckResult(
                tone="error",
                sentence=_("Missing in Greenhouse: %s. Edit the credential there and tick them.") % names,
            )
        )
    lacking = [
        permission_row.name for permission_row in card.recommended if permission_row.state == "lacking"
    ]
    if lacking:
        found.append(
            CheckResult(tone="attention", sentence=_("Recommended, but missing: %s.") % ", ".join(lacking))
        )
    if card.untested:
        found.append(
            CheckResult(
                tone="attention",
                sentence=_("Writing is untested. Post a test note to check it."),
            )
        )
    return found


def check_endpoint(connection: Connection, *, now: datetime) -> list[CheckResult]:
    """Send a signed test delivery to our own endpoint, without following redirects."""
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
    headers = {"Content-Type": "application/json", "Signature": f"sha256 {endpoint.sign(body, secret)}"}
    try:
        status, text, location = _post(url, body, headers)
    except httpx2.TimeoutException:
        return [_bad(_("The Endpoint URL did not answer within ten seconds. %s") % _operator_hint())]
    except httpx2.HTTPError as error:
        return [_bad(_connection_error(error))]
    found = [_answer_result(status, text == endpoint.expected_answer(nonce), location)]
    if found[0].tone == "success":
        found += list(_reachability_warnings(url))
    return found


def _post(url: str, body: bytes, headers: dict[str, str]) -> tuple[int, str, str]:
    """Return the status, the beginning of the text, and where a redirect leads."""
    with (
        httpx2.Client(follow_redirects=False, timeout=TIMEOUT_SECONDS, trust_env=False) as client,
        client.stream("POST", url, content=body, headers=headers) as response,
    ):
        text = b""
        for part in response.iter_bytes():
            text += part
            if len(text) > READ_AT_MOST:
                break
        return response.status_code, text.decode(errors="replace"), response.headers.get("Location", "")


def _answer_result(status: int, ours: bool, location: str) -> CheckResult:
    if status == httpx2.codes.OK and ours:
        return CheckResult(
            tone="success", sentence=_("A signed test delivery to the Endpoint URL was accepted.")
        )
    if status == httpx2.codes.OK:
        return _bad(
            _("Something other than Goodword answered the Endpoint URL. %s")
            % _("Check that GOODWORD_BASE_URL and the proxy lead to this installation.")
        )
    if status == httpx2.codes.UNAUTHORIZED:
        return _bad(
            _("The test arrived, but its signature no longer matched: something on the way changes the body.")
        )
    if httpx2.codes.is_redirect(status):
        host = urlsplit(location).netloc
        return _bad(
            _("The Endpoint URL redirects to %(host)s, and Greenhouse follows no redirects. %(way)s")
            % {"host": host or _("another page"), "way": _operator_hint()}
        )
    if status == httpx2.codes.NOT_FOUND:
        return _bad(_("There is nothing at the Endpoint URL (404): the proxy does not forward /hooks/."))
    return _bad(
        _("The Endpoint URL answered %(status)s. %(way)s") % {"status": status, "way": _operator_hint()}
    )


def _connection_error(error: httpx2.HTTPError) -> str:
    if isinstance(error.__cause__, ssl.SSLError) or "CERTIFICATE" in str(error).upper():
        return _("The certificate of the Endpoint URL is invalid. Greenhouse would refuse it too: renew it.")
    return (
        _(
            "The Endpoint URL cannot be reached from this server. %s If only this server cannot reach its own public "
            "address, Greenhouse may still reach it: check whether deliveries arrive."
        )
        % _operator_hint()
    )


def _reachability_warnings(url: str) -> Iterator[CheckResult]:
    parts = urlsplit(url)
    host = parts.hostname or ""
    try:
        addresses = resolve(host, parts.port or 443)
    except (OSError, UnicodeError):
        return
    if parts.scheme != "https":
        yield CheckResult(
            tone="attention",
            sentence=_("The Endpoint URL begins with http://, but Greenhouse only delivers to https://."),
        )
    if not all(is_public(ipaddress.ip_address(address)) for address in addresses):
        yield CheckResult(
            tone="attention",
            sentence=_(
                "%(host)s is a private address: it works from here, but Greenhouse cannot reach it from the internet."
            )
            % {"host": host},
        )


def _operator_hint() -> str:
    return _("The operator should check GOODWORD_BASE_URL, DNS and the proxy.")


def _bad(sentence: str) -> CheckResult:
    return CheckResult(tone="error", sentence=sentence)
