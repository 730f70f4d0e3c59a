from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import fmean
from typing import Any, Final

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from goodword.assessments.kinds.items import (
    PRACTICE,
    ChoiceForm,
    Files,
    Item,
    ItemForm,
    Solution,
    UnknownOption,
)
from goodword.assessments.kinds.reasoning.content import ReasoningTest
from goodword.assessments.kinds.reasoning.difficulty import curves
from goodword.assessments.kinds.reasoning.families import FAMILIES, practice_item
from goodword.assessments.kinds.reasoning.generated import GeneratedItem, Matrix
from goodword.assessments.kinds.reasoning.words import rule_in_words, show
from goodword.assessments.kinds.scores import ALL, ComputedScore, Respondent, ScaleReliability
from goodword.assessments.psychometrics import SCORING
from goodword.assessments.psychometrics.abilities import UnknownCell, ability
from goodword.assessments.psychometrics.number_right import form_precision, solved_bands
from goodword.assessments.psychometrics.rasch import Answer, Calibration, Cell
from goodword.assessments.psychometrics.reliability import halves, split_half
from goodword.assessments.psychometrics.totals import Marked, Solved, in_all, solved
from goodword.core.json_reading import Json
from goodword.questionnaires.timing import reading_seconds

#: the categories in display order
CATEGORIES: Final = ("numerical", "letters", "figural", "deductive")


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
        return FAMILIES[self.drawn.family].category

    @property
    def cell(self) -> tuple[str, int]:
        return self.drawn.family, self.drawn.level

    @property
    def options(self) -> int:
        return len(self.drawn.options)

    def is_right(self, value: Json) -> bool:
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
        options = show(self.drawn, self.language).options
        right = next(option for option in options if option.id == self.drawn.key)
        return Solution(
            right=self.is_right(value),
            key=right.id,
            answer=right.text.removesuffix("."),
            rule=rule_in_words(self.drawn, self.language),
        )

    def reading_seconds(self) -> float:
        if isinstance(self.drawn.task, Matrix):
            return 0
        shown = show(self.drawn, self.language)
        return sum(map(reading_seconds, shown.lines)) + reading_seconds(" ".join(shown.terms))


def practice_tasks(test: ReasoningTest, *, form: str, language: str) -> tuple[ReasoningTask, ...]:
    families = dict.fromkeys(entry.family for entry in test.blueprint(form).entries)
    first = {FAMILIES[family].category: family for family in reversed(families)}
    ordered = [family for family in families if first[FAMILIES[family].category] == family]
    return tuple(
        ReasoningTask(id=f"{PRACTICE}{number}", drawn=practice_item(family), language=language)
        for number, family in enumerate(ordered, start=1)
    )


class TaskForm(ChoiceForm):
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
        chosen = saved if data is None else data.get("answer")
        self.chosen = chosen if isinstance(chosen, str) else ""
        field = self.fields["answer"]
        assert isinstance(field, forms.ChoiceField)  # as declared above
        field.label = self.shown.question
        field.choices = [(option.id, option.text) for option in self.shown.options]

    @property
    def template(self) -> str:
        return f"assessments/portal/items/{'matrix' if self.shown.pictures else 'task'}.html"

    @property
    def value(self) -> Json:
        return str(self.cleaned_data["answer"])


def reasoning_scores(
    items: Sequence[Item], answers: Mapping[str, Json], calibration: Calibration | None
) -> Iterator[ComputedScore]:
    tasks = [item for item in items if isinstance(item, ReasoningTask)]
    marked = [
        Marked(
            category=task.category,
            right=task.is_right(answers[task.id]) if answers.get(task.id) is not None else None,
        )
        for task in tasks
    ]
    categories = solved(marked)
    for found in categories:
        yield _with_band(_score(found, marked), tasks, calibration)
    whole = _with_band(_score(in_all(categories), marked), tasks, calibration)
    if calibration is not None:
        try:
            found_ability = ability(calibration, calibration_answers(tasks, answers))
        except UnknownCell:  # an uncalibrated family: no ability rather than a partial one
            found_ability = None
        if found_ability is not None:
            whole = replace(
                whole,
                ability=found_ability.theta,
                ability_se=found_ability.se,
                ability_low=found_ability.low,
                ability_high=found_ability.high,
            )
    yield whole


def _with_band(
    score: ComputedScore, tasks: Sequence[ReasoningTask], calibration: Calibration | None
) -> ComputedScore:
    of = [task for task in tasks if score.scale in {ALL, task.category}]
    if not of:
        return score
    items, source = curves(((task.cell, task.options) for task in of), calibration)
    band = solved_bands(items)[round(score.value or 0)]
    return replace(score, solved_low=band.low, solved_high=band.high, solved_by=source)


def calibration_answers(items: Sequence[Item], answers: Mapping[str, Json]) -> list[Answer]:
    """Unanswered tasks count as wrong."""
    return [
        Answer(item.cell, item.options, 1 if item.is_right(answers.get(item.id)) else 0)
        for item in items
        if isinstance(item, ReasoningTask)
    ]


def reasoning_reliability(
    people: Sequence[Respondent], calibration: Calibration | None
) -> dict[str, ScaleReliability]:
    """Returns split-half reliability by category and for all tasks; a calibration replaces the latter."""
    split: dict[str, list[tuple[float, float]]] = {}
    for person in people:
        by_scale: dict[str, list[tuple[Cell, bool]]] = {}
        for item in person.items:
            if isinstance(item, ReasoningTask):
                entry = (item.cell, item.is_right(person.answers.get(item.id)))
                for scale in (item.category, ALL):
                    by_scale.setdefault(scale, []).append(entry)
        for scale, entries in by_scale.items():
            split.setdefault(scale, []).append(halves(entries))
    found = {
        scale: ScaleReliability(value=split_half(of_scale), way="halves", n=len(of_scale))
        for scale, of_scale in split.items()
    }
    if calibration is not None and ALL in found:
        value = _calibrated_reliability(people, calibration)
        if value is not None:
            found[ALL] = ScaleReliability(value=value, way="calibrated_number", n=calibration.n)
    return found


def _calibrated_reliability(people: Sequence[Respondent], calibration: Calibration) -> float | None:
    """Returns the mean reliability of the number solved in these people's forms; None if a cell isn't calibrated."""
    values = []
    for person in people:
        tasks = [item for item in person.items if isinstance(item, ReasoningTask)]
        items, source = curves(((task.cell, task.options) for task in tasks), calibration)
        if source != "calibrated":
            return None
        values.append(form_precision(items, calibration.sd).reliability)
    return fmean(values)


def solved_by_category(scores: Mapping[str, tuple[float | None, int]]) -> list[Solved]:
    return [
        Solved(scale, round(value or 0), items)
        for scale, (value, items) in sorted(scores.items(), key=lambda score: _place(score[0]))
        if scale != ALL
    ]


def _place(category: str) -> tuple[int, str]:
    return (CATEGORIES.index(category) if category in CATEGORIES else len(CATEGORIES), category)


def _score(found: Solved, marked: Sequence[Marked]) -> ComputedScore:
    of = [one for one in marked if found.category in {ALL, one.category}]
    return ComputedScore(
        scale=found.category,
        value=float(found.right),
        answered=sum(one.right is not None for one in of),
        items=found.given,
        version=SCORING["solved"],
    )
