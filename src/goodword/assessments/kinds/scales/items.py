"""Statements on an answer scale, and their answer form."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from goodword.assessments.kinds.items import PRACTICE, ChoiceForm, Files, ItemForm, Solution, UnknownOption
from goodword.assessments.kinds.scales.content import Instrument, ScaleItem
from goodword.core.json_reading import Json
from goodword.questionnaires.timing import reading_seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """A statement on the answer scale of its instrument. Its answer is a value of the scale."""

    id: str
    item: ScaleItem
    instrument: Instrument

    @property
    def text(self) -> str:
        return self.item.text

    @property
    def is_confidential(self) -> bool:
        return True

    def check(self, value: Json) -> Json:
        allowed = {option.value for option in self.instrument.response_scale}
        if isinstance(value, bool) or not isinstance(value, int) or value not in allowed:
            raise UnknownOption(value)
        return value

    def is_whole(self, value: Json) -> bool:
        return value is not None

    def form(
        self,
        data: QueryDict | None = None,
        *,
        files: Files | None = None,
        saved: Json = None,
        partly: bool = False,
    ) -> ItemForm:
        del files, partly
        return StatementForm(data, item=self, saved=saved)

    def rendered(self) -> str:
        return self.text

    def rendered_answer(self, value: Json, *, files: Mapping[int, str] | None = None) -> Json:
        del files
        labels = {option.value: option.label for option in self.instrument.response_scale}
        return labels.get(value, value) if isinstance(value, int) else value

    def rendered_answer_only(self, value: Json) -> Json:
        return self.rendered_answer(value)

    def deidentified_answer(self, value: Json) -> dict[str, Any]:
        return {"value": value}

    def solution(self, value: Json) -> Solution | None:
        del value
        return None

    def reading_seconds(self) -> float:
        return reading_seconds(self.text)


def statements(instrument: Instrument, form: str) -> tuple[Statement, ...]:
    """The statements of a form, in order. Raises `FormError`."""
    return tuple(
        Statement(id=item.id, item=item, instrument=instrument) for item in instrument.items_of(form)
    )


def practice_statement(instrument: Instrument) -> Statement:
    """A statement to practise on, in the active language."""
    item = ScaleItem(
        id=PRACTICE,
        text=gettext("I like to start the day with a cup of tea."),
        scale=instrument.scales[0].id,
        keyed="+",
    )
    return Statement(id=PRACTICE, item=item, instrument=instrument)


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


class StatementForm(ChoiceForm):
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
