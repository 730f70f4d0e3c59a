"""Outcomes of sent mail: delivered, returned, or marked as spam.

Events from providers and returned messages can arrive twice, late and out of order. Each outcome is recorded once.

A mail is recognised by the mark in its Message-ID and return address: its id and a keyed tag that can't be guessed.
Returned messages are read as delivery reports (RFC 3464) and complaints (RFC 5965); flufl.bounce reads free text.
"""

import hashlib
import hmac
import logging
import re
from base64 import b32encode
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime, timedelta
from email import message_from_bytes
from email.message import Message
from email.utils import parseaddr
from typing import Any, Final, Literal
from urllib.parse import urlsplit

from anymail.signals import AnymailTrackingEvent, EventType
from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from flufl.bounce import all_failures

from goodword.candidates.models import recruiter_of
from goodword.core.addresses import Correspondent, is_same, normalised, reaches
from goodword.core.compiled_queries import remembered
from goodword.core.crypto import hash_keys
from goodword.core.events import record
from goodword.core.models import Event, HasPk
from goodword.core.text import clean_text
from goodword.notifications.domain.queue import queue_for_recruiter
from goodword.notifications.models import Email, Link

MARK_PURPOSE = b"goodword.notifications.returned"
#: 80 bits, in lower-case letters and digits because mail servers may change the case of an address
TAG_LENGTH = 16
_MARK = re.compile(rf"(?<![0-9a-z])([1-9][0-9]{{0,17}})\.([a-z2-7]{{{TAG_LENGTH}}})@", re.IGNORECASE)
LONGEST_REASON = 500
#: how much the clocks of a provider and of this server may differ
CLOCKS_DIFFER: Final = timedelta(minutes=5)
OWN_DATA = frozenset({Link.Purpose.CANDIDATE_DATA, Link.Purpose.REFEREE_DATA})
#: undeliverable: refused by the recipient's server, or suppressed by the provider after an earlier mail
RETURNED_EVENTS = frozenset({EventType.BOUNCED, EventType.REJECTED})
#: the recipient wants no more mail
COMPLAINED_EVENTS = frozenset({EventType.COMPLAINED, EventType.UNSUBSCRIBED})
log = logging.getLogger(__name__)
_own_mail: ContextVar[Email | None] = ContextVar("goodword.own_mail", default=None)
Outcome = Literal["bounced", "delayed", "complained", "nothing"]
#: Limits on a returned message. A larger one is cut off, since the report comes first. Parsing takes time per line and
#: recursion per nested part.
MOST_BYTES: Final = 256 * 1024
MOST_LINES: Final = 10_000
MOST_CONTAINERS: Final = 30
_CONTAINER: Final = re.compile(rb"^content-type:\s*(?:multipart|message)/", re.IGNORECASE | re.MULTILINE)
#: headers in which mail servers keep a message's original recipient
_RECIPIENT_HEADERS = ("X-Original-To", "Delivered-To", "Envelope-To", "To")
#: a refusal in free text: "550 5.1.1 No such user"
_REFUSAL = re.compile(r"^.*\b5\d\d[ -].*$", re.MULTILINE)
UNDELIVERED = "notifications.undelivered"


def mark_of(email_id: int) -> str:
    return f"{email_id}.{next(_mark_tags(email_id))}"


def message_id_of(email_id: int) -> str:
    return f"<goodword-{mark_of(email_id)}@{urlsplit(settings.GOODWORD_BASE_URL).hostname}>"


def return_address_of(email_id: int) -> str:
    """The envelope sender of a mail, or "" if GOODWORD_RETURN_ADDRESS is not set."""
    if not settings.GOODWORD_RETURN_ADDRESS:
        return ""
    local, _, domain = settings.GOODWORD_RETURN_ADDRESS.partition("@")
    return f"{local}+{mark_of(email_id)}@{domain}"


def marked_in(text: str) -> int | None:
    """The id of the first mail whose valid mark is in the text (an address or a Message-ID), or None."""
    for found in _MARK.finditer(text):
        email_id, tag = int(found[1]), found[2].lower()
        if any(hmac.compare_digest(tag, known) for known in _mark_tags(email_id)):
            return email_id
    return None


