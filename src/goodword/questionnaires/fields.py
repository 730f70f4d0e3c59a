"""Form fields that take what was typed as it is.

`answers.py` is the only place that judges an answer, so these fields never refuse one: `required` on them
only tells the page whether to write "(optional)" beside the label.
"""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.forms.widgets import MultiWidget
from django.utils.dates import MONTHS
from django.utils.translation import gettext, gettext_lazy


class TypedText(forms.CharField):
    """Text as typed, spaces and controls included."""

    def clean(self, value: Any) -> str:
        """The text, "" for anything else."""
        return value if isinstance(value, str) else ""


class OneChoice(forms.ChoiceField):
    """The chosen value as sent, offered or not."""

    widget = forms.RadioSelect

    def clean(self, value: Any) -> str:
        """The value as text, "" for anything else."""
        return value if isinstance(value, str) else ""


class SomeChoices(forms.MultipleChoiceField):
    """The chosen values as sent, offered or not."""

    widget = forms.CheckboxSelectMultiple

    def clean(self, value: Any) -> list[str]:
        """The values as a list of text."""
        return [str(entry) for entry in value] if isinstance(value, list | tuple) else []


class MonthWidget(MultiWidget):
    """A list of months and an input for the year: not every browser has `input type=month`."""

    use_fieldset = True

    def __init__(self) -> None:
        months = [("", gettext_lazy("Month")), *((str(number), name) for number, name in MONTHS.items())]
        super().__init__(
            widgets={
                "month": forms.Select(attrs={"aria-label": gettext_lazy("Month")}, choices=months),
                "year": forms.TextInput(
                    attrs={
                        "aria-label": gettext_lazy("Year"),
                        "placeholder": gettext_lazy("Year"),
                        "inputmode": "numeric",
                        "maxlength": "4",
                        "size": "4",
                        "autocomplete": "off",
                    }
                ),
            },
            attrs={"class": "month-input"},
        )

    def decompress(self, value: Any) -> list[str | None]:
        """ "2021-03" as its month and its year."""
        if not isinstance(value, str) or "-" not in value:
            return [None, None]
        year, month = value.split("-", 1)
        return [month.lstrip("0"), year]


class MonthField(forms.Field):
    """A month as typed: `{"month": text, "year": text}`."""

    widget = MonthWidget

    def clean(self, value: Any) -> Mapping[str, str]:
        """Both halves as text, "" where nothing was given."""
        month, year = value if isinstance(value, list | tuple) and len(value) == 2 else ("", "")
        return {"month": str(month or ""), "year": str(year or "")}


def long_input() -> forms.Textarea:
    """An input over several lines."""
    return forms.Textarea(attrs={"rows": 5})


def comment_field() -> TypedText:
    """The optional comment beside an answer."""
    return TypedText(required=False, label=gettext("Comment"), widget=forms.Textarea(attrs={"rows": 3}))
