"""Checks of mail for `goodword doctor` and /readyz: the queue, the mail server, the sender domain's DNS records."""

import re
import smtplib
import socket
import ssl
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import psycopg
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils.module_loading import import_string

from goodword.core import mail
from goodword.core.database import first_line
from goodword.core.dns import Failure, mail_servers
from goodword.core.doctor.findings import (
    DatabaseCheck,
    DoctorCheck,
    DoctorFinding,
    attention,
    broken,
    duration,
    good,
    register,
)
from goodword.core.text import clean_text
from goodword.notifications.domain.sender_domain import GOOD, UNKNOWN, Sender, configured, published
from goodword.notifications.domain.sender_domain import DnsFinding as Record

MAIL, SERVER, DNS = "mail", "mail_server", "dns"
#: mail that is later than this needs attention
LATE: Final = timedelta(minutes=15)
#: seconds for each step of the conversation with the mail server
STEP_SECONDS: Final = 4
EXPIRES_SOON: Final = timedelta(days=14)
_ADDRESS: Final = re.compile(r"(?<!\S)\S+?@\S+")
_LOCAL: Final = ("localhost", "127.0.0.1", "::1")
_QUEUE = """
SELECT count(due.not_before), min(due.not_before),
    (SELECT down_since FROM notifications_mailservice WHERE down_since IS NOT NULL LIMIT 1),
    (SELECT last_error FROM notifications_mailservice WHERE down_since IS NOT NULL LIMIT 1),
    EXISTS (SELECT FROM notifications_email WHERE state IN ('queued', 'sending') AND excused > 0)
FROM (SELECT not_before FROM notifications_email
    WHERE state IN ('queued', 'sending') AND not_before <= %(now)s) AS due
"""


def add_checks() -> None:
    register(
        DatabaseCheck(MAIL, queue, ready=True),
        DoctorCheck(SERVER, lambda now: [mail_server(now)]),
        DoctorCheck(DNS, sender_domain),
    )


def queue(conn: psycopg.Connection, now: datetime) -> DoctorFinding:
    """Check for late mail. Mail that is scheduled, or deferred by the recipient's server, doesn't count as late."""
    row = conn.execute(_QUEUE, {"now": now}).fetchone()
    due, oldest, down_since, error, waits = row or (0, None, None, "", False)
    late = oldest is not None and now - oldest > LATE
    if down_since is not None and waits:
        sentence = f"Mail has not been going out for {duration(now - down_since)}: {error.rstrip('.')}."
        if is_refused_sign_in(error):
            return broken(MAIL, sentence, "Correct the user and the password in GOODWORD_SMTP_URL.")
        remedy = "Check the mail server and GOODWORD_SMTP_URL. Mail then goes out automatically."
        return (broken if late or now - down_since > LATE else attention)(MAIL, sentence, remedy)
    if late:
        sentence = f"Mail is waiting ({due}), the oldest for {duration(now - oldest)}."
        return broken(MAIL, sentence, "Check that a worker is running and that the mail server responds.")
    return good(MAIL, f"Mail waiting: {due}.")


def is_refused_sign_in(error: str) -> bool:
    return error[:3].isdigit() and int(error[:3]) in mail.REFUSED_SIGN_IN


def mail_server(now: datetime) -> DoctorFinding:
    """Connect, start TLS, sign in and quit, without sending anything."""
    if not mail.is_smtp(settings.MAILERS):
        try:
            import_string(settings.MAILERS["default"]["BACKEND"])(alias="default")
        except ImproperlyConfigured as error:  # a missing or misspelt name
            provider = settings.GOODWORD_MAIL_PROVIDER
            return broken(
                SERVER,
                f"No mail can be sent through the API of {provider}: {first_line(error)}.",
                f"Name its credentials in GOODWORD_MAIL_PROVIDER_SETTINGS as on https://anymail.dev/en/stable/esps/"
                f"{provider}/.",
            )
        return good(
            SERVER,
            f"Mail goes through the API of {settings.GOODWORD_MAIL_PROVIDER}, which isn't tested here.",
        )
    options: dict[str, Any] = settings.MAILERS["default"]["OPTIONS"]
    place = f"{options['host']}:{options['port']}"
    backend = mail.EmailBackend(alias="default", **options | {"timeout": STEP_SECONDS})
    with closing(backend):
        try:
            backend.open()
            backend.connection.noop()
        except (OSError, UnicodeError) as error:  # smtplib's exceptions are OSErrors
            return broken(SERVER, *_problem(error, place))
        return _connected(backend, place, now)


