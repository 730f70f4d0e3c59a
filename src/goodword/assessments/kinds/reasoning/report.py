"""The report of a test of reasoning: tasks solved, in total and by category."""

from collections.abc import Iterator
from typing import Literal, NotRequired, TypedDict

from goodword.assessments.kinds.reasoning.item import Picture
from goodword.assessments.kinds.reasoning.matrices.drawing import literal
from goodword.assessments.kinds.reasoning.result import Ability, AnsweredTask, CategoryResult, ReasoningResult
from goodword.assessments.kinds.report_parts import (
    Moment,
    NormedScoreData,
    PartHead,
    freeze_normed_score,
    normed_score_text,
    sheet_blocks,
)
from goodword.core.report_blocks import Block, Cell, Heading, Prose, Section, Table, Words


class CategoryData(TypedDict):
    """Tasks of one category, whose id is its name ("numerical"), or all of them: `solved` and `answered` are `None`
    once erased."""

    name: str
    solved: int | None
    given: int
    answered: int | None
    standing: NormedScoreData | None


class CellData(TypedDict):
    """A family of tasks at a level: its difficulty `b` with its standard error, in logits; how many of its tasks this
    person was `given`, and how many were `right`."""

    family: str
    level: int
    b: float
    se: float
    given: int
    right: int


class AbilityFigures(TypedDict):
    """The calibration that an ability was measured by: its number, the `n` people it comes from, the spread of their
    abilities and how reliable those are."""

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
    """A figure: an SVG file in one colour, and what it shows in words."""

    svg: str
    alt: str


class TaskOption(TypedDict):
    """An option by its number: a text, or a drawing."""

    number: int
    text: str
    drawing: Drawing | None


class TaskData(TypedDict):
    """One task as it was given: statements, a series or drawings, then its options. `chosen` is the number of the one
    that was chosen (`None`: no answer), `right` of the right one; `rule` says why."""

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
    """Generated tasks. `tasks` are those of this person, and none once erased."""

    kind: Literal["reasoning"]
    whole: CategoryData
    categories: list[CategoryData]
    ability: AbilityData | None
    tasks: list[TaskData]


class ReasoningReport:
    method: tuple[str, ...] = ("method_tasks",)
    is_self_report = False
    is_distance = False

    def freeze(self, result: ReasoningResult, head: PartHead, moment: Moment) -> ReasoningPart:
        return {
            **head,
            "kind": "reasoning",
            "whole": _category(result.whole, moment),
            "categories": [_category(found, moment) for found in result.categories],
            "ability": _ability(result.ability, moment),
            "tasks": [_task(task) for task in result.tasks],
        }

    def without_person(self, part: ReasoningPart) -> ReasoningPart:
        # Tasks were drawn for this person alone. How many there were stays.
        whole = _category_without_person(part["whole"])
        categories = [_category_without_person(category) for category in part["categories"]]
        return {**part, "whole": whole, "categories": categories, "ability": None, "tasks": []}

    def answered(self, part: ReasoningPart) -> int:
        return part["whole"]["answered"] or 0

    def sections(self, part: ReasoningPart, words: Words) -> list[Section]:
        return [Section(part["name"], [*_results(part, words), *sheet_blocks(part, words)])]

    def normed_scores(self, part: ReasoningPart, words: Words) -> Iterator[tuple[str, NormedScoreData]]:
        named = [(words("all_tasks"), part["whole"])]
        named += [(words.category(one["name"]), one) for one in part["categories"]]
        for name, category in named:
            if category["standing"] is not None:
                yield name, category["standing"]

    def detail_blocks(self, part: ReasoningPart, words: Words) -> list[Block]:
        behind = None if part["ability"] is None else part["ability"].get("behind")
        return [] if behind is None else _calibration(part, behind, words)


def _category(found: CategoryResult, moment: Moment) -> CategoryData:
    return {
        "name": found.category,
        "solved": found.solved,
        "given": found.given,
        "answered": found.answered,
        "standing": freeze_normed_score(found.standing, moment),
    }


def _category_without_person(category: CategoryData) -> CategoryData:
    return {**category, "solved": None, "answered": None, "standing": None}


def _ability(ability: Ability | None, moment: Moment) -> AbilityData | None:
    """The ability, with the calibration and the cells that it comes from where they are known."""
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


def _task(task: AnsweredTask) -> TaskData:
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


def _results(test: ReasoningPart, words: Words) -> list[Block]:
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


def _category_row(found: CategoryData, words: Words) -> list[str | Cell]:
    name: str | Cell = words.category(found["name"])
    if found["standing"] is not None:
        name = Cell(words.category(found["name"]), note=normed_score_text(found["standing"], words))
    solved = words("n_of_m", n=found["solved"] or 0, m=found["given"])
    return [name, solved, str(found["answered"] or 0)]


def _calibration(test: ReasoningPart, behind: AbilityFigures, words: Words) -> list[Block]:
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
