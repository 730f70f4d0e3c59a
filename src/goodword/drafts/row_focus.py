from dataclasses import dataclass
from typing import Protocol

from django.forms import Field
from django.http import QueryDict


class FormOfRows(Protocol):
    count: int
    fields: dict[str, Field]


@dataclass(frozen=True, slots=True)
class RowButton:
    name: str
    place: int


def focus_row(form: FormOfRows, data: QueryDict, *, first: str) -> RowButton | None:
    """Where the focus goes after a button that adds, moves or removes a row, since the page is loaded anew.

    Returns the button of the row that was moved. For a new row, and for the row in the place of a removed one, its
    first field (`<first>_<index>`) gets the focus instead.
    """
    rows = data.get("rows", "")
    before = int(rows) if rows.isascii() and rows.isdigit() and len(rows) < 4 else 0
    if "more_rows" in data:
        _focus_field(form, f"{first}_{before}")
        return None
    for name, other, by in (("row_up", "row_down", -1), ("row_down", "row_up", 1), ("row_out", "", 0)):
        pressed = data.get(name, "")
        if not (pressed.isascii() and pressed.isdigit() and len(pressed) < 4):
            continue
        place = min(max(int(pressed) + by, 0), form.count - 1)
        if name == "row_out":
            _focus_field(form, f"{first}_{place}")
            return None
        at_end = place == 0 if name == "row_up" else place == form.count - 1
        return RowButton(other if at_end else name, place)
    return None


def _focus_field(form: FormOfRows, name: str) -> None:
    if name in form.fields:
        form.fields[name].widget.attrs["autofocus"] = True
