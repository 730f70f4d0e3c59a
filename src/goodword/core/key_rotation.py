"""`goodword rotate-keys`: seals every stored secret with the current field key, so that older keys can be removed.

In batches; what is done is recognised by its key, so it can be interrupted and repeated, while web and workers run.
"""

import base64
import hashlib
import hmac
import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import batched
from typing import Any, Final

from django.conf import settings
from django.db import connection, models, transaction

from goodword.core import crypto, stopping
from goodword.core.crypto import CannotOpen
from goodword.core.models import FieldKeyCanary, HashKey

#: rows in one transaction
BATCH: Final = 100
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Stored:
    """Rows with sealed values. `old`: ids of rows with a value that does not begin with this prefix. `reseal`: lock
    these rows and seal their values with the current key; returns how many rows can't be opened."""

    old: Callable[[str], Sequence[int]]
    reseal: Callable[[Sequence[int]], int]
    #: whether any value begins with the prefix
    uses: Callable[[str], bool]


@dataclass(frozen=True, slots=True)
class Rotated:
    #: rows
    sealed: int
    lost: int
    #: ids of keys that are listed and no longer needed, and of those that still are
    removable: Sequence[str]
    needed: Sequence[str]


_stored: list[Stored] = []
_purposes: list[str] = []


def register(*stored: Stored) -> None:
    _stored.extend(stored)


def register_hashes(*purposes: bytes) -> None:
    """Purposes of keyed hashes, whose keys outlive the field keys they were derived from."""
    _purposes.extend(one.decode() for one in purposes)


def column(model: type[models.Model], name: str, place: Callable[[Any], str], *, related: str = "") -> Stored:
    """A column of sealed text. `related`: what `place` needs beside the row."""
    rows = model._default_manager

    def old(prefix: str) -> list[int]:
        found = rows.exclude(**{name: ""}).exclude(**{f"{name}__startswith": prefix})
        return list(found.order_by("pk").values_list("pk", flat=True))

    def reseal(ids: Sequence[int]) -> int:
        locked = rows.select_for_update(of=("self",), no_key=True).filter(pk__in=ids).order_by("pk")
        lost = 0
        for row in locked.select_related(related) if related else locked:
            try:
                new = resealed(getattr(row, name), place=place(row))
            except CannotOpen as error:
                log.warning("%s %d: %s", model._meta.label, row.pk, error)
                lost += 1
            else:
                rows.filter(pk=row.pk).update(**{name: new})
        return lost

    return Stored(old, reseal, lambda prefix: rows.filter(**{f"{name}__startswith": prefix}).exists())


def resealed(sealed: str, *, place: str) -> str:
    """The same under the current key. Raises CannotOpen."""
    return (
        sealed
        if not sealed or sealed.startswith(_prefix())
        else crypto.seal(crypto.unseal(sealed, place=place), place=place)
    )


def rotate() -> Rotated:
    """Idempotent. Raises stopping.Stopped between batches."""
    _keep_hash_keys()
    sealed = lost = 0
    for one in (*_stored, _HASH_KEYS):
        for ids in batched(one.old(_prefix()), BATCH):
            stopping.check()
            with transaction.atomic():
                missed = one.reseal(ids)
            lost += missed
            sealed += len(ids) - missed
    removable = _retire()
    needed = [key for key in settings.GOODWORD_FIELD_KEYS if key not in removable]
    return Rotated(sealed, lost, removable, needed)


def _retire() -> list[str]:
    """Forget the canaries of keys that seal nothing any more, so that programs start without them."""
    removable = []
    for key in list(settings.GOODWORD_FIELD_KEYS)[1:]:
        with transaction.atomic():
            # processes that seal with this key wait, then write the canary again
            canaries = FieldKeyCanary.objects.select_for_update().filter(key_id=key)
            found = list(canaries)
            if any(one.uses(f"{key}:") for one in (*_stored, _HASH_KEYS)):
                continue
            for canary in found:
                canary.delete()
        removable.append(key)
    return removable


def _prefix() -> str:
    return f"{next(iter(settings.GOODWORD_FIELD_KEYS))}:"


# --- keyed hashes ---------------------------------------------------------------------------------------------


def hash_keys(purpose: bytes) -> Iterator[tuple[str, bytes]]:
    """Id and key of all keyed hashes of this purpose, the current field key's first."""
    for key_id, key in settings.GOODWORD_FIELD_KEYS.items():
        yield key_id, _derived(key, purpose)
    for row in _kept(purpose).exclude(key_id__in=list(settings.GOODWORD_FIELD_KEYS)):
        if (key_bytes := _opened(row)) is not None:
            yield row.key_id, key_bytes


def lasting_hash_key(purpose: bytes) -> tuple[str, bytes]:
    """The one for hashes that are compared with each other: it stays the same when field keys are rotated."""
    for row in _kept(purpose):
        key = settings.GOODWORD_FIELD_KEYS.get(row.key_id)
        if (kept := _derived(key, purpose) if key else _opened(row)) is not None:
            return row.key_id, kept
    return next(hash_keys(purpose))


def _derived(key: bytes, purpose: bytes) -> bytes:
    return hmac.digest(key, purpose, hashlib.sha256)


def _kept(purpose: bytes) -> "models.QuerySet[HashKey]":
    return HashKey.objects.filter(purpose=purpose.decode()).order_by("pk")


def _opened(row: HashKey) -> bytes | None:
    try:
        return base64.b64decode(crypto.unseal(row.sealed, place=_place(row)))
    except CannotOpen as error:
        log.warning("The key of the hashes %s can't be opened: %s", row, error)
        return None


def _keep_hash_keys() -> None:
    """Store the keys that hashes were made with under the listed field keys, apart from the current one."""
    for key_id in list(settings.GOODWORD_FIELD_KEYS)[:0:-1]:  # the oldest first
        for purpose in _purposes:
            row = HashKey(purpose=purpose, key_id=key_id)
            key = base64.b64encode(_derived(settings.GOODWORD_FIELD_KEYS[key_id], purpose.encode())).decode()
            HashKey.objects.get_or_create(
                purpose=purpose, key_id=key_id, defaults={"sealed": crypto.seal(key, place=_place(row))}
            )


def _place(row: HashKey) -> str:
    return f"core_hashkey.sealed:{row.purpose}:{row.key_id}"


_HASH_KEYS: Final = column(HashKey, "sealed", _place)


def seal_stored(plain: str, *, place: str) -> str:
    """As crypto.seal, for what is stored: notes that its key is in use, until the end of the transaction."""
    key_id = next(iter(settings.GOODWORD_FIELD_KEYS))
    with connection.cursor() as cursor:
        cursor.execute("SELECT FROM core_fieldkeycanary WHERE key_id = %s FOR KEY SHARE", [key_id])
        known = cursor.rowcount
    if not known:
        crypto.write_canary(key_id)
    return crypto.seal(plain, place=place)