def _mark_tags(email_id: int) -> Iterator[str]:
    """Tags with all keys, the current one first, so that mail sent before a key rotation is still recognised."""
    for _, own_key in hash_keys(MARK_PURPOSE):
        digest = hmac.digest(own_key, str(email_id).encode(), hashlib.sha256)
        yield b32encode(digest)[:TAG_LENGTH].decode().lower()


def note_delivered(
    *, email_id: int, address: str = "", provider_id: str = "", at: datetime | None = None, now: datetime
) -> bool:
    """Record that the recipient's mail server accepted it (it can still bounce). A mail that waits to be sent again or
    has failed, because its attempts got no response, is then settled as sent. The other parameters are those of
    `note_bounced`. Returns False if already recorded, erased, or about a copy before the mail was sent again."""
    with transaction.atomic():
        email = _lock(email_id)
        if email is None or email.delivered_at is not None:
            return False
        if address and not reaches(address, email.to_address):
            return False
        if _waits_for_first_copy(email):
            return False
        # attempts without a response may have been delivered too
        if not email.unanswered and _is_before_last_copy(email, provider_id=provider_id, at=at):
            return False
        email.delivered_at = now
        unsettled = email.state in (Email.State.QUEUED, Email.State.FAILED) and email.bounced_at is None
        if unsettled and email.unanswered:
            email.state, email.settled_at, email.last_error = Email.State.SENT, now, ""
            unsent = Email.objects.across_organisations().filter(
                key=_notice_key(email), state=Email.State.QUEUED
            )
            unsent.delete()  # not cancelled, so that a later bounce can queue it again
            record_event("email.sent", email, now=now)
        email.save(update_fields=["delivered_at", "state", "settled_at", "last_error"])
        return True


def note_bounced(
    *,
    email_id: int,
    address: str = "",
    provider_id: str = "",
    at: datetime | None = None,
    reason: str,
    now: datetime,
) -> bool:
    """Record a bounce with the mail server's `reason`. `address`, `provider_id`: of the copy that bounced, if known;
    `at`: when it bounced, by the provider's clock. Returns False if already recorded, erased, or about a copy before
    the mail was sent again."""
    with transaction.atomic():
        email = _lock(email_id)
        if email is None or email.bounced_at is not None:
            return False
        if _is_to_earlier_address(email, address=address, provider_id=provider_id):
            return False
        if _waits_for_first_copy(email) or _is_before_last_copy(email, provider_id=provider_id, at=at):
            return False
        email.bounced_at = now
        email.bounce_reason = clean_text(reason, one_line=True)[:LONGEST_REASON]
        if email.state == Email.State.QUEUED:  # an attempt that seemed to have failed was delivered
            email.state, email.settled_at = Email.State.FAILED, now
        email.save(update_fields=["bounced_at", "bounce_reason", "state", "settled_at"])
        record_event("email.bounced", email, now=now)
        return True


def note_complained(*, email_id: int, address: str = "", provider_id: str = "", now: datetime) -> bool:
    """Record a spam complaint or unsubscription. Parameters and result as for `note_bounced`."""
    with transaction.atomic():
        email = _lock(email_id)
        if email is None or is_same(email.complained_address, email.to_address):
            return False
        if _is_to_earlier_address(email, address=address, provider_id=provider_id):
            return False
        if email.complained_at is not None and _waits_for_first_copy(email):
            return False
        email.complained_at, email.complained_address = now, email.to_address
        email.save(update_fields=["complained_at", "complained_address"])
        record_event("email.complained", email, now=now)
        return True


def _is_to_earlier_address(email: Email, *, address: str, provider_id: str) -> bool:
    """Whether a report is about a copy to an address that has been corrected since. A provider may name the address
    that the last copy was forwarded to, which is a report about the present address."""
    if not address or reaches(address, email.to_address):
        return False
    if _is_only_copy(email):
        return False
    return email.state != Email.State.SENT or not provider_id or provider_id != email.provider_id


