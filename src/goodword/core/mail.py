"""Outgoing mail: settings for Django's MAILERS and for Anymail, and our SMTP backend."""

import json
import re
import smtplib
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from enum import Enum
from importlib.util import find_spec
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.core.mail.backends.smtp import EmailBackend as DjangoBackend
from django.core.mail.message import EmailMessage
from django.core.validators import validate_email

from goodword.core.environment import SettingError, smtp
from goodword.core.text import clean_text

#: Providers whose events Anymail can parse, and its views for them. It no longer supports SendGrid, whose bounces
#: arrive as returned messages.
PROVIDERS: Final = {
    "amazon_ses": "AmazonSESTrackingWebhookView",
    "brevo": "BrevoTrackingWebhookView",
    "mailersend": "MailerSendTrackingWebhookView",
    "mailgun": "MailgunTrackingWebhookView",
    "mailjet": "MailjetTrackingWebhookView",
    "mailtrap": "MailtrapTrackingWebhookView",
    "mandrill": "MandrillCombinedWebhookView",
    "postal": "PostalTrackingWebhookView",
    "postmark": "PostmarkTrackingWebhookView",
    "resend": "ResendTrackingWebhookView",
    "sparkpost": "SparkPostTrackingWebhookView",
    "unisender_go": "UnisenderGoTrackingWebhookView",
}
_PACKAGES: Final = {"amazon_ses": "boto3", "resend": "svix"}
#: settings that a provider's API requires, without the provider's name; Amazon SES can take its credentials from the
#: machine
_NEEDED: Final = {
    "brevo": ("API_KEY",),
    "mailersend": ("API_TOKEN",),
    "mailgun": ("API_KEY",),
    "mailjet": ("API_KEY", "SECRET_KEY"),
    "mailtrap": ("API_TOKEN",),
    "mandrill": ("API_KEY",),
    "postal": ("API_KEY", "API_URL"),
    "postmark": ("SERVER_TOKEN",),
    "resend": ("API_KEY",),
    "sparkpost": ("API_KEY",),
    "unisender_go": ("API_KEY", "API_URL"),
}
#: ends of the names of settings whose values are strings
_TEXTS: Final = ("_KEY", "_TOKEN", "_SECRET", "_URL", "_DOMAIN", "_NAME", "_STREAM")
SELECTOR: Final = r"[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)*"
_SPF: Final = re.compile(
    r"(?:(?:include|exists|ip4|ip6):\S+|(?:a|mx)(?:[:/]\S+)?|redirect=\S+)", re.IGNORECASE
)
#: minimum characters of the secret
SHORTEST_SECRET: Final = 24
#: seconds for each step before the message: connection, greeting, TLS, sign-in, sender, recipient
STEP_SECONDS: Final = 20
HAND_OVER_SECONDS: Final = 120
ANSWER_SECONDS: Final = 600
#: seconds; the response to QUIT doesn't matter
QUIT_SECONDS: Final = 5
#: seconds after which an idle connection isn't reused
KEPT_SECONDS: Final = 5.0
_OK: Final = 250
#: codes that refuse our account, in response to any command
REFUSED_SIGN_IN: Final = frozenset({530, 534, 535, 538})
_CLOSING: Final = 421
#: message too large: the only refusal of the sender that is about the message
_TOO_LARGE: Final = 552


def provider(name: str) -> str:
    if name and name not in PROVIDERS:
        raise SettingError(f"GOODWORD_MAIL_PROVIDER must be one of {', '.join(PROVIDERS)}, not {name!r}.")
    if name in _PACKAGES and find_spec(_PACKAGES[name]) is None:
        raise SettingError(
            f"GOODWORD_MAIL_PROVIDER={name} needs the Python package {_PACKAGES[name]} installed."
        )
    return name


