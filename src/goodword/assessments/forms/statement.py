"""A statement on an answer scale."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from goodword.assessments.given import Statement
from goodword.questionnaires.reading import Json


class ScaleField(forms.TypedChoiceField):
    """One value of an answer scale, as radio buttons."""

    def __init__(self, options: Sequence[tuple[int, str]], *, label: str, required: bool = True) -> None:
        super().__init__(
            choices=[(value, text) for value, text in options],
            coerce=int,
            empty_value=None,
            widget=forms.RadioSelect,
            label=label,
            required=required,
            error_messages={
                "required": _("Choose an answer, or skip this one for now."),
                "invalid_choice": _("Choose one of the answers shown."),
            },
        )


class StatementForm(forms.Form):
    """The answer to one statement."""

    template = "assessments/portal/ask_statement.html"

    def __init__(
        self, data: QueryDict | Mapping[str, Any] | None = None, *, item: Statement, saved: Json = None
    ) -> None:
        super().__init__(data, initial={"answer": saved})
        options = [(option.value, option.label) for option in item.instrument.response_scale]
        self.fields["answer"] = ScaleField(options, label=item.text)
        self.lowest, self.highest = item.instrument.lowest, item.instrument.highest

    @property
    def value(self) -> Json:
        """The value on the answer scale."""
        found: int = self.cleaned_data["answer"]
        return found

    @property
    def sentences(self) -> list[str]:
        """What is wrong."""
        return [str(error) for error in self.errors.get("answer", [])]

    @property
    def problems(self) -> list[tuple[str, str]]:
        return [(f"{self['answer'].auto_id}_0", sentence) for sentence in self.sentences]
