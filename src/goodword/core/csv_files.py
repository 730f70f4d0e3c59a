"""Reads CSV files in the formats that spreadsheet programs write, and makes cells safe to open in them."""

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


#: characters in which to look for the separator; a quoted heading may have several lines
LONGEST_HEAD: Final = 20_000


def separated(text: str) -> tuple[str, str]:
    """Return the text and its separator, which Excel may name in a separate first line ("sep=;")."""
    named = re.match(r"sep=([;,\t|])\r?\n", text, re.IGNORECASE)
    if named:
        return "\n" + text[named.end() :], named[1]  # keeps the line numbers
    unquoted = re.sub(r'"[^"]*"', "", text.lstrip("\r\n ")[:LONGEST_HEAD])
    head = re.split(r"[\r\n]", unquoted, maxsplit=1)[0]
    return text, max((",", ";", "\t"), key=head.count)


#: Characters that start a formula at the start of a cell, including full-width ones. Programs that split cells at
#: semicolons or tabs may see the start of a cell within ours.
_FORMULA: Final = re.compile(r"(^|[;\t\r\n])(?=[ ]*[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20])")


def safe_cell(text: str) -> str:
    """Return the text with an apostrophe before anything that a spreadsheet program would run as a formula."""
    return _FORMULA.sub(r"\1'", text)
