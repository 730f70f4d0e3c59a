"""A drawn task: one of its options."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from goodword.assessments.given import Task
from goodword.assessments.library.reasoning.words import show
from goodword.questionnaires.reading import Json


class TaskForm(forms.Form):
    """The option that was chosen for one task."""

    answer = forms.ChoiceField(
        widget=forms.RadioSelect,
        error_messages={
            "required": _("Choose an answer, or skip this task."),
            "invalid_choice": _("Choose one of the answers shown."),
        },
    )

    def __init__(
        self, data: QueryDict | Mapping[str, Any] | None = None, *, item: Task, saved: Json = None
    ) -> None:
        super().__init__(data, initial={"answer": saved})
        self.shown = show(item.drawn, item.language)
        self.chosen = saved if isinstance(saved, str) else ""
        field = self.fields["answer"]
        assert isinstance(field, forms.ChoiceField)  # as declared above
        field.label = self.shown.question
        field.choices = [(option.id, option.text) for option in self.shown.options]

    @property
    def template(self) -> str:
        """The template: a grid for figures, otherwise text."""
        return f"assessments/portal/ask_{'matrix' if self.shown.pictures else 'task'}.html"

    @property
    def value(self) -> Json:
        """The option's id."""
        return str(self.cleaned_data["answer"])

    @property
    def sentences(self) -> list[str]:
        """What is wrong."""
        return [str(error) for error in self.errors.get("answer", [])]

    @property
    def problems(self) -> list[tuple[str, str]]:
        return [(f"{self['answer'].auto_id}_0", sentence) for sentence in self.sentences]