def _connected(backend: mail.EmailBackend, place: str, now: datetime) -> DoctorFinding:
    sock = backend.connection.sock
    signed_in = " and accepts the password" if backend.username and backend.password else ""
    if not isinstance(sock, ssl.SSLSocket):
        if backend.host in _LOCAL:
            return good(SERVER, f"{place} responds{signed_in}.")
        return attention(
            SERVER,
            f"{place} responds{signed_in}, but mail goes there without encryption.",
            "Use smtp+starttls:// or smtps:// in GOODWORD_SMTP_URL.",
        )
    certificate = sock.getpeercert() or {}
    if ends := certificate.get("notAfter"):
        left = datetime.fromtimestamp(ssl.cert_time_to_seconds(str(ends)), UTC) - now
        if left < EXPIRES_SOON:
            sentence = f"{place} responds{signed_in}; its certificate expires in {duration(left)}."
            return attention(SERVER, sentence, "Have it renewed, or mail will stop going out.")
    return good(SERVER, f"{place} responds over {sock.version()}{signed_in}.")


def _problem(error: Exception, place: str) -> tuple[str, str]:
    match error:
        case smtplib.SMTPAuthenticationError():
            return (
                f"{place} refuses the user or the password ({_reply(error)}).",
                "Correct both in GOODWORD_SMTP_URL, with special characters as %XX.",
            )
        case smtplib.SMTPNotSupportedError():
            return (
                f"{place} does not offer what GOODWORD_SMTP_URL asks for: {error}",
                "Check its port and whether it should begin with smtp+starttls://, smtps:// or smtp://.",
            )
        case ssl.SSLCertVerificationError():
            return (
                f"The certificate of {place} can't be trusted: {error.verify_message}.",
                "Use the name in its certificate as host, or have the certificate renewed.",
            )
        case ssl.SSLError():
            return (
                f"TLS with {place} failed.",
                "Port 465 usually needs smtps://, port 587 smtp+starttls://, in GOODWORD_SMTP_URL.",
            )
        case socket.gaierror():
            return f"The host name of {place} is unknown.", "Correct the host in GOODWORD_SMTP_URL, or DNS."
        case smtplib.SMTPResponseException():
            return (
                f"{place} refuses the connection ({_reply(error)}).",
                "Ask its administrator for the reason.",
            )
        case _ if isinstance(error, TimeoutError) or isinstance(error.__context__, TimeoutError):
            return (
                f"{place} did not respond within {STEP_SECONDS} seconds.",
                "Check host and port in GOODWORD_SMTP_URL (465 usually needs smtps://), and this machine's firewall.",
            )
    return (
        f"{place} can't be reached: {_ADDRESS.sub('…', getattr(error, 'strerror', None) or str(error))}.",
        "Check host and port in GOODWORD_SMTP_URL, and that the mail server is running.",
    )


def _reply(error: smtplib.SMTPResponseException) -> str:
    words = error.smtp_error
    text = words.decode("utf-8", "replace") if isinstance(words, bytes) else words
    return f"{error.smtp_code} {_ADDRESS.sub('…', clean_text(text, one_line=True))[:150]}".rstrip(" .")


def sender_domain(now: datetime) -> list[DoctorFinding]:  # noqa: ARG001 - a check's signature
    """Check SPF, DKIM of the configured selectors, DMARC, and MX for returned mail. Never *broken*: mail is sent."""
    sender = configured()
    seen = published(sender, list(settings.GOODWORD_MAIL_DKIM_SELECTORS))
    return [
        _record("SPF", seen["spf"]),
        *(_record("DKIM", finding) for finding in seen["dkim"]),
        _record("DMARC", seen["dmarc"]),
        *_returned_mail(sender),
    ]


def _record(kind: str, record: Record) -> DoctorFinding:
    sentence = f"{kind} of {record.name}: {record.sentence}"
    if record.state == GOOD or (record.state == UNKNOWN and record.seen):
        return good(DNS, sentence)
    remedy = f"Publish at {record.name}: {record.value}" if record.value else record.source
    return attention(DNS, sentence, remedy or "Settings > Sender domain shows what to publish.")


def _returned_mail(sender: Sender) -> Iterator[DoctorFinding]:
    answer = mail_servers(sender.spf_domain, using=settings.GOODWORD_DNS_SERVERS)
    name = f"MX of {sender.spf_domain}"
    if answer.failure:
        reasons = {
            Failure.TIMEOUT: "the DNS server does not respond",
            Failure.NO_SERVER: "this machine has no DNS server",
        }
        reason = reasons.get(answer.failure, "the DNS server could not look it up")
        yield attention(DNS, f"{name}: {reason}.", "Check DNS, or set GOODWORD_DNS_SERVERS.")
    elif answer.texts in ((), (".",)):
        yield attention(
            DNS,
            f"{name}: no server accepts mail for it, so returned mail is lost.",
            "Publish an MX record, or use a sender address that receives mail.",
        )
    else:
        yield good(DNS, f"{name}: {', '.join(text.rstrip('.') for text in answer.texts)}.")
