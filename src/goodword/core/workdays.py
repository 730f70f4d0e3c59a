"""Working days and public holidays. Deadlines and reminders are counted in working days."""

import logging
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from functools import cache
from typing import Final
from zoneinfo import ZoneInfo

from goodword.core.public_holidays import aliases_of_regions, holidays_of, names_of_countries

log = logging.getLogger(__name__)
DAY_STARTS, DAY_ENDS = time(9), time(17)
_LONGEST_REGION: Final = 10
#: "UnitedStates" -> "United States"
_WORD: Final = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_SMALL: Final = {"And": "and", "Of": "of", "The": "the"}


@dataclass(frozen=True, slots=True)
class Calendar:
    """Working days: Monday to Friday in `zone`, without the public holidays of a country and region.

    `country` (ISO 3166-1) and `region` are codes of the `holidays` package; empty for no holidays. Unknown codes are
    logged once instead of raising an error, since a deadline that is a day early does less harm than none.
    """

    zone: ZoneInfo
    country: str = ""
    region: str = ""

    def is_working_day(self, day: date) -> bool:
        if day.weekday() >= 5:
            return False
        return not self.country or day not in _dates_of_year(self.country, self.region, day.year)

    def next_working_day(self, day: date) -> date:
        day += timedelta(days=1)
        while not self.is_working_day(day):
            day += timedelta(days=1)
        return day

    def at(self, zone: str) -> "Calendar":
        return replace(self, zone=ZoneInfo(zone)) if zone else self


@cache
def calendar_of(zone: str, *, country: str = "", region: str = "") -> Calendar:
    return Calendar(ZoneInfo(zone), country, region)


def add_working_days(start: datetime, days: int, *, calendar: Calendar) -> datetime:
    """The same local time after this many working days, whatever daylight saving time does."""
    local = start.astimezone(calendar.zone)
    day = local.date()
    for _ in range(days):
        day = calendar.next_working_day(day)
    return datetime.combine(day, local.time(), tzinfo=calendar.zone).astimezone(start.tzinfo)


def into_working_hours(moment: datetime, *, calendar: Calendar, zones: Collection[ZoneInfo] = ()) -> datetime:
    """Return `moment`, or the next time between 9 and 17 on a working day in all `zones`; if those hours don't overlap
    until the end of the next working day, in the first zone. Waiting longer would only help where clocks change on
    different days: London and Los Angeles have a common hour for a few weeks a year."""
    found = _in_hours(moment, calendar=calendar)
    if not zones:
        return found
    last = calendar.next_working_day(moment.astimezone(calendar.zone).date())
    while found < datetime.combine(last, DAY_ENDS, tzinfo=calendar.zone):
        later = max(_in_day(found, zone) for zone in zones)
        if later == found:
            return found
        found = _in_hours(later, calendar=calendar)
    first = next(iter(zones))
    found = _in_day(moment, first)
    while not calendar.is_working_day(found.astimezone(first).date()):
        found = _in_day(found + timedelta(days=1), first)
    return found


def working_days_before(moment: datetime, days: int, *, calendar: Calendar) -> datetime:
    """Nine in the morning, `days` working days before the local day of `moment`."""
    day = moment.astimezone(calendar.zone).date()
    for _ in range(days):
        day -= timedelta(days=1)
        while not calendar.is_working_day(day):
            day -= timedelta(days=1)
    return datetime.combine(day, DAY_STARTS, tzinfo=calendar.zone).astimezone(moment.tzinfo)


def end_of_working_day(start: datetime, days: int, *, calendar: Calendar) -> datetime:
    """A deadline: 23:59 local time, `days` working days after `start`, so that "by Friday" includes Friday."""
    return end_of_day(add_working_days(start, days, calendar=calendar), zone=calendar.zone)


def moved_with(deadline: datetime, until: datetime, *, moved_to: datetime, calendar: Calendar) -> datetime:
    """Extend a deadline that had been moved from `deadline` to `moved_to`, now that `deadline` is extended to `until`:
    to the end of the day that is as many days after `until`, or of the next working day. Counted in days, since
    daylight saving time may begin or end in between."""
    old, own, new = (moment.astimezone(calendar.zone).date() for moment in (deadline, moved_to, until))
    day = new + (own - old)
    if day > new and not calendar.is_working_day(day):
        day = calendar.next_working_day(day)
    return datetime.combine(day, time(23, 59), tzinfo=calendar.zone).astimezone(until.tzinfo)


