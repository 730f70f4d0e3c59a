"""Reads candidates from an untrusted CSV file. Pure. Problems are described in sentences."""

import csv
import io
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils import translation
from django.utils.translation import gettext as _

from goodword.candidates.domain.people import PersonInput
from goodword.core.addresses import without_invisible
from goodword.core.csv_files import UnreadableFile, decoded, separated
from goodword.core.text import clean_text, has_link, language_codes, language_name, main_language
from goodword.workspace.adding.forms import LONGEST_ADDRESS, LONGEST_DETAIL, LONGEST_NAME

#: maximum bytes; 5,000 rows have about 500 kB
LARGEST: Final = 1_500_000
MOST_ROWS: Final = 5_000
MOST_COLUMNS: Final = 100
#: longer cells are cut
LONGEST_CELL: Final = 500
#: columns of the template, and of the file with errors
COLUMNS: Final = ("First name", "Last name", "E-mail", "Language", "Company", "Title")
#: field -> accepted headings, ignoring case, accents, spaces and punctuation
_HEADINGS: Final[Mapping[str, frozenset[str]]] = {
    "first_name": frozenset({"firstname", "givenname", "forename", "vorname", "prenom"}),
    "last_name": frozenset({"lastname", "surname", "familyname", "nachname", "familienname", "nomdefamille"}),
    "name": frozenset({"name", "fullname", "candidate", "candidatename", "kandidat", "nom", "nomcomplet"}),
    "email": frozenset(
        {"email", "emailaddress", "mail", "emailadresse", "mailadresse", "adresseemail", "courriel"}
        | {"candidateemail", "personalemail", "primaryemail"}
    ),
    "language": frozenset({"language", "lang", "locale", "sprache", "langue"}),
    "company": frozenset(
        {"company", "currentcompany", "employer", "firma", "unternehmen", "arbeitgeber", "entreprise"}
        | {"employeur"}
    ),
    "title": frozenset({"title", "jobtitle", "currenttitle", "position", "funktion", "poste"}),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class CsvRow:
    """`line`: the line in the file where it begins, from 1. `cells`: clean texts by field."""

    line: int
    cells: Mapping[str, str]
    too_wide: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CsvTable:
    """`columns`: headings by field. `ignored`: unknown headings. `guessed`: whether the encoding is a guess."""

    columns: Mapping[str, str]
    ignored: Sequence[str]
    rows: Sequence[CsvRow]
    guessed: bool


def read_table(raw: bytes) -> CsvTable:
    """Read a file. Raises UnreadableFile."""
    if len(raw) > LARGEST:
        raise UnreadableFile(_("The file is larger than 1.5 MB. Split it into several files."))
    text, guessed = decoded(raw)
    text, separator = separated(text)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    try:
        heading = next((cells for cells in reader if any(cell.strip() for cell in cells)), None)
        if heading is None:
            raise UnreadableFile(_("The file is empty."))
        columns, ignored = _columns_of(heading)
        rows: list[CsvRow] = []
        line = reader.line_num
        for cells in reader:
            start, line = line + 1, reader.line_num
            if not any(cell.strip() for cell in cells):
                continue
            if len(rows) == MOST_ROWS:
                raise UnreadableFile(
                    _("The file has more than %(n)s rows. Split it into several files.")
                    % {"n": f"{MOST_ROWS:,}"}
                )
            kept = {
                field: clean_text(cells[at], one_line=True)[:LONGEST_CELL]
                for field, at in columns.items()
                if at < len(cells)
            }
            kept["email"] = without_invisible(kept.get("email", ""))
            too_wide = any(cell.strip() for cell in cells[len(heading) :])
            rows.append(CsvRow(line=start, cells=kept, too_wide=too_wide))
    except csv.Error:
        raise UnreadableFile(
            _("Line %(line)s can't be read: a quotation mark is missing or misplaced.")
            % {"line": reader.line_num}
        ) from None
    if not rows:
        raise UnreadableFile(_("The file has column names, but no candidates."))
    return CsvTable(
        columns={field: clean_text(heading[at], one_line=True)[:80] for field, at in columns.items()},
        ignored=ignored,
        rows=rows,
        guessed=guessed,
    )


def person_of(row: CsvRow) -> tuple[PersonInput | None, str]:
    """Return the person, or None with a sentence for each problem."""
    problems: list[str] = []
    if row.too_wide:
        problems.append(
            _("The line has more cells than the first row. Check separators and quotation marks.")
        )
    first, last = _name_of(row.cells)
    if not first and not last:
        problems.append(_("The name is missing."))
    elif max(len(first), len(last)) > LONGEST_NAME:
        problems.append(_("The name is longer than %(n)s characters.") % {"n": LONGEST_NAME})
    elif has_link(f"{first} {last}"):
        problems.append(_("The name looks like a link."))
    email = row.cells.get("email", "")
    if not email:
        problems.append(_("The e-mail address is missing."))
    elif not _is_address(email):
        problems.append(_("“%(address)s” is not an e-mail address.") % {"address": email[:80]})
    language = _language_of(row.cells.get("language", ""))
    if language is None:
        problems.append(
            _("“%(language)s” is not a supported language. Use %(known)s, or leave it empty.")
            % {
                "language": row.cells["language"][:40],
                "known": ", ".join(language_codes()),
            }
        )
    details = {name: row.cells.get(name, "") for name in ("company", "title")}
    if any(len(text) > LONGEST_DETAIL for text in details.values()):
        problems.append(_("Company or title is longer than %(n)s characters.") % {"n": LONGEST_DETAIL})
    if problems or language is None:
        return None, " ".join(problems)
    if not first:
        first, last = last, ""
    return PersonInput(first_name=first, last_name=last, email=email, language=language, **details), ""


def _columns_of(heading: Sequence[str]) -> tuple[dict[str, int], list[str]]:
    if len(heading) > MOST_COLUMNS:
        raise UnreadableFile(_("The file has more than %(n)s columns.") % {"n": MOST_COLUMNS})
    found: dict[str, int] = {}
    ignored: list[str] = []
    for at, text in enumerate(heading):
        field = _field_of(text)
        if field and field not in found:
            found[field] = at
        elif text.strip():
            ignored.append(clean_text(text, one_line=True)[:80])
    missing = []
    if not {"name", "first_name", "last_name"} & found.keys():
        missing.append(_("a name (First name and Last name, or Name)"))
    if "email" not in found:
        missing.append(_("E-mail"))
    if missing:
        raise UnreadableFile(
            _("The first row must name the columns. Missing: %(columns)s.") % {"columns": "; ".join(missing)}
        )
    return found, ignored


def _field_of(heading: str) -> str:
    key = _key(heading)
    return next((field for field, names in _HEADINGS.items() if key in names), "")


def _key(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text).casefold()
    return "".join(
        character for character in plain if character.isalnum() and not unicodedata.combining(character)
    )


def _name_of(cells: Mapping[str, str]) -> tuple[str, str]:
    """First and last name; a single name is split at its last space, or at the comma of "Lovelace, Ada". Beside a
    column for one of them, *Name* is the other, as in "Vorname;Name", or the whole name."""
    first, last, whole = (cells.get(field, "") for field in ("first_name", "last_name", "name"))
    if (first and last) or not any(letter.isalpha() for letter in whole):
        return first, last
    if (first or last) and _words(whole) == _words(first or last):
        return first, last
    if (first or last) and (other := _without(whole, first or last)):
        return (first, other) if first else (other, last)
    if whole.count(",") == 1:
        last, first = (part.strip() for part in whole.split(","))
        return first, last
    first, _space, last = whole.rpartition(" ")
    return (first, last) if first else (last, "")


def _words(name: str) -> list[str]:
    return name.casefold().replace(",", " ").split()


def _without(whole: str, part: str) -> str:
    """The whole name without the words of `part` at its beginning or end; "" if some are elsewhere in it."""
    words, known = whole.replace(",", " ").split(), _words(part)
    if _words(whole)[: len(known)] == known:
        return " ".join(words[len(known) :])
    if _words(whole)[-len(known) :] == known:
        return " ".join(words[: -len(known)])
    in_whole = set(re.split(r"[\W_]+", whole.casefold()))
    return "" if in_whole & set(re.split(r"[\W_]+", part.casefold())) else " ".join(words)


def _is_address(text: str) -> bool:
    try:
        validate_email(text)
    except ValidationError:
        return False
    return len(text) <= LONGEST_ADDRESS


def _language_of(text: str) -> str | None:
    """Return a language's code, from a code ("de", "de-AT") or a name; empty if there is none, None if it is
    unknown."""
    if not text:
        return ""
    code = main_language(text.strip())
    if code in language_codes():
        return code
    return _languages_by_name().get(_key(text))


@cache
def _languages_by_name() -> dict[str, str]:
    """Codes of languages by their names in all our languages."""
    found: dict[str, str] = {}
    for spoken in language_codes():
        with translation.override(spoken):
            found |= {_key(language_name(code)): code for code in language_codes()}
    return found
