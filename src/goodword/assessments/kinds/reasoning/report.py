from collections.abc import Iterator
from typing import Literal, NotRequired, TypedDict

from django.utils import timezone
from django.utils.translation import gettext, ngettext

from goodword.assessments.kinds.generated import Picture
from goodword.assessments.kinds.reasoning.matrices.drawing import literal
from goodword.assessments.kinds.reasoning.phrases import PHRASES, category_phrase, family_phrase
from goodword.assessments.kinds.reasoning.results import (
    Ability,
    AbilityDetails,
    AnsweredOption,
    AnsweredTask,
    CategoryResult,
    ReasoningResult,
    signed,
)
from goodword.assessments.kinds.report import (
    Moment,
    NormedScoreData,
    PartHead,
    ReportFigure,
    figure,
    freeze_normed_score,
    normed_score_details,
    normed_score_text,
    percentile_score,
    percentile_text,
)
from goodword.assessments.psychometrics.norms import BAND_WIDTH
from goodword.core.report_blocks import (
    Block,
    Cell,
    Details,
    Drawing,
    Drawings,
    DrawnScore,
    Heading,
    Labelled,
    Prose,
    Table,
)
from goodword.core.text import Phrases, rounded, written_day


class BandData(TypedDict):
    """The 90% band of the number solved. `assumed`: based on assumed, not calibrated, difficulties."""

    low: float
    high: float
    assumed: bool


class CategoryData(TypedDict):
    """Tasks of one category ("numerical"), or all tasks; `solved` and `answered` are None once erased."""

    name: str
    solved: int | None
    given: int
    answered: int | None
    normed_score: NormedScoreData | None
    band: NotRequired[BandData]


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
    """An ability in logits with its 90% interval. Earlier snapshots have a standard error instead, from a model
    without guessing. `behind` was added in schema 4."""

    value: float
    error: NotRequired[float]
    low: NotRequired[float]
    high: NotRequired[float]
    behind: NotRequired[AbilityFigures]


class DrawingData(TypedDict):
    svg: str
    alt: str


class TaskOption(TypedDict):
    number: int
    text: str
    drawing: DrawingData | None


class TaskData(TypedDict):
    """Statements, a series or drawings, then options. `chosen` (None: no answer) and `right` are option numbers."""

    number: int
    category: str
    question: str
    lines: list[str]
    terms: list[str]
    drawings: list[DrawingData]
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
    phrases = PHRASES
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
        # tasks were drawn only for this person, so only their number is kept
        whole = _category_without_person(part["whole"])
        categories = [_category_without_person(category) for category in part["categories"]]
        return {**part, "whole": whole, "categories": categories, "ability": None, "tasks": []}

    def blocks(
        self, part: ReasoningPart, words: Phrases, result: ReasoningResult | None = None
    ) -> list[Block]:
        details = [] if result is None else _details(result)
        return [*_results(part, words), *details]

    def scores(self, part: ReasoningPart, words: Phrases) -> list[DrawnScore]:
        whole = part["whole"]
        if whole["solved"] is None:
            return [DrawnScore(label="", value="–", note="", alt="")]
        value, unit = words("n_of_m", n=whole["solved"], m=whole["given"]), words("tasks_are_solved")
        if normed := whole["normed_score"]:
            return [percentile_score(normed, words, value=value, unit=unit)]
        band, band_note = whole.get("band"), _band_note(whole, words)
        return [
            DrawnScore(
                label="",
                value=value,
                note=f"{unit}\n{band_note}" if band_note else unit,
                alt=f"{value} {unit}. {band_note}" if band_note else f"{value} {unit}",
                axis=(0, whole["given"]),
                at=whole["solved"],
                band=(band["low"], band["high"]) if band is not None else None,
            )
        ]

    def assumed_precision(self, part: ReasoningPart, words: Phrases) -> str:
        del part, words
        return ""

    def figures(self, part: ReasoningPart) -> list[ReportFigure]:
        return [
            figure(
                category["name"],
                category["solved"],
                out_of=category["given"],
                normed=category["normed_score"],
                band=(band["low"], band["high"]) if (band := category.get("band")) is not None else None,
            )
            for category in (part["whole"], *part["categories"])
        ]

    def outcome(self, part: ReasoningPart, words: Phrases) -> str:
        whole = part["whole"]
        solved = words("n_of_m", n=whole["solved"] or 0, m=whole["given"])
        normed = percentile_text(whole["normed_score"])
        texts = [gettext("%(figures)s solved") % {"figures": solved}, normed or _band_note(whole, words)]
        return ", ".join(filter(None, texts))

    def overview(self, part: ReasoningPart, words: Phrases) -> list[Block]:
        del part, words
        return []

    def normed_scores(self, part: ReasoningPart, words: Phrases) -> Iterator[tuple[str, NormedScoreData]]:
        named = [(words("all_tasks"), part["whole"])]
        named += [(category_phrase(category["name"], words), category) for category in part["categories"]]
        for name, category in named:
            if category["normed_score"] is not None:
                yield name, category["normed_score"]

    def front_norms(self, part: ReasoningPart) -> list[tuple[str, NormedScoreData | None]]:
        return [("", part["whole"]["normed_score"])]

    def detail_blocks(self, part: ReasoningPart, words: Phrases) -> list[Block]:
        behind = None if part["ability"] is None else part["ability"].get("behind")
        return [] if behind is None else _calibration(part, behind, words)


