"""Check at start that the field keys match this database, with one canary per key.

With a wrong key everything would look healthy while webhooks are refused and *do not contact* entries are no longer
recognised. So `migrate`, `serve` and `worker` refuse to start, and readiness fails.
"""

import logging
from collections.abc import Callable, Iterable

from django.conf import settings
from django.db import DatabaseError, connection, transaction

from goodword.core import crypto
from goodword.core.environment import SettingError
from goodword.core.models import FieldKeyCanary

log = logging.getLogger(__name__)

#: advisory lock that serialises first starts ("canary" as a number)
_LOCK = 0x63616E617279

#: place and sealed value of secrets stored by other apps, for databases older than their canaries
Samples = Callable[[], Iterable[tuple[str, str]]]
_samples: list[Samples] = []


def register(samples: Samples) -> None:
    """Register secrets that must open when the first canary is written."""
    _samples.append(samples)


def misfit() -> str:
    """Why GOODWORD_FIELD_KEYS does not match this database, with the remedy; empty if it does. Only reads."""
    canaries = list(FieldKeyCanary.objects.order_by("pk").values_list("key_id", "sealed"))
    if canaries:
        return misfit_of(canaries)
    for place, sealed in _all_samples():
        if not opens(sealed, place=place):
            key_id = sealed.partition(":")[0]
            return _another(key_id) if key_id in settings.GOODWORD_FIELD_KEYS else _missing(key_id)
    return ""


def misfit_of(canaries: Iterable[tuple[str, str]]) -> str:
    """The same for canaries already read: key ids and sealed texts."""
    for key_id, sealed in canaries:
        if key_id not in settings.GOODWORD_FIELD_KEYS:
            return _missing(key_id)
        if not opens(sealed, place=_place(key_id)):
            return _another(key_id)
    return ""


def check() -> None:
    """Raise SettingError for keys that do not match; otherwise give each key in use its canary.

    Idempotent. If two processes start for the first time with different keys, the second fails.
    """
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        if problem := misfit():
            raise SettingError(problem)
        if not FieldKeyCanary.objects.exists():
            for key_id in {sealed.partition(":")[0] for _, sealed in _all_samples()}:
                _write_canary(key_id)
        _write_canary(_sealing())


def check_at_start() -> None:
    """`check`, for programs that may start before their database; readiness reports it then."""
    try:
        check()
    except DatabaseError as error:
        log.warning("The field keys could not be checked: %s", str(error).strip())
    finally:
        connection.close()


def forget(key_id: str) -> int:
    """Give up a lost key. Returns how many stored secrets can no longer be opened.

    Raises SettingError for a key without a canary, and for one that is configured and works.
    """
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        canary = FieldKeyCanary.objects.filter(key_id=key_id).first()
        samples = [sealed for _, sealed in _all_samples() if sealed.startswith(f"{key_id}:")]
        if canary is None and not samples:
            raise SettingError(f"No key {key_id!r} was used in this database.")
        if canary is not None and opens(canary.sealed, place=_place(key_id)):
            raise SettingError(
                f"The key {key_id!r} is not lost: it is in GOODWORD_FIELD_KEYS. To give it up, remove it there first."
            )
        if canary is not None:
            canary.delete()
        _write_canary(_sealing())
        return sum(not opens(sealed, place=place) for place, sealed in _all_samples())


def opens(sealed: str, *, place: str) -> bool:
    """Whether any configured key opens this value."""
    try:
        crypto.unseal(sealed, place=place)
    except crypto.CannotOpen:
        return False
    return True


def _all_samples() -> list[tuple[str, str]]:
    return [sample for samples in _samples for sample in samples()]


def _sealing() -> str:
    return next(iter(settings.GOODWORD_FIELD_KEYS))


def _write_canary(key_id: str) -> None:
    FieldKeyCanary.objects.get_or_create(
        key_id=key_id, defaults={"sealed": crypto.seal_with(key_id, "canary", place=_place(key_id))}
    )


def _place(key_id: str) -> str:
    return f"core_fieldkeycanary.sealed:{key_id}:"


def _missing(key_id: str) -> str:
    return (
        f"GOODWORD_FIELD_KEYS lacks the key {key_id!r}, which encrypted secrets in this database. Add it after the "
        f"current one; if it is lost for good, run `goodword forget-field-key {key_id}`."
    )


def _another(key_id: str) -> str:
    return (
        f"The key {key_id!r} in GOODWORD_FIELD_KEYS is not the one that encrypted the secrets in this database. Put "
        f"that one back; if it is lost for good, run `goodword forget-field-key {key_id}`."
    )
