"""The clock: system time plus an offset, which is only used in the demo and in tests. The offset is a row, so that web
servers and workers agree."""

import time
from calendar import monthrange
from datetime import UTC, date, datetime, timedelta

from django.conf import settings
from django.db.models import F

_CACHE_SECONDS = 0.25
_cached: tuple[float, timedelta] | None = None


def now() -> datetime:
    return real() + _offset() if settings.GOODWORD_CLOCK_MAY_MOVE else real()


def real() -> datetime:
    """The system time, even in the demo: for certificates, and for code that must work without a database."""
    return datetime.now(UTC)


def advance(by: timedelta) -> datetime:
    """Move the clock forward and return the new time. Moving it back would leave rows in the future."""
    from goodword.core.models import ClockOffset

    global _cached  # noqa: PLW0603 - a module-level cache
    if not settings.GOODWORD_CLOCK_MAY_MOVE:
        raise RuntimeError("The clock of this installation cannot be moved.")
    if by < timedelta(0):
        raise ValueError("The clock can only be moved forward.")
    ClockOffset.objects.get_or_create(pk=1)
    ClockOffset.objects.filter(pk=1).update(offset=F("offset") + by)  # concurrent calls add up
    _cached = None
    return now()


def _offset() -> timedelta:
    from goodword.core.models import ClockOffset

    global _cached  # noqa: PLW0603 - see advance()
    tick = time.monotonic()
    if _cached is None or tick - _cached[0] > _CACHE_SECONDS:
        offset = ClockOffset.objects.filter(pk=1).values_list("offset", flat=True).first()
        _cached = (tick, offset or timedelta(0))
    return _cached[1]


def latest_day(now: datetime) -> date:
    """Today where the day begins first (UTC+14): later days are in the future for everybody."""
    return (now.astimezone(UTC) + timedelta(hours=14)).date()


def months_after(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
