"""Generated tasks as one candidate gets them, and their answer form."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from goodword.assessments.kinds.items import PRACTICE, ChoiceForm, Files, ItemForm, Solution, UnknownOption
from goodword.assessments.kinds.reasoning.content import ReasoningTest
from goodword.assessments.kinds.reasoning.families import FAMILIES, practice_item
from goodword.assessments.kinds.reasoning.item import GeneratedItem, Matrix
from goodword.assessments.kinds.reasoning.words import rule_in_words, show
from goodword.core.json_reading import Json
from goodword.questionnaires.timing import reading_seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class ReasoningTask:
    """A task drawn for one candidate. Its answer is the id of an option."""

    id: str
    drawn: GeneratedItem
    language: str

    @property
    def text(self) -> str:
        return ""

    @property
    def is_confidential(self) -> bool:
        return True

    @property
    def category(self) -> str:
        """The category of its family."""
        return FAMILIES[self.drawn.family].category

    @property
    def cell(self) -> tuple[str, int]:
        """Family and level, by which difficulty is calibrated."""
        return self.drawn.family, self.drawn.level

    def is_right(self, value: Json) -> bool:
        """Whether this is the keyed option."""
        return value == self.drawn.key

    def check(self, value: Json) -> Json:
        if value not in {option.id for option in self.drawn.options}:
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
        return TaskForm(data, item=self, saved=saved)

    def rendered(self) -> str:
        shown = show(self.drawn, self.language)
        pictures = [f"{number}: {one.alt}" for number, one in enumerate(shown.pictures, start=1)]
        return " ".join([*shown.lines, " ".join(shown.terms), *pictures, shown.question]).strip()

    def rendered_answer(self, value: Json, *, files: Mapping[int, str] | None = None) -> Json:
        del files
        options = {option.id: option for option in show(self.drawn, self.language).options}
        option = options.get(str(value))
        if option is None:
            return value
        return option.text or (option.picture.alt if option.picture else "")

    def rendered_answer_only(self, value: Json) -> Json:
        options = [option.id for option in show(self.drawn, self.language).options]
        if value not in options:
            return value
        place = {"number": options.index(str(value)) + 1, "total": len(options)}
        return gettext("Option %(number)s of %(total)s") % place

    def deidentified_answer(self, value: Json) -> dict[str, Any]:
        return {"value": value}

    def solution(self, value: Json) -> Solution | None:
        right = next(option for option in self.drawn.options if option.id == self.drawn.key)
        return Solution(
            right=value == right.id,
            number=self.drawn.options.index(right) + 1,
            rule=rule_in_words(self.drawn, self.language),
        )

    def reading_seconds(self) -> float:
        if isinstance(self.drawn.task, Matrix):
            return 0
        shown = show(self.drawn, self.language)
        return sum(map(reading_seconds, shown.lines)) + reading_seconds(" ".join(shown.terms))


def practice_tasks(test: ReasoningTest, *, form: str, language: str) -> tuple[ReasoningTask, ...]:
    """An easy task of each category in a form, the same for everybody."""
    families = dict.fromkeys(entry.family for entry in test.blueprint(form).entries)
    first = {FAMILIES[family].category: family for family in reversed(families)}
    ordered = [family for family in families if first[FAMILIES[family].category] == family]
    return tuple(
        ReasoningTask(id=f"{PRACTICE}{number}", drawn=practice_item(family), language=language)
        for number, family in enumerate(ordered, start=1)
    )


class TaskForm(ChoiceForm):
    """The option chosen for a task."""

    answer = forms.ChoiceField(
        widget=forms.RadioSelect,
        error_messages={
            "required": _("Choose an answer, or skip this task."),
            "invalid_choice": _("Choose one of the answers shown."),
        },
    )

    def __init__(
        self, data: QueryDict | Mapping[str, Any] | None = None, *, item: ReasoningTask, saved: Json = None
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
        """A grid for figures, otherwise text."""
        return f"assessments/portal/ask_{'matrix' if self.shown.pictures else 'task'}.html"

    @property
    def value(self) -> Json:
        """The option's id."""
        return str(self.cleaned_data["answer"])