def credentials(given: str, *, provider: str) -> dict[str, Any]:
    if not given:
        return {}
    try:
        values = json.loads(given)
    except (ValueError, RecursionError):
        values = None
    if not isinstance(values, dict):
        raise SettingError('GOODWORD_MAIL_PROVIDER_SETTINGS must look like {"POSTMARK_SERVER_TOKEN": "..."}.')
    if not provider:
        raise SettingError("GOODWORD_MAIL_PROVIDER_SETTINGS is set, but GOODWORD_MAIL_PROVIDER is not.")
    for name, value in values.items():
        # not quoted, as it may be a credential
        if name.endswith(_TEXTS) and not (isinstance(value, str) and value.strip()):
            raise SettingError(f"{name} in GOODWORD_MAIL_PROVIDER_SETTINGS must be a non-empty string.")
    return values


def check_sends(given: Mapping[str, Any], *, provider: str) -> None:
    """Raise SettingError unless the provider's API can be used with these credentials."""
    for part in _NEEDED.get(provider, ()):
        if (name := f"{provider.upper()}_{part}") not in given:
            raise SettingError(
                f"GOODWORD_MAIL_PROVIDER_SETTINGS lacks {name}, which the API of {provider} requires. "
                "To send by SMTP instead, set GOODWORD_SMTP_URL."
            )


def webhook_secret(given: str, *, provider: str) -> str:
    """The "name:password" that authenticates the provider's events. If it is empty, none are accepted."""
    if not given:
        return ""
    name, colon, password = given.partition(":")
    if not name or not colon or len(password) < SHORTEST_SECRET:
        raise SettingError(
            f"GOODWORD_MAIL_WEBHOOK_SECRET must be name:password, the password {SHORTEST_SECRET} characters or longer."
        )
    if not provider:
        raise SettingError("GOODWORD_MAIL_WEBHOOK_SECRET is set, but GOODWORD_MAIL_PROVIDER is not.")
    return given


def return_address(given: str) -> str:
    local = given.partition("@")[0]
    if given and ("+" in local or len(local) > 20 or not _is_address(given)):
        raise SettingError(
            "GOODWORD_RETURN_ADDRESS must be an address like bounce@example.com, without + and with at most 20 "
            "characters before the @."
        )
    return given


def _is_address(given: str) -> bool:
    try:
        validate_email(given)
    except ValidationError:
        return False
    return True


def spf_mechanisms(given: list[str]) -> list[str]:
    for mechanism in given:
        if not _SPF.fullmatch(mechanism):
            raise SettingError(f"GOODWORD_MAIL_SPF must be like include:spf.example.net, not {mechanism!r}.")
    return given


def dkim_selectors(given: list[str]) -> list[str]:
    for selector in given:
        if len(selector) > 63 or not re.fullmatch(SELECTOR, selector):
            raise SettingError(f"GOODWORD_MAIL_DKIM_SELECTORS must be selectors like s1, not {selector!r}.")
    return given


def is_smtp(mailers: dict[str, Any]) -> bool:
    return bool(mailers["default"]["BACKEND"] == f"{__name__}.{EmailBackend.__name__}")


def mailers(*, provider: str, smtp_url: str) -> dict[str, Any]:
    if not smtp_url:
        return {"default": {"BACKEND": f"anymail.backends.{provider}.EmailBackend"}}
    return {"default": {"BACKEND": "goodword.core.mail.EmailBackend", "OPTIONS": smtp(smtp_url)}}


def anymail(*, credentials: dict[str, Any], webhook_secret: str) -> dict[str, Any]:
    """Settings of Anymail. Headers that a provider doesn't support are dropped instead of raising an error."""
    return {"IGNORE_UNSUPPORTED_FEATURES": True, **credentials, "WEBHOOK_SECRET": webhook_secret or []}


class FaultScope(Enum):
    #: a problem of the server, the network or our account
    SERVER = "server"
    #: a permanent or temporary problem of this mail or its address
    MAIL = "mail"
    #: the message was sent, but we don't know whether the server accepted it
    UNKNOWN = "unknown"


