"""Secrets at rest: AES-256-GCM, bound to where they are stored, under rotatable keys.

The associated data names table, row and organisation, so a sealed value copied to another row or
organisation cannot be decrypted there. The value starts with the key's id, so keys can be rotated: the first key of
GOODWORD_FIELD_KEYS seals, every listed key opens.
"""

import base64
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

NONCE_BYTES = 12  # the size AES-GCM is defined for (NIST SP 800-38D)


class CannotOpen(Exception):
    """The sealed value does not open: another row's, or sealed with a key that is no longer listed."""


def seal(plain: str, *, place: str) -> str:
    """Encrypt `plain` for `place` ("table:row:organisation"); returns `key id:base64`."""
    return seal_with(next(iter(settings.GOODWORD_FIELD_KEYS)), plain, place=place)


def seal_with(key_id: str, plain: str, *, place: str) -> str:
    """Like `seal`, with a particular key from the list."""
    key = settings.GOODWORD_FIELD_KEYS[key_id]
    nonce = os.urandom(NONCE_BYTES)
    sealed = AESGCM(key).encrypt(nonce, plain.encode(), place.encode())
    return f"{key_id}:{base64.b64encode(nonce + sealed).decode()}"


def unseal(sealed: str, *, place: str) -> str:
    """The plain text sealed for `place`. Raises CannotOpen."""
    key_id, _, encoded = sealed.partition(":")
    key = settings.GOODWORD_FIELD_KEYS.get(key_id)
    if key is None:
        raise CannotOpen(
            f"The key {key_id!r} is not in GOODWORD_FIELD_KEYS; put it back or set the secret anew."
        )
    try:
        raw = base64.b64decode(encoded, validate=True)
        return AESGCM(key).decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], place.encode()).decode()
    except (InvalidTag, ValueError) as error:  # ValueError: no base64, or too short to be sealed
        raise CannotOpen("The stored secret does not belong to this place; set it anew.") from error
