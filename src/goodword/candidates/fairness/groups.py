"""Reads a CSV file of people's groups. Pure; each problem is described in a sentence."""

import csv
import io
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext as _

from goodword.core.csv_files import UnreadableFile, decoded, separated
from goodword.core.text import clean_text

MOST_ROWS: Final = 100_000
#: bytes
LARGEST: Final = 8_000_000
MOST_GROUPS: Final = 20
LONGEST_GROUP: Final = 60
#: headings, ignoring case, spaces and punctuation
_ADDRESS: Final = frozenset({"email", "emailaddress", "mail"})
_CANDIDATE: Final = frozenset({"candidateid", "greenhousecandidateid"})
_APPLICATION: Final = frozenset({"applicationid", "greenhouseapplicationid"})
_GROUP: Final = frozenset({"group"})
#: line numbers listed in one sentence
_LISTED: Final = 10


@dataclass(frozen=True, slots=True)
class Person:
    """How a line identifies somebody: `by` is "email", "candidate" or "application"."""

    by: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupFile:
    """`groups`: each person's group, spelled as in the file. `lines`: each person's line number, from 1."""

    groups: Mapping[Person, str]
    lines: Mapping[Person, int]


def read_groups(raw: bytes) -> GroupFile:
    """Raises UnreadableFile. People without a group are left out."""
    if len(raw) > LARGEST:
        raise UnreadableFile(_("The file is larger than 8 MB."))
    text, separator = separated(decoded(raw)[0])
    rows = _rows(text, separator)
    first = next(rows, None)
    if first is None:
        raise UnreadableFile(_("The file is empty."))
    columns = _columns_of(first[1])
    groups: dict[Person, str] = {}
    lines: dict[Person, int] = {}
    problems: defaultdict[str, list[int]] = defaultdict(list)
    for line, cells in rows:
        person, group, problem = _read_line(cells, columns)
        if problem:
            problems[problem].append(line)
        elif group and groups.get(person, group) != group:
            problems[_("a second group for the same person")].append(line)
        elif group:
            groups[person] = group
            lines.setdefault(person, line)
    if problems:
        raise UnreadableFile(" ".join(f"{in_lines(numbers)}: {what}." for what, numbers in problems.items()))
    if not groups:
        raise UnreadableFile(_("The file names no group."))
    if len(set(groups.values())) > MOST_GROUPS:
        raise UnreadableFile(_("The file has more than %(n)s groups.") % {"n": MOST_GROUPS})
    return GroupFile(groups=groups, lines=lines)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Columns:
    by: str
    person: int
    group: int
    n: int


def _read_line(cells: Sequence[str], columns: _Columns) -> tuple[Person, str, str]:
    """Returns the person, their group, and what is wrong with the line; empty strings if none."""
    if len(cells) != columns.n:
        return Person(columns.by, ""), "", _("the number of cells differs from the first row")
    person = Person(columns.by, cells[columns.person].strip().casefold())
    group = clean_text(cells[columns.group], one_line=True)
    named = bool(person.value) and (columns.by == "email" or person.value.isdecimal())
    if group and not named:
        return person, group, _("no person named")
    if len(group) > LONGEST_GROUP:
        return person, group, _("a group with more than %(n)s characters") % {"n": LONGEST_GROUP}
    return person, group, ""


def in_lines(numbers: Sequence[int]) -> str:
    """ "Line 4" or "Lines 4, 9 and 31 more"."""
    if len(numbers) == 1:
        return _("Line %(line)s") % {"line": numbers[0]}
    listed = ", ".join(str(number) for number in numbers[:_LISTED])
    if len(numbers) > _LISTED:
        return _("Lines %(lines)s and %(n)s more") % {"lines": listed, "n": len(numbers) - _LISTED}
    return _("Lines %(lines)s") % {"lines": listed}


def _rows(text: str, separator: str) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    line, read = 1, 0
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                read += 1
                if read > MOST_ROWS + 1:
                    raise UnreadableFile(_("The file has more than %(n)s rows.") % {"n": f"{MOST_ROWS:,}"})
                yield line, cells
            line = reader.line_num + 1
    except csv.Error:
        raise UnreadableFile(
            _("Line %(line)s can't be read: a quotation mark is missing or misplaced.")
            % {"line": reader.line_num}
        ) from None


def _columns_of(first: Sequence[str]) -> _Columns:
    heading = [re.sub(r"[^a-z]", "", cell.casefold()) for cell in first]
    group = next((place for place, name in enumerate(heading) if name in _GROUP), None)
    for by, names in (("application", _APPLICATION), ("candidate", _CANDIDATE), ("email", _ADDRESS)):
        for place, name in enumerate(heading):
            if name in names and group is not None:
                return _Columns(by=by, person=place, group=group, n=len(heading))
    raise UnreadableFile(
        _(
            "The first row must name the columns: Group, and one of E-mail, Greenhouse candidate ID and Greenhouse "
            "application ID."
        )
    )
