"""Fields that several forms of an assessment share."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from goodword.assessments.plans.editing import MAX_REQUIREMENT_LENGTH

_CHOOSE = gettext_lazy("Choose one of those offered.")


def requirement(label: Any, *, required: bool = False) -> forms.CharField:
    """The requirement of the job that a test serves."""
    return forms.CharField(
        label=label,
        required=required,
        max_length=MAX_REQUIREMENT_LENGTH,
        help_text=_(
            "What the job requires, for example: plans and follows up a portfolio of "
            "clients on their own. Nothing is published without it; the report prints it with your name and the date."
        ),
        error_messages={
            "required": _(
                "Say which requirement of the job this test serves. Without it nothing is published."
            ),
            "max_length": _("Write at most %(limit_value)d characters."),
        },
        widget=forms.Textarea(attrs={"rows": 3}),
    )


def one_of(label: Any, choices: Sequence[tuple[str, Any]], help_text: Any = "") -> forms.ChoiceField:
    """One of several, all on screen."""
    return forms.ChoiceField(
        label=label,
        choices=choices,
        help_text=help_text,
        error_messages={"required": _CHOOSE, "invalid_choice": _CHOOSE},
        widget=forms.RadioSelect,
    )


def whole(
    label: Any, *, least: int, most: int, wrong: Any, help_text: Any = "", required: bool = True
) -> forms.IntegerField:
    """A whole number; `wrong` is said of whatever is none."""
    return forms.IntegerField(
        label=label,
        help_text=help_text,
        required=required,
        min_value=least,
        max_value=most,
        error_messages=dict.fromkeys(("required", "invalid", "min_value", "max_value"), wrong),
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )
