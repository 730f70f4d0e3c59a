"""CSV files whose lines identify people by e-mail address or Greenhouse id. Pure."""

import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext as _

from goodword.core.addresses import normalised
from goodword.core.csv_files import UnreadableFile, decoded, separated

MOST_ROWS: Final = 100_000
#: bytes
LARGEST: Final = 8_000_000
#: headings, ignoring case, spaces and punctuation
_ADDRESS: Final = frozenset({"email", "emailaddress", "mail"})
_CANDIDATE: Final = frozenset({"candidateid", "greenhousecandidateid"})
_APPLICATION: Final = frozenset({"applicationid", "greenhouseapplicationid"})
_LISTED: Final = 10


@dataclass(frozen=True, slots=True)
class PersonKey:
    """Identifies somebody. `by`: "email", "candidate" or "application"."""

    by: str
    value: str

    @classmethod
    def of(cls, by: str, value: str) -> "PersonKey":
        """Normalise the value, so that equal addresses have the same spelling."""
        return cls(by, normalised(value) if by == "email" else value)


@dataclass(frozen=True, slots=True)
class PersonColumn:
    by: str
    place: int

    def read(self, cells: Sequence[str]) -> PersonKey | None:
        value = cells[self.place].strip()
        named = bool(value) and (self.by == "email" or value.isdecimal())
        return PersonKey.of(self.by, value) if named else None

    def why_unread(self, cells: Sequence[str]) -> str:
        """Return why `read` found no person. Spreadsheet programs write long numbers as 4.82013E+11."""
        if not cells[self.place].strip():
            return _("the person is missing")
        return _("the Greenhouse ID isn't a whole number")


def read_rows(raw: bytes) -> tuple[list[str], Iterator[tuple[int, list[str]]]]:
    """Return the first row, and the other rows with their line numbers. Raises UnreadableFile, even during
    iteration."""
    if len(raw) > LARGEST:
        raise UnreadableFile(_("The file is larger than 8 MB."))
    text, separator = separated(decoded(raw)[0])
    rows = _rows(text, separator)
    first = next(rows, None)
    if first is None:
        raise UnreadableFile(_("The file is empty."))
    return first[1], rows


def plain_heading(cell: str) -> str:
    return re.sub(r"[^a-z]", "", cell.casefold())


def person_column(first: Sequence[str]) -> PersonColumn | None:
    heading = [plain_heading(cell) for cell in first]
    for by, names in (("application", _APPLICATION), ("candidate", _CANDIDATE), ("email", _ADDRESS)):
        for place, name in enumerate(heading):
            if name in names:
                return PersonColumn(by, place)
    return None


def is_person_column(cell: str) -> bool:
    return plain_heading(cell) in _ADDRESS | _CANDIDATE | _APPLICATION


def in_lines(numbers: Sequence[int]) -> str:
    """For example "Line 4" or "Lines 4, 9 and 31 more"."""
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