def _category(found: CategoryResult, moment: Moment) -> CategoryData:
    data: CategoryData = {
        "name": found.category,
        "solved": found.solved,
        "given": found.given,
        "answered": found.answered,
        "normed_score": freeze_normed_score(found.normed, moment),
    }
    if (band := found.precision) is not None:
        data["band"] = {"low": band.low, "high": band.high, "assumed": band.assumed}
    return data


def _category_without_person(category: CategoryData) -> CategoryData:
    return {
        "name": category["name"],
        "solved": None,
        "given": category["given"],
        "answered": None,
        "normed_score": None,
    }


def _band_note(category: CategoryData, words: Phrases) -> str:
    """For example "90% band 9.5 to 15.9, assumed"; empty for earlier results."""
    band = category.get("band")
    if band is None or category["solved"] is None:
        return ""
    figures = {"low": words.number(band["low"], 1), "high": words.number(band["high"], 1)}
    return words("band_assumed" if band["assumed"] else "band_calibrated", **figures)


def _ability(ability: Ability | None, moment: Moment) -> AbilityData | None:
    if ability is None:
        return None
    found: AbilityData = {"value": ability.value, "low": ability.low, "high": ability.high}
    if (behind := ability.behind) is not None:
        found["behind"] = {
            "number": behind.number,
            "n": behind.n,
            "made_at_text": moment(behind.created_at),
            "sd": behind.sd,
            "reliability": behind.reliability,
            "cells": [
                CellData(
                    family=cell.family,
                    level=cell.level,
                    b=cell.b,
                    se=cell.se,
                    given=cell.given,
                    right=cell.right,
                )
                for cell in behind.cells
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


def _drawing(picture: Picture) -> DrawingData:
    return {"svg": literal(picture.svg), "alt": picture.alt}


def _results(test: ReasoningPart, words: Phrases) -> list[Block]:
    whole, ability = test["whole"], test["ability"]
    if whole["solved"] is None:
        return []
    sentences = [words("tasks_solved", n=whole["solved"], m=whole["given"], answered=whole["answered"] or 0)]
    if whole["normed_score"] is not None:
        sentences.append(normed_score_text(whole["normed_score"], words))
    elif (band := whole.get("band")) is not None:
        figures = {"low": words.number(band["low"], 1), "high": words.number(band["high"], 1)}
        sentences.append(words("solved_assumed" if band["assumed"] else "solved_calibrated", **figures))
    if ability is not None:
        sentences.append(words("ability", **_interval(ability, words)))
    elif whole["normed_score"] is None:
        sentences.append(words("not_ranked"))
    header = [words("category"), words("solved"), words("answered")]
    rows = [_category_row(found, words) for found in test["categories"]]
    key = words("n_of_m", n=whole["solved"], m=whole["given"])
    return [
        Prose(sentences, leads=True, key=key),
        Table(header, rows, widths=[6, 2, 2], caption=test["name"]),
    ]


def _interval(ability: AbilityData, words: Phrases) -> dict[str, str]:
    reach = BAND_WIDTH * ability.get("error", 0.0)
    low, high = (ability.get("low", ability["value"] - reach), ability.get("high", ability["value"] + reach))
    figures = {"value": ability["value"], "low": low, "high": high}
    return {name: words.number(figure, 1) for name, figure in figures.items()}


def _category_row(found: CategoryData, words: Phrases) -> list[str | Cell]:
    name: str | Cell = category_phrase(found["name"], words)
    solved: str | Cell = words("n_of_m", n=found["solved"] or 0, m=found["given"])
    if found["normed_score"] is not None:
        name = Cell(
            category_phrase(found["name"], words), note=normed_score_text(found["normed_score"], words)
        )
    elif note := _band_note(found, words):
        solved = Cell(words("n_of_m", n=found["solved"] or 0, m=found["given"]), note=note)
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
            words("family_level", family=family_phrase(cell["family"], words), level=cell["level"]),
            f"{words.number(cell['b'], 1)} ± {words.number(BAND_WIDTH * cell['se'], 1)}",
            words("n_of_m", n=cell["right"], m=cell["given"]),
        ]
        for cell in behind["cells"]
    ]
    header = [words("family"), words("difficulty"), words("solved")]
    has_guessing = test["ability"] is not None and "low" in test["ability"]
    rules = (
        ["ability_rule", "ability_interval", "ability_reliability"]
        if has_guessing
        else ["ability_reliability"]
    )
    return [
        Heading(words("ability_in", test=test["name"]), note=words("calibration", **figures)),
        Prose([words(rule) for rule in rules], leads=True),
        Table(header, rows, widths=[6, 3, 2]),
    ]