class Fault(smtplib.SMTPException):
    """A message was not accepted. `address`: the server refused the recipient's address."""

    def __init__(
        self, words: str, *, scope: FaultScope, permanent: bool = False, address: bool = False
    ) -> None:
        super().__init__(words)
        self.words = words
        self.scope = scope
        self.permanent = permanent
        self.address = address


class Unwritable(Fault):
    """The mail can't be sent at all, for example because its address is invalid."""

    def __init__(self, words: str, *, address: bool = False) -> None:
        super().__init__(words, scope=FaultScope.MAIL, permanent=True, address=address)


class MailWithdrawn(Exception):
    """Raised by a message's `hand_over` to stop it just before it is sent."""


class _Kept(threading.local):
    """This thread's open connection. `key`: the settings that it was opened with; None if there is none."""

    open = False
    key: object = None
    connection: Any = None
    since = 0.0


_kept = _Kept()


@contextmanager
def connection_kept() -> Iterator[Callable[[], None]]:
    """Keep this thread's connection open between messages. Yields a function that closes it."""
    _kept.open = True
    try:
        yield _close_kept
    finally:
        _kept.open = False
        _close_kept()


def _close_kept() -> None:
    connection, _kept.connection, _kept.key = _kept.connection, None, None
    _hang_up(connection)


class EmailBackend(DjangoBackend):
    """Sends each message on its own connection, or on one that is kept for a few seconds. Raises Fault.

    When the server is ready, `message.hand_over` is called; an exception there stops the message. Only messages with
    this attribute wait `answer_timeout` seconds for the response. Others are sent while a page loads.
    """

    connection: Any
    _partial_connection: Any
    was_handed_over = False

    def __init__(self, *, answer_timeout: float = ANSWER_SECONDS, **options: Any) -> None:
        super().__init__(**options)
        self.answer_timeout = answer_timeout

    @property
    def connection_class(self) -> type[smtplib.SMTP | smtplib.SMTP_SSL]:
        return _TLSConnection if self.use_ssl else _Connection

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        for message in email_messages:
            if message.recipients():
                self._deliver(message)
        return len(email_messages)

    def _deliver(self, message: EmailMessage) -> None:
        sender = self.prep_address(message.from_email)
        recipients = [self.prep_address(address) for address in message.recipients()]
        content = _bytes_of(message)
        hand_over = getattr(message, "hand_over", None)
        if self._use_kept():
            try:
                self._send(hand_over, sender, recipients, content)
                return
            except Fault as fault:
                # a server limits the messages per connection, so before the hand-over it is worth trying a new one
                if fault.scope is not FaultScope.SERVER or self.was_handed_over:
                    raise
        try:
            self.open()
        except smtplib.SMTPResponseException as error:
            raise _server(f"{error.smtp_code} {_words(error.smtp_error)}") from error
        except (smtplib.SMTPException, OSError, UnicodeError) as error:
            raise _server(f"The mail server could not be used: {error}") from error
        else:
            self._send(hand_over, sender, recipients, content)
        finally:
            self.close()

    def _send(
        self, hand_over: Callable[[], None] | None, sender: str, recipients: list[str], content: bytes
    ) -> None:
        connection = self.connection
        connection.hand_over = hand_over
        connection.handed_over = False
        connection.answer_timeout = self.answer_timeout if hand_over else STEP_SECONDS
        try:
            _send(connection, sender, recipients, content)
        except BaseException as error:
            self.was_handed_over = connection.handed_over
            if not isinstance(error, Fault) or error.scope is not FaultScope.MAIL:
                self.close()
            raise
        finally:
            self._keep()

    def _use_kept(self) -> bool:
        kept, key, since = _kept.connection, _kept.key, _kept.since
        _kept.connection = _kept.key = None
        if (
            kept is None
            or key != self._key()
            or time.monotonic() - since > KEPT_SECONDS
            or not _answers(kept)
        ):
            _hang_up(kept)
            return False
        self.connection = kept
        return True

    def _keep(self) -> None:
        if _kept.open and self.connection is not None and self.connection.sock is not None:
            self.connection.sock.settimeout(STEP_SECONDS)
            _kept.connection, _kept.key, _kept.since = self.connection, self._key(), time.monotonic()
            self.connection = None

    def _key(self) -> object:
        return self.host, self.port, self.username, self.password, self.use_tls, self.use_ssl

    def close(self) -> None:
        for connection in (self._partial_connection, self.connection):
            _hang_up(connection)
        self._partial_connection = self.connection = None


