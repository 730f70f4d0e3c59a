"""Months as "YYYY-MM" and days as "YYYY-MM-DD", from what people type."""

import re
from collections.abc import Mapping
from datetime import date

from django.utils.translation import gettext

from goodword.questionnaires.incoming import AnswerError

EARLIEST_YEAR, LATEST_YEAR = 1950, 2100

_MONTH = re.compile(r"(?P<year>[0-9]{4})-(?P<month>[0-9]{1,2})")
_DAY = re.compile(r"(?P<year>[0-9]{4})-(?P<month>[0-9]{1,2})-(?P<day>[0-9]{1,2})")


def read_month(raw: object, *, part: str) -> str | None:
    """The month as "YYYY-MM", None if nothing was given.

    Takes "2021-03", or `{"year": "2021", "month": "3"}` as two inputs of a form give it. Raises `AnswerError`
    about `part` if one half is missing or out of range.
    """
    found = _pieces(raw, _MONTH)
    if found is None:
        raise AnswerError(gettext("Enter the month and the year, for example 2021-03."), part=part)
    year, month = found["year"], found["month"]
    if not year and not month:
        return None
    if not month:
        raise AnswerError(gettext("Choose the month as well as the year."), part=part)
    if not year:
        raise AnswerError(gettext("Enter the year as well as the month."), part=part)
    return f"{_year(year, part=part):04d}-{_month(month, part=part):02d}"


def read_day(raw: object) -> str | None:
    """The day as "YYYY-MM-DD", None if nothing was given.

    Takes "2021-03-04", or `{"year": "2021", "month": "3", "day": "4"}`. Raises `AnswerError` if a piece is
    missing, out of range, or the month has no such day.
    """
    found = _pieces(raw, _DAY)
    if found is None:
        raise AnswerError(gettext("Enter the date as year, month and day, for example 2021-03-04."))
    if not any(found.values()):
        return None
    if not all(found.values()):
        raise AnswerError(gettext("Enter the full date: day, month and year."))
    year, month = _year(found["year"], part=""), _month(found["month"], part="")
    day = int(found["day"]) if re.fullmatch(r"[0-9]{1,2}", found["day"]) else 0
    if not 1 <= day <= 31:
        raise AnswerError(gettext("Enter the day as a number from 1 to 31."))
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        raise AnswerError(gettext("That month has no such day. Please check the date.")) from None


def read_period(
    given: Mapping[str, object], *, this_month: str | None = None
) -> tuple[str, str | None] | None:
    """First and last month out of "from", "to" and "ongoing"; the last is None while it goes on.

    None if nothing was given at all. Raises `AnswerError` about "from" or "to" if one is missing, if they
    cross, and, with `this_month` ("YYYY-MM"), if one lies after it.
    """
    ongoing = given.get("ongoing") is True or ("to" in given and given["to"] is None)
    first = read_month(given.get("from"), part="from")
    last = None if ongoing else read_month(given.get("to"), part="to")
    if first is None and last is None and given.get("ongoing") is not True:
        return None
    if first is None:
        raise AnswerError(gettext("Enter the first month, with the year."), part="from")
    if last is None and not ongoing:
        raise AnswerError(
            gettext("Enter the last month, with the year, or tick that it is still going on."), part="to"
        )
    if last is not None and last < first:
        raise AnswerError(gettext("The last month is before the first month. Please check both."), part="to")
    if this_month is not None and first > this_month:
        raise AnswerError(gettext("The first month is in the future. Please check it."), part="from")
    if this_month is not None and last is not None and last > this_month:
        raise AnswerError(gettext("The last month is in the future. Please check it."), part="to")
    return first, last


def _pieces(raw: object, form: re.Pattern[str]) -> Mapping[str, str] | None:
    """The pieces that a form names, "" for what was not given; None for what cannot be taken apart."""
    if raw is None or raw == "":
        return dict.fromkeys(form.groupindex, "")
    if isinstance(raw, Mapping):
        return {name: str(raw.get(name) or "").strip() for name in form.groupindex}
    found = form.fullmatch(raw.strip()) if isinstance(raw, str) else None
    return found.groupdict() if found else None


def _year(typed: str, *, part: str) -> int:
    if not re.fullmatch(r"[0-9]{4}", typed):
        raise AnswerError(gettext("Enter the year with four digits, for example 2021."), part=part)
    year = int(typed)
    if not EARLIEST_YEAR <= year <= LATEST_YEAR:
        years = {"first": EARLIEST_YEAR, "last": LATEST_YEAR}
        raise AnswerError(gettext("Enter a year from %(first)s to %(last)s.") % years, part=part)
    return year


def _month(typed: str, *, part: str) -> int:
    if not (re.fullmatch(r"[0-9]{1,2}", typed) and 1 <= int(typed) <= 12):
        raise AnswerError(gettext("Choose a month from January to December."), part=part)
    return int(typed)
