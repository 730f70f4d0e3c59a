"""Months as "YYYY-MM", from what people type."""

import re
from collections.abc import Mapping

from django.utils.translation import gettext

from goodword.questionnaires.incoming import AnswerError

EARLIEST_YEAR, LATEST_YEAR = 1950, 2100

_MONTH = re.compile(r"(\d{4})-(\d{1,2})", re.ASCII)


def read_month(raw: object, *, part: str) -> str | None:
    """The month as "YYYY-MM", None if nothing was given.

    Takes "2021-03", or `{"year": "2021", "month": "3"}` as two inputs of a form give it. Raises `AnswerError`
    about `part` if one half is missing or out of range.
    """
    year, month = _halves(raw, part=part)
    if not year and not month:
        return None
    if not month:
        raise AnswerError(gettext("Choose the month as well as the year."), part=part)
    if not year:
        raise AnswerError(gettext("Enter the year as well as the month."), part=part)
    if not (re.fullmatch(r"[0-9]{4}", year) and EARLIEST_YEAR <= int(year) <= LATEST_YEAR):
        raise AnswerError(gettext("Enter the year with four digits, for example 2021."), part=part)
    if not (re.fullmatch(r"[0-9]{1,2}", month) and 1 <= int(month) <= 12):
        raise AnswerError(gettext("Choose a month from January to December."), part=part)
    return f"{int(year):04d}-{int(month):02d}"


def _halves(raw: object, *, part: str) -> tuple[str, str]:
    if raw is None or raw == "":
        return "", ""
    if isinstance(raw, Mapping):
        return str(raw.get("year") or "").strip(), str(raw.get("month") or "").strip()
    found = _MONTH.fullmatch(raw.strip()) if isinstance(raw, str) else None
    if found is None:
        raise AnswerError(gettext("Enter the month and the year, for example 2021-03."), part=part)
    return found[1], found[2]