def _waits_for_first_copy(email: Email) -> bool:
    """Whether nothing has been sent since it was queued, so that a report is about a copy before it was sent again."""
    return email.state == Email.State.QUEUED and not email.unanswered


def _is_only_copy(email: Email) -> bool:
    """Whether a report can't be about an earlier copy."""
    return email.attempts == 1 and email.state in (Email.State.SENDING, Email.State.SENT)


def _is_before_last_copy(email: Email, *, provider_id: str, at: datetime | None) -> bool:
    """Whether a report is about a copy before the last one. Providers may repeat events for days."""
    if at is None or email.handed_over_at is None or _is_only_copy(email):
        return False
    is_last = bool(provider_id) and provider_id == email.provider_id
    return not is_last and at < email.handed_over_at - CLOCKS_DIFFER


def is_unwanted(email: Email) -> bool:
    """Whether the recipient marked earlier mail on the application as spam. Exempt: recruiters, links to own data."""
    if email.application_id is None or email.link_purpose in OWN_DATA:
        return False
    return has_complained(email.organisation, email.application_id, email.to_address)


def has_complained(organisation: HasPk, application_id: int, address: str) -> bool:
    """Whether mail on the application to this address was marked as spam, so that no more is sent there."""
    return (
        _complaints(organisation, [application_id]).filter(complained_address__same_address=address).exists()
    )


def complaints(organisation: HasPk, application_ids: Iterable[int]) -> set[tuple[int, str]]:
    """The applications and normalised addresses for which `has_complained` is true. One query."""
    found = _complaints(organisation, application_ids).values_list("application_id", "complained_address")
    return {(pk, normalised(address)) for pk, address in found if pk is not None}


def _complaints(organisation: HasPk, application_ids: Iterable[int]) -> QuerySet[Email]:
    return Email.objects.of(organisation).filter(
        application_id__in=list(application_ids),
        link_purpose__in=[Link.Purpose.CANDIDATE, Link.Purpose.REFEREE, Link.Purpose.RATING],
        complained_at__isnull=False,
    )


def _lock(email_id: int) -> Email | None:
    return (
        Email.objects.across_organisations()
        .select_for_update(of=("self",), no_key=True)
        .filter(pk=email_id)
        .first()
    )


def record_event(name: str, email: Email, *, now: datetime) -> None:
    record(
        name,
        organisation_id=email.organisation_id,
        application_id=email.application_id,
        actor="goodword",
        at=now,
        data={
            "email_id": email.pk,
            "kind": email.kind,
            "subject_ref": email.subject_ref,
            "has_deadline": email.deadline_days is not None,
        },
    )


def take_event(event: AnymailTrackingEvent, *, now: datetime) -> bool:
    """Record a provider's event. Returns False if it has no effect: the mail is unknown or erased, or it was a soft
    bounce, which the provider retries."""
    if event.event_type not in RETURNED_EVENTS | COMPLAINED_EVENTS | {EventType.DELIVERED}:
        return False
    email_id = _mail_of_event(event)
    if email_id is None:
        return False
    address, provider_id = _as_text(event.recipient), _as_text(event.message_id)
    if event.event_type == EventType.DELIVERED:
        return note_delivered(
            email_id=email_id, address=address, provider_id=provider_id, at=event.timestamp, now=now
        )
    if event.event_type in COMPLAINED_EVENTS:
        return note_complained(email_id=email_id, address=address, provider_id=provider_id, now=now)
    return note_bounced(
        email_id=email_id,
        address=address,
        provider_id=provider_id,
        at=event.timestamp,
        reason=_event_reason(event),
        now=now,
    )


def _mail_of_event(event: AnymailTrackingEvent) -> int | None:
    """Find the mail by our mark in the Message-ID or metadata (field names vary), else by the provider's id."""
    message_id = _as_text(event.message_id)
    for text in (message_id, *_event_texts(event.esp_event)):
        if (email_id := marked_in(text)) is not None:
            return email_id
    if not message_id:
        return None
    mails = Email.objects.across_organisations().filter(provider_id=message_id)
    return mails.values_list("pk", flat=True).first()


