from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import ClassVar, Final, Literal, NotRequired, Self, TypedDict

from django.utils.translation import get_language, gettext

from goodword.assessments.kinds.items import Item
from goodword.assessments.kinds.reasoning.content import ReasoningTest
from goodword.assessments.kinds.reasoning.families import FAMILIES, category_name, family_name
from goodword.assessments.kinds.reasoning.generated import Picture, Shown
from goodword.assessments.kinds.reasoning.items import CATEGORIES, ReasoningTask
from goodword.assessments.kinds.reasoning.matrices.drawing import literal
from goodword.assessments.kinds.reasoning.sheet import reasoning_sheet
from goodword.assessments.kinds.reasoning.words import rule_in_words, show
from goodword.assessments.kinds.results import (
    CandidateResult,
    Moment,
    NormedScoreData,
    PartHead,
    PartResult,
    freeze_normed_score,
    normed_score_text,
    requirement_of,
    sheet_blocks,
)
from goodword.assessments.kinds.scores import ALL, NormedScore, normed_score
from goodword.assessments.kinds.technical_sheet import Known, OwnCalibration, reliability_formula
from goodword.assessments.models import AttemptPart, Score
from goodword.core.json_reading import Json
from goodword.core.report_blocks import Block, Cell, Heading, Phrases, Prose, Section, Table
from goodword.ui.charts import written_number

#: tasks whose rules are explained to their candidate
EXAMPLES: Final = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class CategoryResult:
    """Tasks of one category, or all tasks (""): `solved` and `answered` of `given`."""

    category: str
    solved: int
    given: int
    answered: int
    normed: NormedScore | None = None

    @property
    def name(self) -> str:
        return category_name(self.category)


@dataclass(frozen=True, slots=True, kw_only=True)
class CellDifficulty:
    """`b` in logits with standard error, from `answers` of the calibration sample; and this candidate's tasks."""

    family: str
    level: int
    b: float
    se: float
    answers: int
    given: int
    right: int

    @property
    def name(self) -> str:
        return family_name(self.family)

    @property
    def b_text(self) -> str:
        """ "−0.4 ± 0.2"."""
        return f"{self.b:.1f} ± {self.se:.1f}".replace("-", "−")


@dataclass(frozen=True, slots=True, kw_only=True)
class AbilityDetails:
    """The `n` people, `sd` of their abilities (logits), their reliability; and the candidate's `cells`."""

    number: int
    n: int
    made_at: datetime
    sd: float
    reliability: float
    cells: tuple[CellDifficulty, ...]

    @property
    def right(self) -> int:
        return sum(cell.right for cell in self.cells)

    @property
    def given(self) -> int:
        return sum(cell.given for cell in self.cells)

    @property
    def formula(self) -> str:
        return reliability_formula("calibration")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ability:
    value: float
    error: float
    #: the calibration and cells behind it; None if not requested
    behind: AbilityDetails | None = None

    @property
    def words(self) -> str:
        """ "0.4 ± 0.3"."""
        return f"{self.value:.1f} ± {self.error:.1f}".replace("-", "−")

    @property
    def error_text(self) -> str:
        return written_number(self.error)

    @property
    def low_text(self) -> str:
        return written_number(self.value - self.error).replace("-", "−")

    @property
    def high_text(self) -> str:
        return written_number(self.value + self.error).replace("-", "−")


