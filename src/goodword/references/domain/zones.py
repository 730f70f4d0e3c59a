"""Time zones of candidates and referees: noted once, as their browser says them, so that mail comes at decent hours."""

from collections.abc import Sequence
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from goodword.core.workdays import Calendar
from goodword.references.models import Check, ReferenceRequest

#: the field that ui/js/zone.js adds to every form of the portals
FIELD = "tz"


def note_zone(row: Check | ReferenceRequest, name: str) -> bool:
    """Keep the zone of a candidate (their check) or a referee (their request); whether that was done now.

    The first that is known counts: who travels is not written to at other hours. What is no name of a zone is
    left alone, since anybody can send anything.
    """
    if row.time_zone or name not in _known():
        return False
    row.time_zone = name
    if isinstance(row, Check):
        return bool(Check.objects.of(row.organisation).filter(pk=row.pk, time_zone="").update(time_zone=name))
    requests = ReferenceRequest.objects.of(row.organisation)
    return bool(requests.filter(pk=row.pk, time_zone="").update(time_zone=name))


def referee_hours(request: ReferenceRequest, *, check: Check) -> tuple[Calendar, Sequence[ZoneInfo]]:
    """When a referee may be written to: the calendar with its hours, and the zones where it must be daytime too.

    In their own zone once it is known, before that when it is daytime for the organisation and for the candidate.
    """
    calendar = check.organisation.calendar
    if request.time_zone:
        return calendar.at(request.time_zone), ()
    return calendar, [ZoneInfo(check.time_zone)] if check.time_zone else ()


@cache
def _known() -> frozenset[str]:
    """Without the system's own names ("localtime", "Factory"), which say nothing."""
    return frozenset(available_timezones() - {"localtime", "Factory"})
