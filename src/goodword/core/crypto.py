"""Secrets: encrypted at rest with rotatable keys, and random link tokens of which only hashes are stored.

AES-256-GCM. The associated data names table, row and organisation, so a ciphertext copied to another row can't be
decrypted. The first key of GOODWORD_FIELD_KEYS seals, every listed key opens. With a wrong key webhooks would be
refused and *do not contact* entries missed without any error: one canary per key checks this at start.
"""

import base64
import hashlib
import logging
import os
import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.db import DatabaseError, connection, transaction

from goodword.core.environment import SettingError
from goodword.core.models import FieldKeyCanary

NONCE_BYTES = 12  # the size AES-GCM is defined for (NIST SP 800-38D)
log = logging.getLogger(__name__)
#: advisory lock that serialises first starts ("canary" as a number)
_LOCK = 0x63616E617279
#: place and sealed value of secrets stored by other apps, for databases older than their canaries
Secrets = Callable[[], Iterable[tuple[str, str]]]
_registered: list[Secrets] = []


@dataclass(frozen=True, slots=True)
class KeyProblem:
    """Why GOODWORD_FIELD_KEYS does not match the database."""

    sentence: str
    remedy: str
    key_id: str
    #: a key with this id is listed, but it is not the one
    is_other: bool = False

    def __str__(self) -> str:
        return f"{self.sentence} {self.remedy}"


class CannotOpen(Exception):
    """The value was sealed for another place, or with a key that is no longer listed."""


def seal(plain: str, *, place: str) -> str:
    """Encrypt `plain` for `place` ("table:row:organisation"); returns `key id:base64`."""
    return seal_with(next(iter(settings.GOODWORD_FIELD_KEYS)), plain, place=place)


def seal_with(key_id: str, plain: str, *, place: str) -> str:
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


def register_secrets(samples: Secrets) -> None:
    _registered.append(samples)


def field_key_problem() -> KeyProblem | None:
    """Why the keys don't fit the database; None if they do. Writes nothing."""
    canaries = list(FieldKeyCanary.objects.order_by("pk").values_list("key_id", "sealed"))
    if canaries:
        return canary_problem(canaries)
    for place, sealed in _registered_secrets():
        if not opens(sealed, place=place):
            key_id = sealed.partition(":")[0]
            return _other_key(key_id) if key_id in settings.GOODWORD_FIELD_KEYS else _missing_key(key_id)
    return None


def canary_problem(canaries: Iterable[tuple[str, str]]) -> KeyProblem | None:
    """Like `field_key_problem`, from canaries that were already read (key ids and sealed texts)."""
    for key_id, sealed in canaries:
        if key_id not in settings.GOODWORD_FIELD_KEYS:
            return _missing_key(key_id)
        if not opens(sealed, place=_canary_place(key_id)):
            return _other_key(key_id)
    return None


def check_field_keys() -> None:
    """Raise SettingError for keys that do not match; otherwise give each key in use its canary. Idempotent."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        if problem := field_key_problem():
            raise SettingError(str(problem))
        if not FieldKeyCanary.objects.exists():
            for key_id in {sealed.partition(":")[0] for _, sealed in _registered_secrets()}:
                write_canary(key_id)
        write_canary(_current_key())


def check_field_keys_at_start() -> None:
    """`check_field_keys` for programs that can start before the database. /readyz then reports problems."""
    try:
        check_field_keys()
    except DatabaseError as error:
        log.warning("The field keys could not be checked: %s", str(error).strip())
    finally:
        connection.close()


def forget_field_key(key_id: str) -> int:
    """Give up a lost key. Returns the number of unreadable secrets. Raises SettingError if the key works."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        canary = FieldKeyCanary.objects.filter(key_id=key_id).first()
        samples = [sealed for _, sealed in _registered_secrets() if sealed.startswith(f"{key_id}:")]
        if canary is None and not samples:
            raise SettingError(f"No key {key_id!r} was used in this database.")
        if canary is not None and opens(canary.sealed, place=_canary_place(key_id)):
            raise SettingError(
                f"The key {key_id!r} is not lost: it is in GOODWORD_FIELD_KEYS. To give it up, remove it there first."
            )
        if canary is not None:
            canary.delete()
        write_canary(_current_key())
        return sum(not opens(sealed, place=place) for place, sealed in _registered_secrets())


def opens(sealed: str, *, place: str) -> bool:
    try:
        unseal(sealed, place=place)
    except CannotOpen:
        return False
    return True


def _registered_secrets() -> list[tuple[str, str]]:
    return [sample for samples in _registered for sample in samples()]


def _current_key() -> str:
    return next(iter(settings.GOODWORD_FIELD_KEYS))


def write_canary(key_id: str) -> None:
    FieldKeyCanary.objects.get_or_create(
        key_id=key_id, defaults={"sealed": seal_with(key_id, "canary", place=_canary_place(key_id))}
    )


def _canary_place(key_id: str) -> str:
    return f"core_fieldkeycanary.sealed:{key_id}:"


def _missing_key(key_id: str) -> KeyProblem:
    return KeyProblem(
        f"GOODWORD_FIELD_KEYS lacks the key {key_id!r}, which encrypted secrets in this database.",
        f"Add it after the current one; if it is lost for good, run `goodword forget-field-key {key_id}`.",
        key_id,
    )


def _other_key(key_id: str) -> KeyProblem:
    return KeyProblem(
        f"The key {key_id!r} in GOODWORD_FIELD_KEYS is not the one that encrypted the secrets in this database.",
        f"Put that one back; if it is lost for good, run `goodword forget-field-key {key_id}`.",
        key_id,
        is_other=True,
    )


def new_token() -> str:
    """A new token: 43 URL-safe characters of 32 random bytes."""
    return secrets.token_urlsafe(32)


def hash_token(token: str) -> str:
    """The SHA-256 of a token, in hex. Tokens have full entropy, so no salt is needed."""
    return hashlib.sha256(token.encode()).hexdigest()