@dataclass(frozen=True, slots=True, kw_only=True)
class AnsweredOption:
    id: str
    number: int
    text: str
    picture: Picture | None
    right: bool
    chosen: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class AnsweredTask:
    number: int
    category: str
    shown: Shown
    options: tuple[AnsweredOption, ...]
    rule: str

    @property
    def chosen(self) -> AnsweredOption | None:
        return next((option for option in self.options if option.chosen), None)

    @property
    def right(self) -> AnsweredOption:
        return next(option for option in self.options if option.right)

    @property
    def solved(self) -> bool:
        return self.right.chosen

    @property
    def category_name(self) -> str:
        return category_name(self.category)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReasoningResult(PartResult):
    template: ClassVar[str] = "assessments/result/reasoning.html"

    whole: CategoryResult
    categories: tuple[CategoryResult, ...]
    tasks: tuple[AnsweredTask, ...]
    ability: Ability | None = None

    def without_items(self) -> Self:
        return replace(self, tasks=(), items_left_out=True)

    def for_candidate(self) -> "CandidateReasoning":
        return CandidateReasoning(
            kind=self.kind,
            title=gettext("Reasoning"),
            solved=self.whole.solved,
            given=self.whole.given,
            examples=examples(self.tasks),
        )

    @property
    def is_ranked(self) -> bool:
        """Whether a calibration or norm group allows comparing people."""
        return self.ability is not None or self.whole.normed is not None

    @property
    def reliability_text(self) -> str:
        normed = self.whole.normed
        return "" if normed is None or normed.reliability is None else written_number(normed.reliability)


@dataclass(frozen=True, slots=True, kw_only=True)
class CandidateReasoning(CandidateResult):
    solved: int
    given: int
    examples: tuple[AnsweredTask, ...]


def reasoning_result(
    part: AttemptPart,
    content: ReasoningTest,
    *,
    items: Sequence[Item],
    answers: Mapping[str, Json],
    scores: Mapping[str, Score],
    known: Known,
) -> ReasoningResult:
    whole = scores[ALL]
    tasks = [item for item in items if isinstance(item, ReasoningTask)]
    in_order = sorted(set(scores) - {ALL}, key=CATEGORIES.index)
    return ReasoningResult(
        kind=part.version.test.kind,
        order=part.order,
        title=content.name,
        # the sheet of the role's default form: only the tasks show whether another was taken
        sheet=replace(reasoning_sheet(content, part.part.form, known), n_items=whole.items, form=""),
        requirement=requirement_of(part),
        scoring_version=whole.scoring_version,
        weight=part.part.weight,
        whole=category_result(whole),
        categories=tuple(category_result(scores[one]) for one in in_order),
        tasks=tuple(_task(number, task, answers.get(task.id)) for number, task in enumerate(tasks, start=1)),
        ability=_with_details(part, ability_of(whole), known.calibration, tasks=tasks, answers=answers),
    )


def category_result(score: Score) -> CategoryResult:
    return CategoryResult(
        category=score.scale,
        solved=round(score.value or 0),
        given=score.items,
        answered=score.answered,
        normed=normed_score(score),
    )


def ability_of(score: Score) -> Ability | None:
    if score.ability is None or score.ability_se is None:
        return None
    return Ability(value=score.ability, error=score.ability_se)


def _task(number: int, task: ReasoningTask, answer: Json) -> AnsweredTask:
    drawn, shown = task.drawn, show(task.drawn, task.language)
    return AnsweredTask(
        number=number,
        category=task.category,
        shown=shown,
        options=tuple(
            AnsweredOption(
                id=option.id,
                number=place,
                text=option.text,
                picture=option.picture,
                right=option.id == drawn.key,
                chosen=option.id == answer,
            )
            for place, option in enumerate(shown.options, start=1)
        ),
        rule=rule_in_words(drawn, get_language() or task.language),
    )


def _with_details(
    part: AttemptPart,
    ability: Ability | None,
    calibration: OwnCalibration | None,
    *,
    tasks: Sequence[ReasoningTask],
    answers: Mapping[str, Json],
) -> Ability | None:
    """The ability with the cells of the candidate's tasks; without them if another calibration was used."""
    if ability is None or calibration is None or calibration.id != part.part.calibration_id:
        return ability
    found = calibration.found
    cells: dict[tuple[str, int], list[bool]] = {}
    for task in tasks:
        cells.setdefault(task.cell, []).append(task.is_right(answers.get(task.id)))
    if not cells.keys() <= found.cells.keys():
        return ability
    order = list(FAMILIES)
    return replace(
        ability,
        behind=AbilityDetails(
            number=calibration.number,
            n=found.n,
            made_at=calibration.made_at,
            sd=found.sd,
            reliability=found.reliability,
            cells=tuple(
                CellDifficulty(
                    family=family,
                    level=level,
                    b=found.cells[family, level].b,
                    se=found.cells[family, level].se,
                    answers=found.cells[family, level].n,
                    given=len(right),
                    right=sum(right),
                )
                for (family, level), right in sorted(
                    cells.items(), key=lambda cell: (order.index(cell[0][0]), cell[0][1])
                )
            ),
        ),
    )


