"""Days and figures as they are written in the active language: Django's own formats of English are American."""

from datetime import date, datetime
from typing import Final

from django.utils.formats import date_format, number_format
from django.utils.translation import get_language

#: where a day is written otherwise than "24 November"
_DAYS: Final = {"de": "j. F"}
#: where the day of the week is written otherwise than "Tuesday 24 November"
_WEEKDAYS: Final = {"de": "l, j. F"}


def written_day(day: date | datetime) -> str:
    """ "24 November 2026", "24. November 2026"; a moment as it is, so bring it into its zone first."""
    return date_format(day, f"{_DAYS.get(_primary(), 'j F')} Y")


def written_weekday(day: date | datetime, *, year: bool = False) -> str:
    """ "Tuesday 24 November", "Dienstag, 24. November"; with the `year` where it is wanted."""
    return date_format(day, _WEEKDAYS.get(_primary(), "l j F") + (" Y" if year else ""))


def written_count(n: int) -> str:
    """ "1,250", "1.250"."""
    return number_format(n, force_grouping=True)


def written_figure(value: float, places: int = 2) -> str:
    """ "0.81", "0,81"."""
    return number_format(f"{value:.{places}f}", places)


def _primary() -> str:
    return (get_language() or "en").partition("-")[0]
