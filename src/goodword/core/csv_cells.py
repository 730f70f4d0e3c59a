"""Cells of CSV files that spreadsheets open."""

import re
from typing import Final

#: what begins a formula, also full-width, at the start of a cell. Where spreadsheets separate by semicolons or tabs, a
#: cell can also begin within ours.
_FORMULA: Final = re.compile(r"(^|[;\t\r\n])(?=[ ]*[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20])")


def safe_cell(text: str) -> str:
    """The text, with an apostrophe before what a spreadsheet would run as a formula."""
    return _FORMULA.sub(r"\1'", text)
