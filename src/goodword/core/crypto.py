"""Secrets: encryption at rest with rotatable keys, and random link tokens, of which only hashes are stored.

The cipher is AES-256-GCM. The associated data names table, row and organisation, so a ciphertext that is copied to
another row can't be decrypted. The first key of GOODWORD_FIELD_KEYS encrypts; all listed keys decrypt. A wrong key
would refuse webhooks and miss *do not contact* entries without any error, so a canary per key is checked at start.
"""

import base64
import hashlib
import hmac
import logging
import os
import secrets
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.db import DatabaseError, connection, models, transaction

from goodword.core.environment import SettingError
from goodword.core.models import FieldKeyCanary, HashKey

NONCE_BYTES = 12  # the size AES-GCM is defined for (NIST SP 800-38D)
log = logging.getLogger(__name__)
#: advisory lock that serialises concurrent first starts ("canary" as a number)
_LOCK = 0x63616E617279
#: returns pairs of a place and a sealed value
type Samples = Callable[[], Iterable[tuple[str, str]]]
_registered: list[Samples] = []


@dataclass(frozen=True, slots=True)
class KeyProblem:
    sentence: str
    remedy: str
    key_id: str
    #: a key with this id is listed, but it isn't the same key
    is_other: bool = False

    def __str__(self) -> str:
        return f"{self.sentence} {self.remedy}"


class CannotOpen(Exception):
    """The value was sealed for another place, or with a key that is no longer listed."""


def seal(plain: str, *, place: str) -> str:
    """Encrypt `plain` for `place` ("table:row:organisation"). Returns "key id:base64"."""
    return seal_with(current_key(), plain, place=place)


def seal_with(key_id: str, plain: str, *, place: str) -> str:
    key = settings.GOODWORD_FIELD_KEYS[key_id]
    nonce = os.urandom(NONCE_BYTES)
    sealed = AESGCM(key).encrypt(nonce, plain.encode(), place.encode())
    return f"{key_id}:{base64.b64encode(nonce + sealed).decode()}"


def seal_stored(plain: str, *, place: str) -> str:
    """Like `seal`, for values that are stored: the key can't be retired until the transaction ends."""
    key_id = current_key()
    with connection.cursor() as cursor:
        cursor.execute("SELECT FROM core_fieldkeycanary WHERE key_id = %s FOR KEY SHARE", [key_id])
        known = cursor.rowcount
    if not known:
        write_canary(key_id)
    return seal(plain, place=place)


def unseal(sealed: str, *, place: str) -> str:
    """Decrypt a value that was sealed for `place`. Raises CannotOpen."""
    key_id, _, encoded = sealed.partition(":")
    key = settings.GOODWORD_FIELD_KEYS.get(key_id)
    if key is None:
        raise CannotOpen(
            f"The key {key_id!r} is not in GOODWORD_FIELD_KEYS; put it back or set the secret again."
        )
    try:
        raw = base64.b64decode(encoded, validate=True)
        return AESGCM(key).decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], place.encode()).decode()
    except (InvalidTag, ValueError) as error:  # ValueError: not base64, or too short
        raise CannotOpen("The stored secret does not belong to this place; set it again.") from error


def register_samples(samples: Samples) -> None:
    """Register values by which the keys of a database without canaries are checked. What is sealed again when keys are
    rotated is registered by `key_rotation.register_sealed`."""
    _registered.append(samples)


def field_key_problem() -> KeyProblem | None:
    """Return why the keys don't fit the database, or None if they do. Writes nothing."""
    canaries = list(FieldKeyCanary.objects.order_by("pk").values_list("key_id", "sealed"))
    if canaries:
        return canary_problem(canaries)
    for place, sealed in _samples():
        if not opens(sealed, place=place):
            key_id = sealed.partition(":")[0]
            return _other_key(key_id) if key_id in settings.GOODWORD_FIELD_KEYS else _missing_key(key_id)
    return None