def restarted_deadline(
    deadline: datetime, *, stopped_at: datetime, now: datetime, calendar: Calendar
) -> datetime:
    """Restart a deadline with the working days that were left, at least one. Keeps an overdue one as overdue, and moves
    it by whole days."""
    if deadline <= stopped_at:
        a_day = timedelta(days=1)
        moved = deadline.astimezone(calendar.zone) + round((now - stopped_at) / a_day) * a_day
        return (moved if moved <= now else moved - a_day).astimezone(deadline.tzinfo)
    left = days_left(deadline, now=stopped_at, calendar=calendar)
    return max(deadline, end_of_working_day(now, max(left, 1), calendar=calendar))


def days_left(deadline: datetime, *, now: datetime, calendar: Calendar) -> int:
    left = 0
    day, last = (moment.astimezone(calendar.zone).date() for moment in (now, deadline))
    while day < last:
        day += timedelta(days=1)
        left += calendar.is_working_day(day)
    return left


def end_of_day(moment: datetime, *, zone: ZoneInfo) -> datetime:
    """23:59 on the local day of `moment`."""
    day = moment.astimezone(zone).date()
    return datetime.combine(day, time(23, 59), tzinfo=zone).astimezone(moment.tzinfo)


def working_days_between(start: datetime, end: datetime, *, calendar: Calendar) -> int:
    """Count full working days: none from Friday 23:59 to Monday 10:00, one until Tuesday 10:00."""
    local, days = start.astimezone(calendar.zone), 0
    day = calendar.next_working_day(local.date())
    while datetime.combine(day, local.time(), tzinfo=calendar.zone) <= end:
        day, days = calendar.next_working_day(day), days + 1
    return days


def _in_hours(moment: datetime, *, calendar: Calendar) -> datetime:
    local = moment.astimezone(calendar.zone)
    day = local.date()
    if calendar.is_working_day(day) and DAY_STARTS <= local.time() < DAY_ENDS:
        return moment
    if local.time() >= DAY_ENDS or not calendar.is_working_day(day):
        day = calendar.next_working_day(day)
    return datetime.combine(day, DAY_STARTS, tzinfo=calendar.zone).astimezone(moment.tzinfo)


def _in_day(moment: datetime, zone: ZoneInfo) -> datetime:
    """`moment` itself if it is between 9 and 17 there, else the next 9 o'clock."""
    local = moment.astimezone(zone)
    if DAY_STARTS <= local.time() < DAY_ENDS:
        return moment
    day = local.date() + timedelta(days=local.time() >= DAY_ENDS)
    return datetime.combine(day, DAY_STARTS, tzinfo=zone).astimezone(moment.tzinfo)


@cache
def _dates_of_year(country: str, region: str, year: int) -> Collection[date]:
    try:
        return frozenset(holidays_of(country, region, year))
    except LookupError as unknown:
        log.warning("%s", unknown)
        return _dates_of_year(country, "", year) if region else frozenset()


@cache
def countries() -> Mapping[str, str]:
    named = {code: _split(name) for code, name in names_of_countries().items()}
    return dict(sorted(named.items(), key=lambda pair: pair[1]))


@cache
def regions(country: str) -> Mapping[str, str]:
    """Code -> name of the regions with their own holidays; empty for an unknown country."""
    parts = {
        code: aliases[0] if aliases else code
        for code, aliases in aliases_of_regions(country).items()
        if len(code) <= _LONGEST_REGION
    }
    return dict(sorted(parts.items(), key=lambda pair: pair[1]))


def coming_holidays(
    country: str, region: str, *, after: date, number: int, language: str
) -> Sequence[tuple[date, str]]:
    """The next holidays after a day, named in `language` if the package has it, else in the country's language."""
    if country not in countries():
        return []
    part = region if region in regions(country) else ""
    found = {
        day: name
        for year in (after.year, after.year + 1)
        for day, name in holidays_of(country, part, year, language=language).items()
    }
    return [(day, name) for day, name in sorted(found.items()) if day > after][:number]


def _split(name: str) -> str:
    first, *rest = _WORD.sub(" ", name).split()
    return " ".join([first, *(_SMALL.get(word, word) for word in rest)])
