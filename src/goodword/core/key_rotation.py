"""`goodword rotate-keys`: seal every stored secret with the current key.

Runs in batches while web servers and workers run. Finished rows are recognised by their key, so it can be resumed.
"""

import base64
import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import batched
from typing import Any, Final

from django.conf import settings
from django.db import DatabaseError, connection, models, transaction

from goodword.core import process
from goodword.core.crypto import (
    CannotOpen,
    current_key,
    derived_hash_key,
    opens,
    place_of_hash_key,
    seal,
    unseal,
)
from goodword.core.environment import SettingError
from goodword.core.models import FieldKeyCanary, HashKey

log = logging.getLogger(__name__)
#: advisory lock of the rotation that is running ("rotate" as a number)
_ROTATING = 0x726F74617465
#: rows per transaction
BATCH: Final = 100


@dataclass(frozen=True, slots=True)
class Stored:
    """Rows with sealed values. `old`: ids of the rows whose value lacks this prefix. `reseal`: locks these rows and
    seals their values with the current key; returns the number of rows that couldn't be decrypted."""

    old: Callable[[str], Sequence[int]]
    reseal: Callable[[Sequence[int]], int]
    uses: Callable[[str], bool]


@dataclass(frozen=True, slots=True)
class Rotated:
    sealed: int
    lost: int
    #: ids of listed keys that are no longer needed, and of those that still are
    removable: Sequence[str]
    needed: Sequence[str]


_sealed_rows: list[Stored] = []
_purposes: list[str] = []


def register_sealed(*stored: Stored) -> None:
    """Register everything that `rotate_keys` must seal again."""
    _sealed_rows.extend(stored)


def register_hashes(*purposes: bytes) -> None:
    """Register purposes of keyed hashes. Hash keys outlive the field keys that they were derived from."""
    _purposes.extend(purpose.decode() for purpose in purposes)


def sealed_column(
    model: type[models.Model], name: str, place: Callable[[Any], str], *, related: str = ""
) -> Stored:
    """Describe a column of sealed text. `related`: related rows that `place` needs."""
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
    """Return the value sealed with the current key. Raises CannotOpen."""
    return (
        sealed
        if not sealed or sealed.startswith(_prefix())
        else seal(unseal(sealed, place=place), place=place)
    )


def rotate_keys() -> Rotated:
    """Seal everything with the current key. Idempotent. Raises process.Stopped between batches, and SettingError if
    another program is rotating."""
    with _no_other_rotating():
        _keep_hash_keys()
        sealed = lost = 0
        for stored in (*_sealed_rows, _HASH_KEYS):
            for ids in batched(stored.old(_prefix()), BATCH):
                process.check_stop()
                with transaction.atomic():
                    missed = stored.reseal(ids)
                lost += missed
                sealed += len(ids) - missed
        removable = _retire()
    needed = [key for key in settings.GOODWORD_FIELD_KEYS if key not in removable]
    return Rotated(sealed, lost, removable, needed)


@contextmanager
def _no_other_rotating() -> Iterator[None]:
    """Prevent concurrent rotations: with keys in different orders, each would retire the other's current key."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [_ROTATING])
        if cursor.fetchone() != (True,):
            raise SettingError("Another `goodword rotate-keys` is running. Wait for it, then run this again.")
    try:
        yield
    finally:
        with suppress(DatabaseError), connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [_ROTATING])


def _retire() -> list[str]:
    """Delete the canaries of unused keys, so that programs can start without those keys."""
    removable = []
    for key in list(settings.GOODWORD_FIELD_KEYS)[1:]:
        with transaction.atomic():
            # a process that is sealing with this key waits here, then writes the canary again
            canaries = FieldKeyCanary.objects.select_for_update().filter(key_id=key)
            found = list(canaries)
            if any(stored.uses(f"{key}:") for stored in (*_sealed_rows, _HASH_KEYS)):
                continue
            for canary in found:
                canary.delete()
        removable.append(key)
    return removable


def _prefix() -> str:
    return f"{current_key()}:"


def _keep_hash_keys() -> None:
    for key_id in list(settings.GOODWORD_FIELD_KEYS)[:0:-1]:  # oldest first
        for purpose in _purposes:
            place = place_of_hash_key(HashKey(purpose=purpose, key_id=key_id))
            key = base64.b64encode(
                derived_hash_key(settings.GOODWORD_FIELD_KEYS[key_id], purpose.encode())
            ).decode()
            row, is_new = HashKey.objects.get_or_create(
                purpose=purpose, key_id=key_id, defaults={"sealed": seal(key, place=place)}
            )
            if not is_new and not opens(row.sealed, place=place):  # with a key lost in an earlier rotation
                HashKey.objects.filter(pk=row.pk).update(sealed=seal(key, place=place))


_HASH_KEYS: Final = sealed_column(HashKey, "sealed", place_of_hash_key)