def _answers(connection: Any) -> bool:
    try:
        return bool(connection.rset()[0] == _OK)
    except (smtplib.SMTPException, OSError):
        return False


def _hang_up(connection: Any) -> None:
    if connection is None:
        return
    try:
        if connection.sock is not None:
            connection.sock.settimeout(QUIT_SECONDS)
        connection.quit()
    except (smtplib.SMTPException, OSError):
        pass
    finally:
        connection.close()


class _Limits:
    """A mixin for smtplib's connections. It relies on their sending commands as text and only the message as bytes."""

    hand_over: Callable[[], None] | None = None
    answer_timeout: float = STEP_SECONDS
    handed_over = False
    sock: Any

    def send(self, s: str | bytes) -> None:
        if isinstance(s, str):
            super().send(s)  # type: ignore[misc]  # smtplib's
            return
        try:
            if self.hand_over is not None:
                self.hand_over()
            self.sock.settimeout(HAND_OVER_SECONDS)
            super().send(s)  # type: ignore[misc]
            self.sock.settimeout(self.answer_timeout)
        except BaseException:
            self.close()  # type: ignore[attr-defined]  # the server drops an incomplete message
            raise
        self.handed_over = True


class _Connection(_Limits, smtplib.SMTP):  # type: ignore[misc]  # narrower than buffers of any kind
    pass


class _TLSConnection(_Limits, smtplib.SMTP_SSL):  # type: ignore[misc]  # the same
    pass


def _bytes_of(message: EmailMessage) -> bytes:
    from email import policy

    return message.message(policy=policy.SMTP).as_bytes()


def _send(connection: Any, sender: str, recipients: list[str], content: bytes) -> None:
    try:
        refused = connection.sendmail(sender, recipients, content)
    except smtplib.SMTPSenderRefused as error:
        raise _sender_refused(error.smtp_code, _words(error.smtp_error)) from error
    except smtplib.SMTPRecipientsRefused as error:
        code, reason = next(iter(error.recipients.values()))
        raise fault_of(code, _words(reason), address=True) from error
    except smtplib.SMTPDataError as error:
        raise fault_of(error.smtp_code, _words(error.smtp_error)) from error
    except (smtplib.SMTPException, OSError) as error:
        if connection.handed_over:
            words = f"The mail server did not confirm the message: {error}"
            raise Fault(words, scope=FaultScope.UNKNOWN) from error
        raise _server(f"The mail server could not be used: {error}") from error
    if refused:  # our mails have one recipient; with more, one refusal is enough
        code, reason = next(iter(refused.values()))
        raise fault_of(code, _words(reason), address=True)


def fault_of(code: int, words: str, *, address: bool = False) -> Fault:
    """Classify a response about the recipient or the message. 421 and a refused account are the server's problem."""
    reply = f"{code} {words}"
    if code == _CLOSING or code in REFUSED_SIGN_IN or not 400 <= code < 600:
        return _server(reply)
    permanent = code >= 500
    return Fault(reply, scope=FaultScope.MAIL, permanent=permanent, address=address and permanent)


def _sender_refused(code: int, words: str) -> Fault:
    if code == _TOO_LARGE:
        return Fault(f"{code} {words}", scope=FaultScope.MAIL, permanent=True)
    return _server(f"{code} {words}")


def _server(words: str) -> Fault:
    return Fault(words, scope=FaultScope.SERVER)


def _words(reason: bytes | str) -> str:
    """The server's reply without control characters, since PostgreSQL can't store NUL."""
    text = reason.decode("utf-8", "replace") if isinstance(reason, bytes) else reason
    return clean_text(text)
