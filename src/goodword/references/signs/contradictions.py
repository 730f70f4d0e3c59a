"""Dates and titles that contradict: the referee corrected what was stated, or two referees say different things.

- dates: both ends are compared, in months. Two months and less is memory, and no sign; up to eleven: low; a year and
  more: medium; no month in common: high.
- title: the same words, in whatever order, shortened ("Sr. Engineer") or mistyped, are no sign; some words in common
  ("Junior Engineer", "Senior Engineer"): low; none: medium.
- two referees of the same company who give different titles for the end of a time that ended within a year of each
  other's: the same two grades. Their dates are no contradiction, because each says when the two worked together.

"Not sure" contradicts nothing.
"""

import re
from dataclasses import dataclass
from difflib import SequenceMatcher

from goodword.references.signs.found import Found, Grade, key_of

DATES, TITLE, TITLES = "dates_corrected", "title_corrected", "titles_differ"

_MEMORY_MONTHS = 2
_YEAR = 12
#: from how alike on two words are one that was mistyped
_ALIKE = 0.8
_SHORT = {
    "sr": "senior",
    "jr": "junior",
    "mgr": "manager",
    "eng": "engineer",
    "dev": "developer",
    "asst": "assistant",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """Months as "2021-04"; `to` is empty while it goes on."""

    first: str
    to: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What was stated of one referee, and what they said. A value that was not given or confirmed is empty.

    `title` and `period` are what the referee holds to be right: the stated ones where they were confirmed.
    """

    id: int
    company: str
    stated_period: Period | None
    period: Period | None
    stated_title: str
    title: str


def dates_sign(told: Told, *, this_month: str) -> Found | None:
    """The sign in corrected dates; what goes on ends in `this_month`."""
    if told.stated_period is None or told.period is None:
        return None
    stated, said = _span(told.stated_period, this_month), _span(told.period, this_month)
    months = abs(stated[0] - said[0]) + abs(stated[1] - said[1])
    if months <= _MEMORY_MONTHS:
        return None
    apart = said[1] < stated[0] or stated[1] < said[0]
    grade: Grade = "high" if apart else "medium" if months >= _YEAR else "low"
    return Found(
        code=DATES,
        grade=grade,
        key=key_of([told.id]),
        facts={
            "stated_from": told.stated_period.first,
            "stated_to": told.stated_period.to,
            "said_from": told.period.first,
            "said_to": told.period.to,
            "months": months,
        },
    )


def title_sign(told: Told) -> Found | None:
    """The sign in a corrected title."""
    grade = _differ(told.stated_title, told.title)
    if grade is None:
        return None
    facts = {"stated": told.stated_title, "said": told.title}
    return Found(code=TITLE, grade=grade, key=key_of([told.id]), facts=facts)


def titles_sign(one: Told, other: Told, *, this_month: str) -> Found | None:
    """The sign in two referees' titles for the same time at the same company."""
    if not _words(one.company) or _words(one.company) != _words(other.company):
        return None
    if one.period is None or other.period is None:
        return None
    if abs(_span(one.period, this_month)[1] - _span(other.period, this_month)[1]) > _YEAR:
        return None
    grade = _differ(one.title, other.title)
    if grade is None:
        return None
    first, second = sorted((one, other), key=lambda told: told.id)
    facts = {"first": first.title, "second": second.title, "company": first.company}
    return Found(code=TITLES, grade=grade, key=key_of([one.id, other.id]), facts=facts)


def _differ(one: str, other: str) -> Grade | None:
    first, second = _words(one), _words(other)
    if not first or not second:
        return None
    common = {word for word in first if any(_same(word, beside) for beside in second)}
    back = {word for word in second if any(_same(word, beside) for beside in first)}
    if common == set(first) and back == set(second):
        return None
    return "low" if common else "medium"


def _same(one: str, other: str) -> bool:
    """Whether two words are one, written out, shortened or mistyped."""
    one, other = _SHORT.get(one, one), _SHORT.get(other, other)
    return SequenceMatcher(None, one, other).ratio() >= _ALIKE


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text.casefold())


def _span(period: Period, this_month: str) -> tuple[int, int]:
    return _months(period.first), _months(period.to or this_month)


def _months(month: str) -> int:
    year, number = month.split("-")
    return int(year) * 12 + int(number)
