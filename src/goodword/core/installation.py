"""The mode of this database: working, or a copy that sends no mails or notes and runs no jobs (`restore
--for-looking`)."""

import time
import uuid
from typing import Final

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, QuerySet
from packaging.version import Version

from goodword.core import clock
from goodword.core.environment import SettingError
from goodword.core.models import Installation
from goodword.core.version import OLDEST_ON_SCHEMA, VERSION

Mode = Installation.Mode
ONLY: Final = 1
#: seconds for which pages reuse the mode
_GOOD_FOR: Final = 10.0
_NO_PAGES: Final[dict[str, str]] = {
    Mode.MOVED: "This database was moved to another server: set DATABASE_URL to that one. To use this one again "
    "instead, run `goodword go-live --yes`.",
    Mode.RESTORING: "The restore of this database has not ended. Run the same `goodword restore` again.",
}
_read: tuple[float, str] | None = None


def current() -> Installation:
    row, _ = Installation.objects.get_or_create(pk=ONLY)
    return row


def uid() -> uuid.UUID:
    return current().uid


def mode() -> str:
    """The current mode: Mode.WORKING (empty) unless this is a copy."""
    return Installation.objects.filter(pk=ONLY).values_list("mode", flat=True).first() or Mode.WORKING


def check_may_serve() -> None:
    """Raise SettingError if this database was moved, since new answers would be lost, or its restore hasn't finished,
    since erased people would be visible."""
    if (found := mode()) in _NO_PAGES:
        raise SettingError(_NO_PAGES[found])


def why_idle() -> str:
    """Explain why no jobs run in this copy."""
    if reason := _NO_PAGES.get(mode()):
        return f"No jobs run. {reason}"
    return "this database is a copy for inspection only, so no jobs run. See `goodword go-live`."


def not_working() -> Exists:
    """A query condition that is true in a copy."""
    return Exists(copies())


def copies() -> QuerySet[Installation]:
    return Installation.objects.exclude(mode=Mode.WORKING)


def shown_mode() -> str:
    global _read  # noqa: PLW0603 - a module-level cache
    now = time.monotonic()
    if _read is None or (now - _read[0] > _GOOD_FOR and settings.GOODWORD_ENV != "test"):
        _read = (now, mode())
    return _read[1]


def record_release() -> None:
    """Record that this version has migrated the database, unless a newer version has."""
    with transaction.atomic():
        current()
        row = Installation.objects.select_for_update(no_key=True).get(pk=ONLY)
        if row.release and Version(row.release) > Version(VERSION):
            return
        row.release, row.oldest_release = VERSION, OLDEST_ON_SCHEMA
        row.save(update_fields=["release", "oldest_release"])


def set_mode(wanted: Mode) -> str:
    """Set the mode. Returns the previous one."""
    with transaction.atomic():
        current()
        row = Installation.objects.select_for_update(no_key=True).get(pk=ONLY)
        before = row.mode
        row.mode = wanted
        row.mode_since = None if wanted == Mode.WORKING else clock.real()
        row.save(update_fields=["mode", "mode_since"])
    forget()
    return before


def forget() -> None:
    global _read  # noqa: PLW0603
    _read = None
