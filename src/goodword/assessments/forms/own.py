"""A question of the organisation's own: one of the shared types, or a file."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.http import QueryDict
from django.utils.datastructures import MultiValueDict
from django.utils.html import escape
from django.utils.translation import gettext_lazy as _

from goodword.assessments.files import ACCEPTED, MEGABYTE, Read, Refused, read_file
from goodword.assessments.given import OwnQuestion
from goodword.assessments.library.questions import FileQuestion
from goodword.questionnaires.forms import QuestionForm, build_form
from goodword.questionnaires.reading import Json


class OwnForm:
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
        self.read: Read | None = None
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
            self.read = read_file(file, types=self.question.types, megabytes=self.question.megabytes)
        except Refused as refused:
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
