"""The form of one item, by what is asked."""

from typing import Any, Protocol

from django.core.files.uploadedfile import UploadedFile
from django.http import QueryDict
from django.utils.datastructures import MultiValueDict

from goodword.assessments.forms.own import FileForm, OwnForm
from goodword.assessments.forms.situation import SituationForm
from goodword.assessments.forms.statement import StatementForm
from goodword.assessments.forms.task import TaskForm
from goodword.assessments.given import Asked, OwnQuestion, Situation, Statement, Task
from goodword.assessments.library.questions import FileQuestion
from goodword.questionnaires.reading import Json

type Files = MultiValueDict[str, UploadedFile[Any]]


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
            return OwnForm(data, item=item, saved=saved)
