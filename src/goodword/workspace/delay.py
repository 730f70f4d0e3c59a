"""A delay as people set it: a number and a unit."""

from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from goodword.roles.domain.settings import LONGEST_DELAY

#: unit to minutes, the longest last
UNITS: Final = {"minutes": 1, "hours": 60, "days": 24 * 60}
LONGEST_DAYS: Final = LONGEST_DELAY // UNITS["days"]


def in_words(minutes: int) -> str:
    """ "2 hours"; empty for none."""
    number, unit = _parts(minutes)
    if not number:
        return ""
    match unit:
        case "days":
            return ngettext("%(n)s day", "%(n)s days", number) % {"n": number}
        case "hours":
            return ngettext("%(n)s hour", "%(n)s hours", number) % {"n": number}
    return ngettext("%(n)s minute", "%(n)s minutes", number) % {"n": number}


class DelayWidget(forms.MultiWidget):
    """The number and its unit beside each other."""

    template_name = "workspace/widgets/delay.html"
    use_fieldset = True

    def __init__(self) -> None:
        number = forms.NumberInput(
            attrs={
                "min": 0,
                "inputmode": "numeric",
                "aria-label": gettext("Number"),
                "class": "delay__number",
            }
        )
        unit = forms.Select(
            choices=[("minutes", _("minutes")), ("hours", _("hours")), ("days", _("days"))],
            attrs={"aria-label": gettext("Unit")},
        )
        super().__init__([number, unit])

    def decompress(self, value: Any) -> list[Any]:
        """From minutes to what the two inputs show."""
        number, unit = _parts(int(value or 0))
        return [number, unit]


class DelayField(forms.MultiValueField):
    """Minutes; 0 for none."""

    widget = DelayWidget

    def __init__(self, **kwargs: Any) -> None:
        wrong = {"invalid": _("Write a whole number, 0 for no delay.")}
        fields = (
            forms.IntegerField(
                min_value=0, required=False, error_messages={**wrong, "min_value": wrong["invalid"]}
            ),
            forms.ChoiceField(
                choices=[(unit, unit) for unit in UNITS],
                required=False,
                error_messages={"invalid_choice": _("Choose minutes, hours or days.")},
            ),
        )
        super().__init__(fields=fields, require_all_fields=False, required=False, **kwargs)

    def compress(self, data_list: list[Any]) -> int:
        """From number and unit to minutes."""
        if not data_list:
            return 0
        number, unit = data_list
        minutes = int(number or 0) * UNITS.get(unit or "minutes", 1)
        if minutes > LONGEST_DELAY:
            raise ValidationError(_("Choose at most %(n)s days."), params={"n": LONGEST_DAYS})
        return minutes


def _parts(minutes: int) -> tuple[int, str]:
    if not minutes:
        return 0, "minutes"
    unit = next(name for name, size in reversed(UNITS.items()) if minutes % size == 0)
    return minutes // UNITS[unit], unit