def canary_problem(canaries: Iterable[tuple[str, str]]) -> KeyProblem | None:
    """Like `field_key_problem`, for canaries (key ids and sealed texts) that have already been read."""
    for key_id, sealed in canaries:
        if key_id not in settings.GOODWORD_FIELD_KEYS:
            return _missing_key(key_id)
        if not opens(sealed, place=_canary_place(key_id)):
            return _other_key(key_id)
    return None


def check_field_keys() -> None:
    """Raise SettingError for keys that don't match. Otherwise add missing canaries for keys in use. Idempotent."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        if problem := field_key_problem():
            raise SettingError(str(problem))
        if not FieldKeyCanary.objects.exists():
            for key_id in {sealed.partition(":")[0] for _, sealed in _samples()}:
                write_canary(key_id)
        write_canary(current_key())


def check_field_keys_at_start() -> None:
    """Like `check_field_keys`, for programs that can start before the database. /readyz reports problems later."""
    try:
        check_field_keys()
    except DatabaseError as error:
        log.warning("The field keys could not be checked: %s", str(error).strip())
    finally:
        connection.close()


def forget_field_key(key_id: str) -> int:
    """Give up on a lost key. Returns how many registered secrets (Greenhouse's) can't be decrypted. Raises SettingError
    if the key works."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        canary = FieldKeyCanary.objects.filter(key_id=key_id).first()
        samples = [sealed for _, sealed in _samples() if sealed.startswith(f"{key_id}:")]
        if canary is None and not samples:
            raise SettingError(f"No key {key_id!r} was used in this database.")
        if canary is not None and opens(canary.sealed, place=_canary_place(key_id)):
            raise SettingError(
                f"The key {key_id!r} is not lost: it is in GOODWORD_FIELD_KEYS. To give it up, remove it there first."
            )
        if canary is not None:
            canary.delete()
        write_canary(current_key())
        return sum(not opens(sealed, place=place) for place, sealed in _samples())


def opens(sealed: str, *, place: str) -> bool:
    try:
        unseal(sealed, place=place)
    except CannotOpen:
        return False
    return True


def _samples() -> list[tuple[str, str]]:
    return [sample for samples in _registered for sample in samples()]


def current_key() -> str:
    """The id of the key that seals."""
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
    """A new token: 32 random bytes as 43 URL-safe characters."""
    return secrets.token_urlsafe(32)


def hash_token(token: str) -> str:
    """The SHA-256 of a token in hex. Tokens are random, so no salt is needed."""
    return hashlib.sha256(token.encode()).hexdigest()


def hash_keys(purpose: bytes) -> Iterator[tuple[str, bytes]]:
    """Ids and keys for keyed hashes of this purpose, starting with the current field key's."""
    for key_id, key in settings.GOODWORD_FIELD_KEYS.items():
        yield key_id, derived_hash_key(key, purpose)
    for row in _kept(purpose).exclude(key_id__in=list(settings.GOODWORD_FIELD_KEYS)):
        if (key_bytes := _opened(row)) is not None:
            yield row.key_id, key_bytes


def lasting_hash_key(purpose: bytes) -> tuple[str, bytes]:
    """Id and key for hashes that are compared with each other. It stays the same when field keys are rotated."""
    for row in _kept(purpose):
        key = settings.GOODWORD_FIELD_KEYS.get(row.key_id)
        if (kept := derived_hash_key(key, purpose) if key else _opened(row)) is not None:
            return row.key_id, kept
    return next(hash_keys(purpose))


def derived_hash_key(key: bytes, purpose: bytes) -> bytes:
    return hmac.digest(key, purpose, hashlib.sha256)


def _kept(purpose: bytes) -> "models.QuerySet[HashKey]":
    return HashKey.objects.filter(purpose=purpose.decode()).order_by("pk")


def _opened(row: HashKey) -> bytes | None:
    try:
        return base64.b64decode(unseal(row.sealed, place=place_of_hash_key(row)))
    except CannotOpen as error:
        log.warning("The key of the hashes %s can't be opened: %s", row, error)
        return None


def place_of_hash_key(row: HashKey) -> str:
    return f"core_hashkey.sealed:{row.purpose}:{row.key_id}"
