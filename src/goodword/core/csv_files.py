"""Reads CSV files in all the formats that spreadsheets write, and makes cells safe for spreadsheets."""

import re
from typing import Final

from django.utils.translation import gettext as _


class UnreadableFile(Exception):
    """The message says why."""


def decoded(raw: bytes) -> tuple[str, bool]:
    """Return the text, and whether its encoding was guessed. Raises UnreadableFile."""
    if raw.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        raise UnreadableFile(
            _("This is an Excel workbook. Save it as CSV UTF-8 in Excel, then choose that file.")
        )
    try:
        if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
            return raw.decode("utf-16"), False
        if b"\0" in raw:
            raise UnreadableFile(_("This is not a CSV file."))
        return raw.decode("utf-8-sig"), False
    except UnicodeDecodeError:
        pass
    try:  # "CSV" from Excel on Windows
        return raw.decode("cp1252"), True
    except UnicodeDecodeError:
        raise UnreadableFile(_("The characters can't be read. Save the file as CSV UTF-8.")) from None


def separated(text: str) -> tuple[str, str]:
    """Returns the text and its separator, which Excel may name in a separate first line ("sep=;")."""
    named = re.match(r"sep=([;,\t|])\r?\n", text, re.IGNORECASE)
    if named:
        return "\n" + text[named.end() :], named[1]  # keeps the line numbers
    head = next((line for line in text.splitlines() if line.strip()), "")
    unquoted = re.sub(r'"[^"]*"', "", head)
    return text, max((",", ";", "\t"), key=unquoted.count)


#: characters that start a formula, including full-width ones, at the start of a cell. A cell can also start within ours
#: where spreadsheets separate cells by semicolons or tabs.
_FORMULA: Final = re.compile(r"(^|[;\t\r\n])(?=[ ]*[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20])")


def safe_cell(text: str) -> str:
    """The text with an apostrophe before anything that a spreadsheet would run as a formula."""
    return _FORMULA.sub(r"\1'", text)