def _details(result: ReasoningResult) -> list[Block]:
    blocks = normed_score_details(result.whole.normed)
    if result.ability is not None and result.ability.behind is not None:
        blocks.append(_ability_details(result.ability, result.ability.behind))
    for found in result.categories:
        if details := normed_score_details(found.normed):
            blocks += [Heading(found.name), *details]
    if not result.items_left_out:
        n = len(result.tasks)
        summary = ngettext("The task with its answer and rule", "All %(n)s tasks with answers and rules", n)
        tasks = [block for task in result.tasks for block in _task_blocks(task)]
        blocks.append(Details(summary % {"n": n}, tasks))
    return blocks


def _ability_details(ability: Ability, behind: AbilityDetails) -> Details:
    rows = [
        (
            gettext("Calibration"),
            gettext(
                "Calibration %(number)s: first attempts of %(n)s people, whose abilities have a mean of 0 and a "
                "standard deviation of %(sd)s. Created %(day)s."
            )
            % {
                "number": behind.number,
                "n": behind.n,
                "sd": rounded(behind.sd, 2),
                "day": written_day(timezone.localtime(behind.created_at)),
            },
        ),
        (
            gettext("Rule"),
            gettext(
                "The probability of solving a task is c + (1 − c) ÷ (1 + exp(difficulty − ability)), where c, the "
                "probability of guessing right, is 1 ÷ number of options. The ability is the weighted likelihood "
                "estimate (Warm 1989) from %(right)s right answers to %(given)s tasks."
            )
            % {"right": behind.right, "given": behind.given},
        ),
        (
            gettext("90% interval"),
            gettext(
                "%(low)s to %(high)s: the middle 90%% of the posterior distribution with the Jeffreys prior. Nine in "
                "ten such intervals contain the true ability."
            )
            % {"low": signed(ability.low), "high": signed(ability.high)},
        ),
        (
            gettext("Reliability"),
            gettext(
                "%(value)s, from the calibration sample of %(n)s people: 1 − mean posterior variance ÷ variance of the "
                "abilities."
            )
            % {"value": rounded(behind.reliability, 2), "n": behind.n},
        ),
    ]
    level = gettext("%(family)s, level %(level)s")
    cells: list[list[str | Cell]] = [
        [
            level % {"family": cell.name, "level": cell.level},
            Cell(
                cell.b_text,
                note=ngettext("%(n)s answer", "%(n)s answers", cell.answers) % {"n": cell.answers},
            ),
            gettext("%(right)s of %(given)s") % {"right": cell.right, "given": cell.given},
        ]
        for cell in behind.cells
    ]
    table = Table(
        [gettext("Family"), gettext("Difficulty"), gettext("Right")],
        cells,
        caption=gettext("Task families and levels, difficulty in logits with 90% interval"),
        shows_caption=True,
    )
    return Details(gettext("How the ability was calculated"), [Labelled(rows), table])


def _task_blocks(task: AnsweredTask) -> Iterator[Block]:
    heading = gettext("Task %(number)s, %(category)s") % {
        "number": task.number,
        "category": task.category_name,
    }
    chosen = task.chosen
    answered = gettext("solved") if task.solved else gettext("not solved")
    yield Heading(heading, note=answered if chosen else gettext("no answer"))
    yield Prose([*task.shown.lines, task.shown.question])
    if task.shown.terms:
        yield Prose(["\u2003".join([*task.shown.terms, "?"])])
    if task.shown.pictures:
        yield Drawings([Drawing(svg=picture.svg) for picture in task.shown.pictures], columns=3)
        yield Drawings([_option_drawing(option) for option in task.options if option.picture], columns=4)
    yield Labelled(
        [
            (gettext("Answer"), _option_text(chosen) if chosen else gettext("no answer")),
            (gettext("Right"), _option_text(task.right)),
            (gettext("Rule"), task.rule),
        ]
    )


def _option_drawing(option: AnsweredOption) -> Drawing:
    label = [str(option.number)]
    label += [gettext("right")] if option.right else []
    label += [gettext("chosen")] if option.chosen else []
    svg = option.picture.svg if option.picture else ""
    return Drawing(svg=svg, label=" ".join(label), marked=option.right, tinted=option.chosen)


def _option_text(option: AnsweredOption) -> str:
    return option.text or gettext("Figure %(number)s") % {"number": option.number}