def examples(tasks: Sequence[AnsweredTask]) -> tuple[AnsweredTask, ...]:
    """Two tasks to explain: unsolved ones first, of two categories if possible."""
    wanted = sorted(tasks, key=lambda task: (task.solved, task.number))
    found = {task.category: task for task in reversed(wanted)}
    chosen = [task for task in wanted if found[task.category] is task][:EXAMPLES]
    others = [task for task in wanted if task not in chosen]
    return tuple(sorted([*chosen, *others][:EXAMPLES], key=lambda task: task.number))


class CategoryData(TypedDict):
    """Tasks of one category ("numerical"), or all tasks; `solved` and `answered` are None once erased."""

    name: str
    solved: int | None
    given: int
    answered: int | None
    standing: NormedScoreData | None


class CellData(TypedDict):
    family: str
    level: int
    b: float
    se: float
    given: int
    right: int


class AbilityFigures(TypedDict):
    number: int
    n: int
    made_at_text: str
    sd: float
    reliability: float
    cells: list[CellData]


class AbilityData(TypedDict):
    """The ability in logits, with its standard error. `behind` is of schema 4."""

    value: float
    error: float
    behind: NotRequired[AbilityFigures]


class Drawing(TypedDict):
    """An SVG file in one colour, with its description."""

    svg: str
    alt: str


class TaskOption(TypedDict):
    number: int
    text: str
    drawing: Drawing | None


class TaskData(TypedDict):
    """Statements, a series or drawings, then options. `chosen` (None: no answer) and `right` are option numbers."""

    number: int
    category: str
    question: str
    lines: list[str]
    terms: list[str]
    drawings: list[Drawing]
    options: list[TaskOption]
    chosen: int | None
    right: int
    rule: str


class ReasoningPart(PartHead):
    kind: Literal["reasoning"]
    whole: CategoryData
    categories: list[CategoryData]
    ability: AbilityData | None
    tasks: list[TaskData]


class ReasoningReport:
    method: tuple[str, ...] = ("method_tasks",)
    is_self_report = False

    def freeze(self, result: ReasoningResult, head: PartHead, moment: Moment) -> ReasoningPart:
        return {
            **head,
            "kind": "reasoning",
            "whole": _category(result.whole, moment),
            "categories": [_category(found, moment) for found in result.categories],
            "ability": _ability(result.ability, moment),
            "tasks": [_task_data(task) for task in result.tasks],
        }

    def without_person(self, part: ReasoningPart) -> ReasoningPart:
        # Tasks were drawn for this person alone; only their number is kept.
        whole = _category_without_person(part["whole"])
        categories = [_category_without_person(category) for category in part["categories"]]
        return {**part, "whole": whole, "categories": categories, "ability": None, "tasks": []}

    def answered(self, part: ReasoningPart) -> int:
        return part["whole"]["answered"] or 0

    def sections(self, part: ReasoningPart, words: Phrases) -> list[Section]:
        return [Section(part["name"], [*_results(part, words), *sheet_blocks(part, words)])]

    def normed_scores(self, part: ReasoningPart, words: Phrases) -> Iterator[tuple[str, NormedScoreData]]:
        named = [(words("all_tasks"), part["whole"])]
        named += [(words.category(one["name"]), one) for one in part["categories"]]
        for name, category in named:
            if category["standing"] is not None:
                yield name, category["standing"]

    def detail_blocks(self, part: ReasoningPart, words: Phrases) -> list[Block]:
        behind = None if part["ability"] is None else part["ability"].get("behind")
        return [] if behind is None else _calibration(part, behind, words)


