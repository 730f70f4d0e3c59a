"""Inputs of the editor: text that is cleaned and never cut off by the browser."""

from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from goodword.core.text import clean_text

TOO_LONG = _("This has %(show_value)s characters; %(limit_value)s are the most that fit. Please shorten it.")


class Words(forms.CharField):
    """A text for a questionnaire. Too long is an error and not a cut, so that nothing typed is lost unseen."""

    def __init__(self, *, lines: int = 1, missing: str | Promise = "", **values: Any) -> None:
        self._one_line = lines == 1
        if lines > 1:
            values["widget"] = forms.Textarea(attrs={"rows": lines})
        messages: dict[str, Any] = {"max_length": TOO_LONG}
        if missing:
            messages["required"] = missing
        super().__init__(error_messages=messages, strip=False, **values)

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        """No `maxlength`: the browser would cut what is pasted."""
        attributes = super().widget_attrs(widget)
        attributes.pop("maxlength", None)
        return attributes

    def to_python(self, value: Any) -> str:
        """The text without controls, trimmed."""
        return clean_text(value if isinstance(value, str) else "", one_line=self._one_line)


class Whole(forms.IntegerField):
    """A whole number within bounds, with sentences for everything else."""

    def __init__(self, *, least: int, most: int, **values: Any) -> None:
        sentence = format_lazy(_("Enter a whole number from {least} to {most}."), least=least, most=most)
        super().__init__(
            min_value=least,
            max_value=most,
            error_messages=dict.fromkeys(("required", "invalid", "min_value", "max_value"), sentence),
            widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
            **values,
        )


class Flag(forms.BooleanField):
    """A box to tick."""

    def __init__(self, **values: Any) -> None:
        super().__init__(required=False, **values)
