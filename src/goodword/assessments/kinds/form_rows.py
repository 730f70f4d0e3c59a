from collections.abc import Sequence
from typing import Any, Final

from django import forms
from django.forms.utils import ErrorDict
from django.http import QueryDict

#: empty rows added by *More*
MORE: Final = 2


def row_count(data: Any, *, most: int) -> int:
    rows = str(data.get("rows", ""))
    return min(int(rows), most) if rows.isascii() and rows.isdigit() and len(rows) < 4 else 0


def changed_rows(data: QueryDict, *, parts: Sequence[str], most: int) -> QueryDict | None:
    """The posted data with rows added, moved or removed if `more_rows`, `row_up`, `row_down` or `row_out` was pressed
    (the last three have a row index as their value), else None. Inputs are named `<part>_<index>`."""
    made, there = data.copy(), row_count(data, most=most)
    if "more_rows" in data:
        made["rows"] = str(min(there + MORE, most))
        return made
    for name, by in (("row_up", -1), ("row_down", 1), ("row_out", 0)):
        pressed = data.get(name, "")
        if not (pressed.isascii() and pressed.isdigit() and len(pressed) < 4):
            continue
        order = list(range(there))
        place, other = int(pressed), int(pressed) + by
        if name == "row_out" and place < there:
            order.remove(place)
        elif 0 <= place < there and 0 <= other < there:
            order[place], order[other] = order[other], order[place]
        for new, old in enumerate(order):
            for part in parts:
                made[f"{part}_{new}"] = data.get(f"{part}_{old}", "")
        made["rows"] = str(len(order))
        return made
    return None


class RowsForm(forms.Form):
    """`quiet` suppresses errors, for a form that only changes its rows."""

    use_required_attribute = False

    def __init__(self, data: Any = None, *, quiet: bool = False, **values: Any) -> None:
        self._quiet = quiet
        super().__init__(data, **values)

    @property
    def errors(self) -> ErrorDict:
        return ErrorDict() if self._quiet else super().errors

    def is_valid(self) -> bool:
        return not self._quiet and super().is_valid()