def _category(found: CategoryResult, moment: Moment) -> CategoryData:
    return {
        "name": found.category,
        "solved": found.solved,
        "given": found.given,
        "answered": found.answered,
        "standing": freeze_normed_score(found.normed, moment),
    }


def _category_without_person(category: CategoryData) -> CategoryData:
    return {**category, "solved": None, "answered": None, "standing": None}


def _ability(ability: Ability | None, moment: Moment) -> AbilityData | None:
    if ability is None:
        return None
    found: AbilityData = {"value": ability.value, "error": ability.error}
    if (behind := ability.behind) is not None:
        found["behind"] = {
            "number": behind.number,
            "n": behind.n,
            "made_at_text": moment(behind.made_at),
            "sd": behind.sd,
            "reliability": behind.reliability,
            "cells": [
                CellData(
                    family=one.family, level=one.level, b=one.b, se=one.se, given=one.given, right=one.right
                )
                for one in behind.cells
            ],
        }
    return found


def _task_data(task: AnsweredTask) -> TaskData:
    return {
        "number": task.number,
        "category": task.category,
        "question": task.shown.question,
        "lines": list(task.shown.lines),
        "terms": list(task.shown.terms),
        "drawings": [_drawing(picture) for picture in task.shown.pictures],
        "options": [
            {
                "number": option.number,
                "text": option.text,
                "drawing": _drawing(option.picture) if option.picture else None,
            }
            for option in task.options
        ],
        "chosen": task.chosen.number if task.chosen else None,
        "right": task.right.number,
        "rule": task.rule,
    }


def _drawing(picture: Picture) -> Drawing:
    return {"svg": literal(picture.svg), "alt": picture.alt}


def _results(test: ReasoningPart, words: Phrases) -> list[Block]:
    whole, ability = test["whole"], test["ability"]
    if whole["solved"] is None:
        return [Prose([words("tasks_erased", m=whole["given"])])]
    sentences = [words("tasks_solved", n=whole["solved"], m=whole["given"], answered=whole["answered"] or 0)]
    if whole["standing"] is not None:
        sentences.append(normed_score_text(whole["standing"], words))
    if ability is not None:
        figures = {name: words.number(ability[name], 1) for name in ("value", "error")}
        sentences.append(words("ability", **figures))
    elif whole["standing"] is None:
        sentences.append(words("not_ranked"))
    header = [words("category"), words("solved"), words("answered")]
    rows = [_category_row(found, words) for found in test["categories"]]
    return [Prose(sentences, leads=True), Table(header, rows, widths=[6, 2, 2])]


def _category_row(found: CategoryData, words: Phrases) -> list[str | Cell]:
    name: str | Cell = words.category(found["name"])
    if found["standing"] is not None:
        name = Cell(words.category(found["name"]), note=normed_score_text(found["standing"], words))
    solved = words("n_of_m", n=found["solved"] or 0, m=found["given"])
    return [name, solved, str(found["answered"] or 0)]


def _calibration(test: ReasoningPart, behind: AbilityFigures, words: Phrases) -> list[Block]:
    figures: dict[str, str | int] = {
        "number": behind["number"],
        "n": behind["n"],
        "when": behind["made_at_text"],
        "sd": words.number(behind["sd"], 2),
        "reliability": words.number(behind["reliability"], 2),
    }
    rows: list[list[str | Cell]] = [
        [
            words("family_level", family=words.family(one["family"]), level=one["level"]),
            f"{words.number(one['b'], 1)} ± {words.number(one['se'], 1)}".replace("-", "−"),
            words("n_of_m", n=one["right"], m=one["given"]),
        ]
        for one in behind["cells"]
    ]
    header = [words("family"), words("difficulty"), words("solved")]
    return [
        Heading(words("ability_in", test=test["name"]), note=words("calibration", **figures)),
        Prose([words("ability_rule"), words("ability_error"), words("coefficient_calibration")], leads=True),
        Table(header, rows, widths=[6, 3, 2]),
    ]
