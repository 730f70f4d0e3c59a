"""CSV files of ratings."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from django.utils.translation import gettext as _

from goodword.candidates.people_files import (
    PersonColumn,
    PersonKey,
    in_lines,
    is_person_column,
    person_column,
    plain_heading,
    read_rows,
)
from goodword.core.csv_files import UnreadableFile
from goodword.core.text import clean_text

MOST_CRITERIA: Final = 10
LONGEST_CRITERION: Final = 100
#: from here on, "1,000" may be 1000 or 1
THOUSAND: Final = 1000
#: the longest valid address
LONGEST_RATER: Final = 254
_RATER: Final = frozenset({"rater", "ratedby", "manager"})
#: columns that only help people fill in the file
_IGNORED: Final = frozenset({"name", "firstname", "lastname", "role", "hiredon"})
_DATE: Final = frozenset({"date", "ratedon", "dateofrating", "ratingdate"})
_YEAR, _MONTH, _DAY = r"(?P<y>\d{4})", r"(?P<m>\d{1,2})", r"(?P<d>\d{1,2})"
#: a time may follow the day
_CERTAIN: Final = (
    re.compile(rf"{_YEAR}-{_MONTH}-{_DAY}(?:[T ][\d:.Z+-]+)?"),
    re.compile(rf"{_DAY}\.{_MONTH}\.{_YEAR}"),
)
_SLASHED: Final = (re.compile(f"{_DAY}/{_MONTH}/{_YEAR}"), re.compile(f"{_MONTH}/{_DAY}/{_YEAR}"))


@dataclass(frozen=True, slots=True)
class RatingScale:
    lowest: float
    highest: float

    def __str__(self) -> str:
        return f"{self.lowest:g}–{self.highest:g}"


@dataclass(frozen=True, slots=True, kw_only=True)
class RatedLine:
    """`values`: ratings by criterion, without empty ones."""

    line: int
    person: PersonKey
    rater: str
    rated_on: date
    values: Mapping[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Columns:
    person: PersonColumn
    rater: int
    date: int
    criteria: Mapping[str, int]
    n: int


class _Problem(Exception):
    pass


def read_ratings(raw: bytes, scale: RatingScale) -> list[RatedLine]:
    """Read ratings. Every column except person, rater, date and _IGNORED contains ratings by the criterion in its
    heading. Lines without a rating are skipped. Raises UnreadableFile."""
    first, lines = read_rows(raw)
    columns, rows = _columns_of(first), list(lines)
    formats = _formats_of(cells[columns.date].strip() for _line, cells in rows if len(cells) == columns.n)
    found: list[RatedLine] = []
    seen: set[tuple[PersonKey, str, date]] = set()
    problems: defaultdict[str, list[int]] = defaultdict(list)
    for line, cells in rows:
        try:
            if len(cells) == columns.n and not any(
                cells[place].strip() for place in columns.criteria.values()
            ):
                continue
            read = _read_line(line, cells, columns, scale, formats)
        except _Problem as problem:
            problems[str(problem)].append(line)
            continue
        key = read.person, read.rater.casefold(), read.rated_on
        if key in seen:
            problems[_("a second line for the same person, rater and date")].append(line)
        seen.add(key)
        found.append(read)
    if problems:
        raise UnreadableFile(" ".join(f"{in_lines(numbers)}: {what}." for what, numbers in problems.items()))
    if not found:
        raise UnreadableFile(_("The file contains no ratings."))
    return found


def _columns_of(first: Sequence[str]) -> _Columns:
    heading = [plain_heading(cell) for cell in first]
    person = person_column(first)
    rater = next((place for place, name in enumerate(heading) if name in _RATER), None)
    day = next((place for place, name in enumerate(heading) if name in _DATE), None)
    if person is None or rater is None or day is None:
        raise UnreadableFile(
            _(
                "The first row must name the columns: Rater, Date, one of E-mail, Greenhouse candidate ID and "
                "Greenhouse application ID, and a column for each rating."
            )
        )
    criteria: dict[str, int] = {}
    for place, cell in enumerate(first):
        name = clean_text(cell, one_line=True)
        if place in {rater, day} or is_person_column(cell) or heading[place] in _IGNORED or not name:
            continue
        if name.casefold() in {known.casefold() for known in criteria}:
            raise UnreadableFile(_("Two columns are called “%(name)s”.") % {"name": name})
        if len(name) > LONGEST_CRITERION:
            sentence = _("The heading “%(name)s” is too long: use at most %(n)s characters.")
            raise UnreadableFile(sentence % {"name": f"{name[:40]}…", "n": LONGEST_CRITERION})
        criteria[name] = place
    if not criteria:
        raise UnreadableFile(
            _("There is no column with ratings. Name it after what is rated, such as Overall.")
        )
    if len(criteria) > MOST_CRITERIA:
        raise UnreadableFile(_("The file has more than %(n)s columns with ratings.") % {"n": MOST_CRITERIA})
    return _Columns(person=person, rater=rater, date=day, criteria=criteria, n=len(first))


def _read_line(
    line: int, cells: Sequence[str], columns: _Columns, scale: RatingScale, formats: Sequence[re.Pattern[str]]
) -> RatedLine:
    if len(cells) != columns.n:
        raise _Problem(_("the number of cells differs from the first row"))
    person = columns.person.read(cells)
    if person is None:
        raise _Problem(columns.person.why_unread(cells))
    rater = clean_text(cells[columns.rater], one_line=True)
    if not rater:
        raise _Problem(_("the rater is missing"))
    if len(rater) > LONGEST_RATER:
        raise _Problem(_("the rater has more than %(n)s characters") % {"n": LONGEST_RATER})
    return RatedLine(
        line=line,
        person=person,
        rater=rater,
        rated_on=_date(cells[columns.date].strip(), formats),
        values={
            name: _value(cells[place].strip(), name, scale)
            for name, place in columns.criteria.items()
            if cells[place].strip()
        },
    )


def _formats_of(dates: Iterable[str]) -> Sequence[re.Pattern[str]]:
    """Return the formats of the file's dates. Excel rewrites typed dates in its region's format, such as 28/11/2026 or
    11/28/2026. A day above 12 shows which one it is; otherwise both stay possible."""
    slashed = [text for text in dates if any(_day(text, pattern) for pattern in _SLASHED)]
    fitting = [pattern for pattern in _SLASHED if all(_day(text, pattern) for text in slashed)]
    return *_CERTAIN, *fitting


def _day(text: str, written: re.Pattern[str]) -> date | None:
    found = written.fullmatch(text)
    try:
        return date(int(found["y"]), int(found["m"]), int(found["d"])) if found else None
    except ValueError:
        return None


def _date(text: str, formats: Sequence[re.Pattern[str]]) -> date:
    found = {day for pattern in formats if (day := _day(text, pattern))}
    if len(found) > 1:
        raise _Problem(
            _("the date may be day/month or month/day; write 2026-11-28, in a cell formatted as text")
        )
    if not found:
        raise _Problem(_("the date can't be read; use the format 2026-11-28"))
    return found.pop()


def _value(text: str, criterion: str, scale: RatingScale) -> float:
    if scale.highest >= THOUSAND and re.fullmatch(r"[+-]?\d{1,3}([.,]\d{3})+", text):
        raise _Problem(
            _("“%(name)s” may have a thousands separator; write 1000 or 1.0") % {"name": criterion}
        )
    plain = text.replace(",", ".")
    value = float(plain) if re.fullmatch(r"[+-]?\d{1,9}(\.\d{1,9})?", plain) else None
    if value is None or not scale.lowest <= value <= scale.highest:
        raise _Problem(
            _("“%(name)s” isn't a number from %(lowest)s to %(highest)s")
            % {"name": criterion, "lowest": f"{scale.lowest:g}", "highest": f"{scale.highest:g}"}
        )
    return value
