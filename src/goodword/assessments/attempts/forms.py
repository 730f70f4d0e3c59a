"""Answer forms, one class for each type of item."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.forms import BoundField
from django.http import QueryDict
from django.utils.datastructures import MultiValueDict
from django.utils.html import escape
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from goodword.assessments.attempts.uploads import ACCEPTED, MEGABYTE, CheckedFile, RejectedFile, check_file
from goodword.assessments.given import Asked, OwnQuestion, Situation, Statement, Task
from goodword.assessments.kinds.custom.content import FileQuestion
from goodword.assessments.kinds.reasoning.words import show
from goodword.questionnaires.forms import QuestionForm, build_form
from goodword.questionnaires.reading import Json

type Files = MultiValueDict[str, UploadedFile[Any]]


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


class SituationForm(forms.Form):
    """The answers to the actions of one situation. While they are given, some may still be missing (`partly`)."""

    template = "assessments/portal/ask_situation.html"

    def __init__(
        self,
        data: QueryDict | Mapping[str, Any] | None = None,
        *,
        item: Situation,
        saved: Json = None,
        partly: bool = False,
    ) -> None:
        known = saved if isinstance(saved, Mapping) else {}
        super().__init__(data, initial={f"action_{key}": value for key, value in known.items()})
        options = [(option.value, option.label) for option in item.judgement.response_scale]
        self.text = item.text
        self.names = {f"action_{action.id}": action.id for action in item.scenario.actions}
        for action in item.scenario.actions:
            field = ScaleField(options, label=action.text, required=not partly)
            field.error_messages["required"] = _("Choose how effective this is.")
            self.fields[f"action_{action.id}"] = field

    @property
    def actions(self) -> list[BoundField]:
        """The actions, in order."""
        return [self[name] for name in self.names]

    def clean(self) -> None:
        """Something must be chosen."""
        if not self.errors and all(self.cleaned_data.get(name) is None for name in self.names):
            self.add_error(next(iter(self.names)), _("Choose how effective this is."))

    @property
    def value(self) -> Json:
        """{action id: value}, of those that were chosen."""
        return {
            action: self.cleaned_data[name]
            for name, action in self.names.items()
            if self.cleaned_data.get(name) is not None
        }

    @property
    def sentences(self) -> list[str]:
        """Error sentences, each naming its action."""
        return [sentence for _, sentence in self.problems]

    @property
    def problems(self) -> list[tuple[str, str]]:
        """`sentences`, each with the id of the action's first answer."""
        return [
            (
                f"{self[name].auto_id}_0",
                gettext("“%(action)s”: %(problem)s") % {"action": self.fields[name].label, "problem": error},
            )
            for name, errors in self.errors.items()
            for error in errors
        ]


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


class CustomQuestionForm:
    """A question of a shared type, by the form that all such questions have."""

    template = "assessments/portal/ask_own.html"

    def __init__(
        self, data: QueryDict | Mapping[str, object] | None = None, *, item: OwnQuestion, saved: Json = None
    ) -> None:
        self.questions: QuestionForm = build_form([item.question], data=data, saved={item.id: saved})
        self.is_bound = self.questions.is_bound
        self._id = item.id

    def is_valid(self) -> bool:
        """Whether the question's own rules take it."""
        return self.questions.is_valid()

    @property
    def value(self) -> Json:
        """As in questionnaires.answers."""
        return self.questions.answers[self._id]

    @property
    def sentences(self) -> list[str]:
        """What is wrong."""
        return [str(error) for errors in self.questions.errors.values() for error in errors]

    @property
    def problems(self) -> list[tuple[str, str]]:
        """See the base class. The template has its own summary, with the ids."""
        return [("", sentence) for sentence in self.sentences]


class FileForm(forms.Form):
    """A file to hand in. Where one was handed in before, it stays until another takes its place."""

    template = "assessments/portal/ask_file.html"

    file = forms.FileField(
        required=False, error_messages={"empty": _("This file is empty. Choose another one.")}
    )

    def __init__(
        self,
        data: QueryDict | None = None,
        files: "MultiValueDict[str, UploadedFile[Any]] | None" = None,
        *,
        question: FileQuestion,
        saved: Json = None,
    ) -> None:
        super().__init__(data, files)
        self.question = question
        self.saved = saved
        self.read: CheckedFile | None = None
        self.fields["file"].label = question.text
        self.fields["file"].help_text = escape(question.help)  # pages take hints as they are
        self.fields["file"].widget.attrs["accept"] = ",".join(
            ending for one in question.types for ending in ACCEPTED[one]
        )
        self.fields["file"].widget.attrs["data-most"] = str(question.megabytes * MEGABYTE)

    def clean(self) -> None:
        """The file is of a type and a size that are taken, by its content and not by its name."""
        file = self.cleaned_data.get("file")
        if file is None:
            if "file" not in self.errors and self.question.required and self.saved is None:
                self.add_error("file", _("Choose a file, or skip this one for now."))
            return
        try:
            self.read = check_file(file, types=self.question.types, megabytes=self.question.megabytes)
        except RejectedFile as refused:
            self.add_error("file", refused.sentence)

    @property
    def value(self) -> Json:
        """What was there before; a new file gets its row, and so its id, as it is saved."""
        return self.saved

    @property
    def sentences(self) -> list[str]:
        """What is wrong."""
        return [str(error) for error in self.errors.get("file", [])]

    @property
    def problems(self) -> list[tuple[str, str]]:
        return [(self["file"].auto_id, sentence) for sentence in self.sentences]


class ItemForm(Protocol):
    """What the pages need of a form. After `is_valid()`, `value` is what is to be stored."""

    is_bound: bool

    @property
    def template(self) -> str:
        """What draws it."""

    def is_valid(self) -> bool:
        """Whether what was sent can be stored."""

    @property
    def value(self) -> Json:
        """The answer, as models.Answer keeps it."""

    @property
    def sentences(self) -> list[str]:
        """What is wrong, in sentences."""

    @property
    def problems(self) -> list[tuple[str, str]]:
        """Errors for the summary: the id of the first field to correct, and the sentence."""


def form_for(
    item: Asked,
    data: QueryDict | None = None,
    *,
    files: Files | None = None,
    saved: Json = None,
    partly: bool = False,
) -> ItemForm:
    """The form of an item, with its saved answer in it. `partly`: a part of an answer is taken while it is given."""
    match item:
        case Statement():
            return StatementForm(data, item=item, saved=saved)
        case Situation():
            return SituationForm(data, item=item, saved=saved, partly=partly)
        case Task():
            return TaskForm(data, item=item, saved=saved)
        case OwnQuestion(question=FileQuestion() as question):
            return FileForm(data, files, question=question, saved=saved)
        case OwnQuestion():
            return CustomQuestionForm(data, item=item, saved=saved)