def _event_texts(event: Any) -> Iterator[str]:
    left = [event]
    while left:  # not recursive, since JSON may be nested deeply
        value = left.pop()
        if isinstance(value, str):
            yield value
        elif isinstance(value, list):
            left += value
        elif hasattr(value, "values"):
            left += value.values()


def _event_reason(event: AnymailTrackingEvent) -> str:
    texts = (_as_text(value) for value in (event.mta_response, event.description, event.reject_reason))
    return next(filter(None, texts), "")


def _as_text(value: object) -> str:
    """The value without characters that can't be stored; "" unless it is text, which providers don't guarantee."""
    return clean_text(value, one_line=True) if isinstance(value, str) else ""


@dataclass(frozen=True, kw_only=True)
class Returned:
    """The outcome reported by a returned message. `email_id`: None if it isn't about one of our mails. `address`: what
    a bounced copy was sent to, if its headers came back too."""

    email_id: int | None
    outcome: Outcome
    address: str = ""
    reason: str = ""


def keep_returned(returned: Returned, *, now: datetime) -> None:
    if returned.email_id is None:
        return
    if returned.outcome == "bounced":
        note_bounced(email_id=returned.email_id, address=returned.address, reason=returned.reason, now=now)
    elif returned.outcome == "complained":
        note_complained(email_id=returned.email_id, now=now)


def read_returned(raw: bytes, *, sent_to: str = "") -> Returned:
    """Read any message. `sent_to`: the envelope's recipient, if the mail server passes it on."""
    message = message_from_bytes(_cut(raw))
    email_id = _mail_of(message, sent_to)
    if email_id is None:
        return Returned(email_id=None, outcome="nothing")
    if _is_complaint(message):
        return Returned(email_id=email_id, outcome="complained")
    outcome = _by_standard(message) or _by_words(message)
    if outcome != "bounced":
        return Returned(email_id=email_id, outcome=outcome)
    return Returned(email_id=email_id, outcome=outcome, address=_sent_to(message), reason=_reason(message))


def _cut(raw: bytes) -> bytes:
    raw = b"".join(raw[:MOST_BYTES].splitlines(keepends=True)[:MOST_LINES])
    # a lone carriage return also ends a line
    found = list(_CONTAINER.finditer(raw.replace(b"\r", b"\n")))
    return raw if len(found) <= MOST_CONTAINERS else raw[: found[MOST_CONTAINERS].start()]


def _mail_of(message: Message, sent_to: str) -> int | None:
    for text in (sent_to, *_headers(message, _RECIPIENT_HEADERS), *_message_texts(message)):
        if (email_id := marked_in(text)) is not None:
            return email_id
    for part in message.walk():
        for text in _headers(part, ("Message-ID", "In-Reply-To", "References")):
            if (email_id := marked_in(text)) is not None:
                return email_id
    return None


def _headers(message: Message, names: tuple[str, ...]) -> Iterator[str]:
    for name in names:
        yield from (str(value) for value in message.get_all(name, []))


def _message_texts(message: Message) -> Iterator[str]:
    for part in message.walk():
        if part.get_content_maintype() == "text":
            content = part.get_payload(decode=True)
            yield content.decode("utf-8", "replace") if isinstance(content, bytes) else ""


def _sent_to(message: Message) -> str:
    """The recipient according to the headers of the returned copy, or ""."""
    copies = [part for part in message.walk() if part is not message]
    copies += [_fields(found) for text in _message_texts(message) if (found := _paragraph_with_mark(text))]
    for copy in copies:
        if any(marked_in(text) is not None for text in _headers(copy, ("Message-ID",))):
            return parseaddr(str(copy["To"] or ""))[1]
    return ""


def _paragraph_with_mark(text: str) -> str:
    text = text.replace("\r\n", "\n")
    for found in _MARK.finditer(text):
        if marked_in(found[0]) is not None:
            return text[text.rfind("\n\n", 0, found.start()) + 1 :].lstrip("\n").partition("\n\n")[0]
    return ""


