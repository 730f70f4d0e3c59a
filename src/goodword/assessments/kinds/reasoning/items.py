"""Tasks and their scoring; assumed difficulties of families and levels, and the resulting precision.

The start values are assumptions: from about -1.6, each additional or less obvious rule adds about 0.7 logits. They are
used to compose blueprints, and for the precision of scores until enough people have answered tasks of that family and
level (never per item, since few people see the same item). Nobody is ranked by them. The model is that of
`psychometrics.rasch`, with each item's probability of guessing.

Item difficulties within a family and level are assumed to vary around a common value with a standard deviation of
ASSUMED_SPREAD, as in the model of cloned items by Glas and van der Linden (2003, Applied Psychological Measurement 27,
247-261). The size of that spread is our assumption.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from statistics import fmean
from typing import Any, Final, Literal

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from goodword.assessments.kinds.generated import GeneratedItem, Matrix
from goodword.assessments.kinds.items import (
    PRACTICE,
    ChoiceForm,
    Files,
    Item,
    ItemForm,
    Solution,
    UnknownOption,
)
from goodword.assessments.kinds.reasoning.content import Blueprint, ReasoningTest
from goodword.assessments.kinds.reasoning.families import FAMILIES, generate, practice_item
from goodword.assessments.kinds.reasoning.words.task_texts import rule_in_words, show
from goodword.assessments.kinds.scores import ALL, ComputedScore, Respondent, ScaleReliability
from goodword.assessments.psychometrics import SCORING
from goodword.assessments.psychometrics.abilities import ItemCurve, UnknownCell, ability
from goodword.assessments.psychometrics.number_right import form_precision, solved_bands
from goodword.assessments.psychometrics.rasch import CalibrationResult, Cell, CellAnswer, guess
from goodword.assessments.psychometrics.reliability import halves, split_half
from goodword.assessments.psychometrics.totals import Marked, Solved, in_all, solved
from goodword.core.text import reading_seconds
from goodword.core.validation import Json

CATEGORIES: Final = ("numerical", "letters", "figural", "deductive")


@dataclass(frozen=True, slots=True, kw_only=True)
class ReasoningTask:
    id: str
    drawn: GeneratedItem
    language: str

    @property
    def is_written(self) -> bool:
        return False

    @property
    def megabytes(self) -> int:
        return 0

    @property
    def text(self) -> str:
        return ""

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
        pictures = [f"{number}: {picture.alt}" for number, picture in enumerate(shown.pictures, start=1)]
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
    items: Sequence[Item], answers: Mapping[str, Json], calibration: CalibrationResult | None
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
        except UnknownCell:  # an uncalibrated family: no ability instead of a partial one
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
    score: ComputedScore, tasks: Sequence[ReasoningTask], calibration: CalibrationResult | None
) -> ComputedScore:
    of = [task for task in tasks if score.scale in {ALL, task.category}]
    if not of:
        return score
    items, source = curves(((task.cell, task.options) for task in of), calibration)
    band = solved_bands(items)[round(score.value or 0)]
    return replace(score, solved_low=band.low, solved_high=band.high, solved_by=source)


def calibration_answers(items: Sequence[Item], answers: Mapping[str, Json]) -> list[CellAnswer]:
    """Return the answers for a calibration. Unanswered tasks count as wrong."""
    return [
        CellAnswer(item.cell, item.options, 1 if item.is_right(answers.get(item.id)) else 0)
        for item in items
        if isinstance(item, ReasoningTask)
    ]


def reasoning_reliability(
    people: Sequence[Respondent], calibration: CalibrationResult | None
) -> dict[str, ScaleReliability]:
    """Split-half reliability by category and for all tasks; a calibration replaces the latter."""
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


def _calibrated_reliability(people: Sequence[Respondent], calibration: CalibrationResult) -> float | None:
    """The mean reliability of the number solved in these people's forms; None if a cell isn't calibrated."""
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
    of = [item for item in marked if found.category in {ALL, item.category}]
    return ComputedScore(
        scale=found.category,
        value=float(found.right),
        answered=sum(item.right is not None for item in of),
        items=found.given,
        version=SCORING["solved"],
    )


type Source = Literal["assumed", "calibrated"]
#: standard deviation of item difficulties within a family and level, in logits
ASSUMED_SPREAD = 0.25
START: Mapping[tuple[str, int], float] = {
    ("number_series", 1): -1.6,
    ("number_series", 2): -0.9,
    ("number_series", 3): -0.2,
    ("number_series", 4): 0.5,
    ("number_series", 5): 1.2,
    ("letter_series", 1): -1.2,
    ("letter_series", 2): -0.5,
    ("letter_series", 3): 0.2,
    ("letter_series", 4): 0.9,
    ("matrices_one_rule", 1): -1.6,
    ("matrices_one_rule", 2): -0.9,
    ("matrices_two_rules", 2): -0.7,
    ("matrices_two_rules", 3): 0.0,
    ("matrices_two_rules", 4): 0.7,
    ("matrices_three_rules", 4): 0.9,
    ("matrices_three_rules", 5): 1.6,
    ("seating", 1): -1.0,
    ("seating", 2): -0.3,
    ("seating", 3): 0.4,
    ("seating", 4): 1.1,
    ("ordering", 1): -1.4,
    ("ordering", 2): -0.7,
    ("ordering", 3): 0.0,
    ("ordering", 4): 0.7,
    ("sets", 1): -0.6,
    ("sets", 2): 0.1,
    ("sets", 3): 0.6,
    ("sets", 4): 1.3,
}


def start_value(family: str, level: int) -> float:
    """Return the assumed difficulty in logits. Raises `LookupError` for a family or level without an assumption."""
    try:
        return START[family, level]
    except KeyError:
        raise LookupError(f"“{family}” of level {level} has no start value.") from None


@cache
def options_of(family: str, level: int) -> int:
    return len(generate(family, seed=0, level=level).options)


def curves(
    items: Iterable[tuple[Cell, int]], calibration: CalibrationResult | None
) -> tuple[tuple[ItemCurve, ...], Source]:
    """Sorted curves of items (cell, number of options): calibrated if all cells are, else all assumed."""
    given = list(items)
    if calibration is not None and all(cell in calibration.cells for cell, _ in given):
        return _sorted((calibration.cells[cell].b, options) for cell, options in given), "calibrated"
    return _sorted((start_value(*cell), options) for cell, options in given), "assumed"


def curves_of_form(
    blueprint: Blueprint, calibration: CalibrationResult | None = None
) -> tuple[tuple[ItemCurve, ...], Source]:
    return curves(
        (
            ((entry.family, entry.level), options_of(entry.family, entry.level))
            for entry in blueprint.entries
            for _ in range(entry.n)
        ),
        calibration,
    )


def _sorted(items: Iterable[tuple[float, int]]) -> tuple[ItemCurve, ...]:
    return tuple(sorted((b, guess(options)) for b, options in items))


def introduction() -> str:
    return gettext(
        "Each task has one right answer. Find the rule and choose what fits. Nobody is expected to solve them all."
    )
