"""The mark of a mail: in its Message-ID and its return address, so that what comes back is known and cannot be forged.

A mark holds the mail's id and a keyed tag of it. Who does not hold the mail itself cannot make one, so that nobody
can have a stranger's mail counted as returned by guessing a number.
"""

import hashlib
import hmac
import re
from base64 import b32encode
from collections.abc import Iterator
from urllib.parse import urlsplit

from django.conf import settings

PURPOSE = b"goodword.notifications.returned"
#: 80 bits, in small letters and digits: mail servers may lose the case of an address
TAG_LENGTH = 16

_MARK = re.compile(rf"(?<![0-9a-z])([1-9][0-9]{{0,17}})\.([a-z2-7]{{{TAG_LENGTH}}})@", re.IGNORECASE)


def mark_of(email_id: int) -> str:
    """The mark that a mail goes out with, by the present key: "12.abcdefgh23456777"."""
    return f"{email_id}.{next(_tags(email_id))}"


def message_id_of(email_id: int) -> str:
    """A mail's Message-ID."""
    return f"<goodword-{mark_of(email_id)}@{urlsplit(settings.GOODWORD_BASE_URL).hostname}>"


def return_address_of(email_id: int) -> str:
    """Where a mail comes back to if it cannot be delivered; empty where there is no such address."""
    if not settings.GOODWORD_RETURN_ADDRESS:
        return ""
    local, _, domain = settings.GOODWORD_RETURN_ADDRESS.partition("@")
    return f"{local}+{mark_of(email_id)}@{domain}"


def marked_in(text: str) -> int | None:
    """The id of the first mail whose true mark stands in a text, as part of an address or a Message-ID."""
    for found in _MARK.finditer(text):
        email_id, tag = int(found[1]), found[2].lower()
        if any(hmac.compare_digest(tag, known) for known in _tags(email_id)):
            return email_id
    return None


def _tags(email_id: int) -> Iterator[str]:
    """One a key, the present key's first: mail that went out under an older key is still known after a rotation."""
    for key in settings.GOODWORD_FIELD_KEYS.values():
        own_key = hmac.digest(key, PURPOSE, hashlib.sha256)
        digest = hmac.digest(own_key, str(email_id).encode(), hashlib.sha256)
        yield b32encode(digest)[:TAG_LENGTH].decode().lower()