def _is_complaint(message: Message) -> bool:
    if str(message.get_param("report-type", "")).lower() != "feedback-report":
        return False
    return any(
        str(block["Feedback-Type"] or "").strip().lower() == "abuse"
        for block in _blocks(message, "message/feedback-report")
    )


def _by_standard(message: Message) -> Outcome | None:
    """The outcome according to the *Action* of a delivery report, or None without one."""
    actions = [
        str(block["Action"] or "").strip().lower() for block in _blocks(message, "message/delivery-status")
    ]
    if any(action.startswith(("fail", "error")) for action in actions):
        return "bounced"
    if any(actions):
        return "delayed" if any(action.startswith("delay") for action in actions) else "nothing"
    return None


def _by_words(message: Message) -> Outcome:
    try:
        later, never = all_failures(message)
    except Exception:  # a third-party parser on untrusted input
        log.warning("A returned message could not be read", exc_info=True)
        return "nothing"
    if never:
        return "bounced"
    return "delayed" if later else "nothing"


def _reason(message: Message) -> str:
    blocks = list(_blocks(message, "message/delivery-status"))
    for block in blocks:
        if diagnostic := str(block["Diagnostic-Code"] or ""):
            return diagnostic.partition(";")[2].strip() or diagnostic
    for block in blocks:
        if status := str(block["Status"] or "").strip():
            return status
    for text in _message_texts(message):
        if found := _REFUSAL.search(text):
            return found[0].strip()
    return "No reason given."


def _blocks(message: Message, content_type: str) -> Iterator[Message]:
    """The groups of fields in the parts of this type. The parser turns them into messages only for delivery reports."""
    for part in message.walk():
        if part.get_content_type() != content_type:
            continue
        payload = part.get_payload()
        if isinstance(payload, list):
            for block in payload:
                if isinstance(block, Message):
                    yield block
                    if not block.keys() and isinstance(block.get_payload(), str):
                        yield _fields(str(block.get_payload()))
        elif isinstance(payload, str):
            yield _fields(payload)


def _fields(text: str) -> Message:
    return message_from_bytes(text.encode("utf-8", "replace"))


def mail_of(event: Event, *more: str) -> Email | None:
    """Return the event's mail with its organisation and `more` relations."""
    rows = Email.objects.across_organisations().select_related("organisation", *more)
    email_id = event.data["email_id"]
    own = _own_mail.get()
    if own is not None and own.pk == email_id and not more:
        return own
    return remembered(("mail", email_id, *more), rows.filter(pk=email_id).first)


@contextmanager
def keeping_mail(email: Email) -> Iterator[None]:
    """Let `mail_of` return this mail, which was just written, within the block."""
    token = _own_mail.set(email)
    try:
        yield
    finally:
        _own_mail.reset(token)


def notify_recruiter_of_failure(event: Event) -> None:
    """Notify the recruiter once, or the role's owner if the mail was for the recruiter."""
    failed = mail_of(event, "application__candidate", "application__role__owner__user")
    if failed is None or failed.application is None or failed.kind == UNDELIVERED:
        return
    if failed.bounced_at is not None and failed.link_purpose == Link.Purpose.REFEREE:
        return
    owner = failed.application.role.owner.user if failed.application.role else None
    to = recruiter_of(failed.application)
    if is_same(failed.to_address, to.address):
        if owner is None or is_same(owner.email, failed.to_address):
            return
        to = Correspondent(name=owner.name, address=owner.email)
    queue_for_recruiter(
        failed.application,
        kind=UNDELIVERED,
        key=_notice_key(failed),
        to=to,
        template="notifications/mail/undelivered",
        context={
            "candidate_name": failed.application.candidate.name,
            "failed_subject": failed.subject,
            "failed_to": failed.to_address,
            "reason": failed.bounce_reason or failed.last_error,
        },
        now=event.occurred_at,
    )


def _notice_key(failed: Email) -> str:
    return f"email:{failed.pk}:undelivered"
