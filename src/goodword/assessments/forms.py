"""One item, answered on its answer scale."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from goodword.assessments.library.instrument import Instrument


class AnswerForm(forms.Form):
    """The answer to one item, `text`."""

    answer = forms.TypedChoiceField(
        coerce=int,
        widget=forms.RadioSelect,
        error_messages={
            "required": _("Choose an answer, or skip this statement for now."),
            "invalid_choice": _("Choose one of the answers shown."),
        },
    )

    def __init__(self, *args: Any, instrument: Instrument, text: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["answer"]
        assert isinstance(field, forms.TypedChoiceField)  # as declared above
        field.choices = [(option.value, option.label) for option in instrument.response_scale]
        field.label = text
