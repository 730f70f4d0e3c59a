"""Rows of a form that can be added to, moved and taken out by buttons, without JavaScript and with nothing lost."""

from collections.abc import Sequence
from typing import Any, Final

from django import forms
from django.forms.utils import ErrorDict
from django.http import QueryDict

#: how many empty rows *More* adds
MORE: Final = 2


def row_count(data: Any, *, most: int) -> int:
    """How many rows were posted."""
    rows = str(data.get("rows", ""))
    return min(int(rows), most) if rows.isascii() and rows.isdigit() and len(rows) < 4 else 0


def reshaped(data: QueryDict, *, parts: Sequence[str], most: int) -> QueryDict | None:
    """What was posted, with rows added, moved or taken out, if a button for that was pressed; else None.

    Buttons are named `more_rows`, `row_up`, `row_down` and `row_out`, the last three with a place from 0; the inputs
    of a row `<part>_<place>`.
    """
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
    """A form with such rows. `quiet` holds back errors, for one that only gets other rows."""

    use_required_attribute = False

    def __init__(self, data: Any = None, *, quiet: bool = False, **values: Any) -> None:
        self._quiet = quiet
        super().__init__(data, **values)

    @property
    def errors(self) -> ErrorDict:
        """As for any form; none while `quiet`."""
        return ErrorDict() if self._quiet else super().errors

    def is_valid(self) -> bool:
        """As for any form; never while `quiet`."""
        return not self._quiet and super().is_valid()
