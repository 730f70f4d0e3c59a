"""A returned message: which mail it is about, and whether that mail will never arrive.

The mail is known by its mark (marks.py): in the address that the message came back to, or in the returned headers.
What the message says is read by the standard for delivery reports (RFC 3464) and for complaints (RFC 5965); what is
written for people is left to flufl.bounce, which knows the words of many mail servers.
"""

import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes
from email.message import Message
from typing import Final, Literal

from flufl.bounce import all_failures

from goodword.notifications.domain.marks import marked_in
from goodword.notifications.domain.outcome import note_bounced, note_complained

log = logging.getLogger(__name__)

Said = Literal["bounced", "delayed", "complained", "nothing"]

#: limits on a returned message; a larger one is truncated, since the report comes first. Parsing takes time for each
#: line, and recursion for each nested part.
MOST_BYTES: Final = 256 * 1024
MOST_LINES: Final = 10_000
MOST_CONTAINERS: Final = 30
_CONTAINER: Final = re.compile(rb"^content-type:\s*(?:multipart|message)/", re.IGNORECASE | re.MULTILINE)
#: in these headers mail servers keep the address to which a message was sent
_SENT_TO = ("X-Original-To", "Delivered-To", "Envelope-To", "To")
#: a refusal in words: "550 5.1.1 No such user"
_REFUSAL = re.compile(r"^.*\b5\d\d[ -].*$", re.MULTILINE)


@dataclass(frozen=True, kw_only=True)
class Returned:
    """What a returned message says. `email_id`: None if it is about no mail of ours."""

    email_id: int | None
    said: Said
    reason: str = ""


def take_returned(raw: bytes, *, sent_to: str = "", now: datetime) -> Returned:
    """Read a returned message and keep what it says of its mail; twice changes nothing."""
    returned = read(raw, sent_to=sent_to)
    keep(returned, now=now)
    return returned


def keep(returned: Returned, *, now: datetime) -> None:
    """Record the outcome of a mail. Idempotent."""
    if returned.email_id is None:
        return
    if returned.said == "bounced":
        note_bounced(email_id=returned.email_id, reason=returned.reason, now=now)
    elif returned.said == "complained":
        note_complained(email_id=returned.email_id, now=now)


def read(raw: bytes, *, sent_to: str = "") -> Returned:
    """Read a message, whatever it is. `sent_to`: the address of its envelope, where the mail server says so."""
    message = message_from_bytes(_cut(raw))
    email_id = _mail_of(message, sent_to)
    if email_id is None:
        return Returned(email_id=None, said="nothing")
    if _is_complaint(message):
        return Returned(email_id=email_id, said="complained")
    said = _by_standard(message) or _by_words(message)
    return Returned(email_id=email_id, said=said, reason=_reason(message) if said == "bounced" else "")


def _cut(raw: bytes) -> bytes:
    """The beginning of a message, short enough to parse quickly."""
    raw = b"".join(raw[:MOST_BYTES].splitlines(keepends=True)[:MOST_LINES])
    # a lone carriage return ends a line too
    found = list(_CONTAINER.finditer(raw.replace(b"\r", b"\n")))
    return raw if len(found) <= MOST_CONTAINERS else raw[: found[MOST_CONTAINERS].start()]


def _mail_of(message: Message, sent_to: str) -> int | None:
    """By where it came back to, else by the returned headers: as a part, quoted in a text, or as an answer."""
    for text in (sent_to, *_headers(message, _SENT_TO), *_texts(message)):
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


def _texts(message: Message) -> Iterator[str]:
    for part in message.walk():
        if part.get_content_maintype() == "text":
            content = part.get_payload(decode=True)
            yield content.decode("utf-8", "replace") if isinstance(content, bytes) else ""


def _is_complaint(message: Message) -> bool:
    if str(message.get_param("report-type", "")).lower() != "feedback-report":
        return False
    return any(
        str(block["Feedback-Type"] or "").strip().lower() == "abuse"
        for block in _blocks(message, "message/feedback-report")
    )


def _by_standard(message: Message) -> Said | None:
    """By the *Action* of a delivery report; None where there is none."""
    actions = [
        str(block["Action"] or "").strip().lower() for block in _blocks(message, "message/delivery-status")
    ]
    if any(action.startswith(("fail", "error")) for action in actions):
        return "bounced"
    if any(actions):
        return "delayed" if any(action.startswith("delay") for action in actions) else "nothing"
    return None


def _by_words(message: Message) -> Said:
    try:
        later, never = all_failures(message)
    except Exception:  # the border to a library that reads what strangers send
        log.warning("A returned message could not be read", exc_info=True)
        return "nothing"
    if never:
        return "bounced"
    return "delayed" if later else "nothing"


def _reason(message: Message) -> str:
    """The mail server's own words, else its status, else its first refusal in the text."""
    blocks = list(_blocks(message, "message/delivery-status"))
    for block in blocks:
        if said := str(block["Diagnostic-Code"] or ""):
            return said.partition(";")[2].strip() or said
    for block in blocks:
        if status := str(block["Status"] or "").strip():
            return status
    for text in _texts(message):
        if found := _REFUSAL.search(text):
            return found[0].strip()
    return "It came back without a reason."


def _blocks(message: Message, content_type: str) -> Iterator[Message]:
    """The groups of fields in the parts of this type. The parser makes them messages for delivery reports only."""
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
