"""Saying no, and why: what candidates and referees fill in when they would rather not."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from goodword.references.fields import Plain
from goodword.references.models import ReferenceRequest

LONGEST_REASON = 2000


class ReasonForm(forms.Form):
    """An optional reason, in own words."""

    use_required_attribute = False

    reason = Plain(
        label=_("Your reason"),
        required=False,
        max_length=LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        *,
        hint: str = "",
        initial: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(data, prefix="d", initial=dict(initial or {}))
        self.fields["reason"].help_text = hint


class DeclineForm(ReasonForm):
    """How a referee says no."""

    why = forms.ChoiceField(
        label=_("What is it?"),
        widget=forms.RadioSelect,
        choices=[
            (ReferenceRequest.Why.WOULD_RATHER_NOT, _("I would rather not give a reference")),
            (ReferenceRequest.Why.NOT_ME, _("I am not this person, or do not know the candidate")),
        ],
        error_messages={"required": _("Choose one of the answers.")},
    )
    never_again = forms.BooleanField(label=_("Do not contact me again"), required=False)

    field_order = ("why", "reason", "never_again")
