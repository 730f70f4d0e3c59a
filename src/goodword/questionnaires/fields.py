"""Form fields that accept any input, which `answers.py` validates. `required` only decides whether "(optional)" is
shown."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.forms.widgets import MultiWidget
from django.utils.dates import MONTHS
from django.utils.translation import gettext, gettext_lazy

from goodword.questionnaires.types import LONGEST_COMMENT
from goodword.ui.fields import limited


class TypedText(forms.CharField):
    def clean(self, value: Any) -> str:
        return value if isinstance(value, str) else ""


class OneChoice(forms.ChoiceField):
    widget = forms.RadioSelect

    def clean(self, value: Any) -> str:
        return value if isinstance(value, str) else ""


class ConfirmChoice(OneChoice):
    """Whether what the candidate `stated` is right."""

    def __init__(self, *, stated: str, **heading: Any) -> None:
        super().__init__(**heading)
        self.stated = stated


class SomeChoices(forms.MultipleChoiceField):
    widget = forms.CheckboxSelectMultiple

    def clean(self, value: Any) -> list[str]:
        return [str(entry) for entry in value] if isinstance(value, list | tuple) else []


class TypedNumber(TypedText):
    """A number as text, since browsers disagree about decimal commas in number inputs."""

    def __init__(self, *, unit: str, decimals: int, negative: bool, **heading: Any) -> None:
        super().__init__(widget=NumberInput(unit=unit, decimals=decimals, negative=negative), **heading)


class NumberInput(forms.TextInput):
    """A numeric keypad on phones, then the unit, which screen readers read out."""

    template_name = "questionnaires/number_input.html"

    def __init__(self, *, unit: str, decimals: int, negative: bool) -> None:
        # on many phones, numeric keypads have no minus, and those for whole numbers no comma
        mode = "text" if negative else "decimal" if decimals else "numeric"
        super().__init__(attrs={"inputmode": mode, "autocomplete": "off", "size": "8", "maxlength": "40"})
        self.unit = unit

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context(name, value, attrs)
        widget = context["widget"]
        if self.unit:
            unit_id = f"{widget['attrs'].get('id', name)}_unit"
            described = widget["attrs"].get("aria-describedby", "")
            widget["attrs"]["aria-describedby"] = f"{unit_id} {described}".strip()
            widget |= {"unit": self.unit, "unit_id": unit_id}
        return context


def _months() -> forms.Select:
    choices = [("", gettext_lazy("Month")), *((str(number), name) for number, name in MONTHS.items())]
    return forms.Select(attrs={"aria-label": gettext_lazy("Month")}, choices=choices)


def _figures(label: Any, *, most: int) -> forms.TextInput:
    return forms.TextInput(
        attrs={
            "aria-label": label,
            "placeholder": label,
            "inputmode": "numeric",
            "maxlength": str(most),
            "size": str(most),
            "autocomplete": "off",
        }
    )


class MonthWidget(MultiWidget):
    """A list of months and an input for the year, since not every browser supports `input type=month`."""

    use_fieldset = True

    def __init__(self) -> None:
        super().__init__(
            widgets={"month": _months(), "year": _figures(gettext_lazy("Year"), most=4)},
            attrs={"class": "month-input"},
        )

    def decompress(self, value: Any) -> list[str | None]:
        if not isinstance(value, str) or "-" not in value:
            return [None, None]
        year, month = value.split("-", 1)
        return [month.lstrip("0"), year]


class DayWidget(MultiWidget):
    """Day, month and year: quicker than a calendar for old dates, and the same in every browser."""

    use_fieldset = True

    def __init__(self) -> None:
        super().__init__(
            widgets={
                "day": _figures(gettext_lazy("Day"), most=2),
                "month": _months(),
                "year": _figures(gettext_lazy("Year"), most=4),
            },
            attrs={"class": "month-input"},
        )

    def decompress(self, value: Any) -> list[str | None]:
        if not isinstance(value, str) or value.count("-") != 2:
            return [None, None, None]
        year, month, day = value.split("-")
        return [day.lstrip("0"), month.lstrip("0"), year]


class MonthField(forms.Field):
    """A month as typed: `{"month": text, "year": text}`."""

    widget = MonthWidget

    def clean(self, value: Any) -> Mapping[str, str]:
        return _named(value, ("month", "year"))


class DayField(forms.Field):
    """A day as typed: `{"day": text, "month": text, "year": text}`."""

    widget = DayWidget

    def clean(self, value: Any) -> Mapping[str, str]:
        return _named(value, ("day", "month", "year"))


def _named(value: Any, names: tuple[str, ...]) -> Mapping[str, str]:
    pieces = value if isinstance(value, list | tuple) and len(value) == len(names) else [""] * len(names)
    return {name: str(piece or "") for name, piece in zip(names, pieces, strict=True)}


def comment_field() -> TypedText:
    return TypedText(required=False, label=gettext("Comment"), widget=limited(LONGEST_COMMENT, rows=3))
