"""Generated tasks: how many were solved in each category and overall, and the ability where they are calibrated."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final, Literal

from goodword.assessments.kinds.items import Item
from goodword.assessments.kinds.reasoning.items import ReasoningTask
from goodword.assessments.kinds.scores import ALL, ComputedScore, Reliability, Respondent
from goodword.assessments.psychometrics.rasch import Calibration, Cell, UnknownCell, ability
from goodword.assessments.psychometrics.reliability import halves, split_half
from goodword.assessments.psychometrics.totals import Marked, Solved, in_all, solved
from goodword.assessments.psychometrics.versions import SCORING
from goodword.core.json_reading import Json

#: the categories in the order in which they are listed
CATEGORIES: Final = ("numerical", "letters", "figural", "deductive")


def reasoning_scores(
    items: Sequence[Item], answers: Mapping[str, Json], calibration: Calibration | None
) -> Iterator[ComputedScore]:
    """The solved tasks of each category, then of all with the ability."""
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
        yield _score(found, marked)
    whole = _score(in_all(categories), marked)
    if calibration is not None:
        try:
            found_ability = ability(calibration, calibration_answers(tasks, answers))
        except UnknownCell:  # a family that was not calibrated: no figure rather than half of one
            pass
        else:
            whole = replace(whole, ability=found_ability.theta, ability_se=found_ability.se)
    yield whole


def calibration_answers(
    items: Sequence[Item], answers: Mapping[str, Json]
) -> list[tuple[Cell, Literal[0, 1]]]:
    """Right (1) and wrong (0) answers by cell; an unanswered task was not solved."""
    return [
        (item.cell, 1 if item.is_right(answers.get(item.id)) else 0)
        for item in items
        if isinstance(item, ReasoningTask)
    ]


def reasoning_reliability(
    people: Sequence[Respondent], calibration: Calibration | None
) -> dict[str, Reliability]:
    """Split halves of each category and of all tasks; of all tasks the calibration's where there is one."""
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
        scale: Reliability(value=split_half(of_scale), way="halves", n=len(of_scale))
        for scale, of_scale in split.items()
    }
    if calibration is not None and ALL in found:
        found[ALL] = Reliability(value=calibration.reliability, way="calibration", n=calibration.n)
    return found


def solved_by_category(scores: Mapping[str, tuple[float | None, int]]) -> list[Solved]:
    """Issued scores (value and items by scale) as counts, in the order of the categories."""
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
