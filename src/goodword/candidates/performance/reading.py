"""Reads a CSV file of ratings. Pure. Problems are described in sentences."""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from django.utils.translation import gettext as _

from goodword.candidates.people_files import (
    Person,
    PersonColumn,
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
LONGEST_RATER: Final = 200
_RATER: Final = frozenset({"rater", "ratedby", "manager"})
#: columns that only help people fill in the file
_IGNORED: Final = frozenset({"name", "firstname", "lastname", "role", "hiredon"})
_DATE: Final = frozenset({"date", "ratedon", "dateofrating", "ratingdate"})


@dataclass(frozen=True, slots=True)
class Scale:
    lowest: float
    highest: float

    def __str__(self) -> str:
        return f"{self.lowest:g}–{self.highest:g}"


@dataclass(frozen=True, slots=True, kw_only=True)
class RatedLine:
    """`values`: by criterion, without empty ones."""

    line: int
    person: Person
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


def read_ratings(raw: bytes, scale: Scale) -> list[RatedLine]:
    """Read ratings: every column except person, rater, date and _IGNORED has ratings by the criterion in its heading.
    Lines without a rating are skipped. Raises UnreadableFile."""
    first, rows = read_rows(raw)
    columns = _columns_of(first)
    found: list[RatedLine] = []
    seen: set[tuple[Person, str, date]] = set()
    problems: defaultdict[str, list[int]] = defaultdict(list)
    for line, cells in rows:
        try:
            if len(cells) == columns.n and not any(
                cells[place].strip() for place in columns.criteria.values()
            ):
                continue
            read = _read_line(line, cells, columns, scale)
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
        raise UnreadableFile(_("The file contains no rating."))
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
            said = _("The heading “%(name)s” is too long: use at most %(n)s characters.")
            raise UnreadableFile(said % {"name": f"{name[:40]}…", "n": LONGEST_CRITERION})
        criteria[name] = place
    if not criteria:
        raise UnreadableFile(
            _("There is no column with ratings. Name it after what is rated, such as Overall.")
        )
    if len(criteria) > MOST_CRITERIA:
        raise UnreadableFile(_("The file has more than %(n)s columns with ratings.") % {"n": MOST_CRITERIA})
    return _Columns(person=person, rater=rater, date=day, criteria=criteria, n=len(first))


def _read_line(line: int, cells: Sequence[str], columns: _Columns, scale: Scale) -> RatedLine:
    if len(cells) != columns.n:
        raise _Problem(_("the number of cells differs from the first row"))
    person = columns.person.read(cells)
    if person is None:
        raise _Problem(_("no person named"))
    rater = clean_text(cells[columns.rater], one_line=True)
    if not rater:
        raise _Problem(_("no rater named"))
    if len(rater) > LONGEST_RATER:
        raise _Problem(_("a rater with more than %(n)s characters") % {"n": LONGEST_RATER})
    return RatedLine(
        line=line,
        person=person,
        rater=rater,
        rated_on=_date(cells[columns.date].strip()),
        values={
            name: _value(cells[place].strip(), name, scale)
            for name, place in columns.criteria.items()
            if cells[place].strip()
        },
    )


def _date(text: str) -> date:
    turned = re.sub(r"^(\d{1,2})\.(\d{1,2})\.(\d{4})$", r"\3-\2-\1", text)
    parts = turned.split("-")
    try:
        if len(parts) != 3 or len(parts[0]) != 4:
            raise ValueError
        return date(*(int(part) for part in parts))
    except ValueError:
        raise _Problem(_("the date can't be read; use the format 2026-11-28")) from None


def _value(text: str, criterion: str, scale: Scale) -> float:
    plain = text.replace(",", ".")
    value = float(plain) if re.fullmatch(r"[+-]?\d{1,9}(\.\d{1,9})?", plain) else None
    if value is None or not scale.lowest <= value <= scale.highest:
        raise _Problem(
            _("“%(name)s” isn't a number from %(lowest)s to %(highest)s")
            % {"name": criterion, "lowest": f"{scale.lowest:g}", "highest": f"{scale.highest:g}"}
        )
    return value
