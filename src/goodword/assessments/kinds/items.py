from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any, Protocol

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.http import QueryDict
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from goodword.assessments.kinds.generated import GeneratedItem
from goodword.assessments.models import Test
from goodword.assessments.psychometrics.rasch import CellAnswer
from goodword.core.validation import Json

type Files = MultiValueDict[str, UploadedFile[Any]]

#: id of a practice item; tasks append a number
PRACTICE = "practice"


class OnBreak(Enum):
    STAYS = auto()
    SKIPPED = auto()
    REPLACED = auto()


class UnknownOption(Exception):
    pass


@dataclass(frozen=True, kw_only=True)
class Solution:
    """The key of a practice task. `answer`: the text of the right option without a full stop; empty for a figure."""

    right: bool
    key: str
    answer: str
    rule: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedFile:
    name: str
    content_type: str
    content: bytes
    sha256: str


class Item(Protocol):
    @property
    def id(self) -> str:
        """Unique within a part."""

    @property
    def text(self) -> str:
        """The text for lists; empty for tasks, which are identified by their number."""

    @property
    def is_written(self) -> bool:
        """Whether the answer is typed text, so that pasting is recorded."""

    @property
    def megabytes(self) -> int:
        """The maximum size of the file that it asks for; 0 if it asks for none."""

    def check(self, value: Json) -> Json:
        """The value to store. Raises `UnknownOption`."""

    def is_whole(self, value: Json) -> bool: ...

    def form(
        self,
        data: QueryDict | None = None,
        *,
        files: Files | None = None,
        saved: Json = None,
        partly: bool = False,
    ) -> "ItemForm":
        """A form with the saved answer. `partly`: an incomplete answer is valid."""

    def rendered(self) -> str:
        """The item as one text, with descriptions of its figures."""

    def rendered_answer(self, value: Json, *, files: Mapping[int, str] | None = None) -> Json:
        """The answer in words: a label, {action: label}, or a file's name (`files`: names by id)."""

    def rendered_answer_only(self, value: Json) -> Json:
        """An answer that reveals nothing of the item: a label of its scale, or the position of the chosen option."""

    def deidentified_answer(self, value: Json) -> dict[str, Any]:
        """{"value": ...}, or {"left_out": type} for unscored texts, numbers, dates and files. A scored answer needs its
        value, from which `goodword evidence --check` recomputes the score."""

    def solution(self, value: Json) -> Solution | None:
        """The explanation after a practice answer; None without right answers."""

    def reading_seconds(self) -> float:
        """Seconds to read it once, without options and texts common to all items."""


class ItemForm(Protocol):
    """After `is_valid()`, `value` can be stored."""

    is_bound: bool

    @property
    def template(self) -> str: ...

    @property
    def has_error_summary(self) -> bool:
        """Whether its template has an error summary, so that the page needs none."""

    def is_valid(self) -> bool: ...

    @property
    def value(self) -> Json:
        pass

    @property
    def sentences(self) -> list[str]:
        pass

    @property
    def problems(self) -> list[tuple[str, str]]:
        """Return the entries of the error summary: the id of the first field to correct, and the message."""


class ChoiceForm(forms.Form):
    has_error_summary = False

    @property
    def sentences(self) -> list[str]:
        return [str(error) for error in self.errors.get("answer", [])]

    @property
    def problems(self) -> list[tuple[str, str]]:
        return [(f"{self['answer'].auto_id}_0", sentence) for sentence in self.sentences]


class ScaleField(forms.TypedChoiceField):
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


class FixedItems:
    is_generated = False
    has_solutions = False

    def introduction(self) -> str:
        return ""

    def help_on_forms(self, content: object) -> str:
        del content
        return ""

    def advice_on_ranking(self, content: object, form: str, *, title: str) -> str:
        del content, form, title
        return ""

    def draw(self, content: object, form: str, *, seed: int) -> tuple[GeneratedItem, ...]:
        del content, form, seed
        return ()

    def redraw(
        self, content: object, item: GeneratedItem, *, seed: int, taken: Sequence[GeneratedItem]
    ) -> GeneratedItem:
        del content, item, seed, taken
        raise LookupError("Items of this kind are not drawn.")

    def figureless_form(self, content: object, form: str) -> str:
        del content, form
        return ""

    def calibration_answers(self, items: Sequence[Item], answers: Mapping[str, Json]) -> list[CellAnswer]:
        del items, answers
        return []

    def forget_draft(self, test: Test) -> None:
        del test

    def visible(self, items: Sequence[Item], answers: Mapping[str, Json]) -> tuple[Item, ...]:
        del answers
        return tuple(items)


def questions_overview_line(n: int, about: str) -> str:
    return ngettext(
        "%(n)s question, %(about)s, untimed.",
        "%(n)s questions, %(about)s, untimed.",
        n,
    ) % {"n": n, "about": about}


def questions_mail_line(title: str, n: int, about: str) -> str:
    return ngettext(
        "%(title)s: %(n)s question, %(about)s",
        "%(title)s: %(n)s questions, %(about)s",
        n,
    ) % {"title": title, "n": n, "about": about}
