"""The scores of many people on each scale of a test, and how reliable they are. Pure.

| kind of test | reliability from |
|---|---|
| scales | alpha and omega over the items of the scale, turned by their keys |
| judgement | alpha and omega over the distances of the actions |
| questions | alpha and omega over the right-or-wrong items, which are the same for everybody |
| reasoning | the calibration, for all of it; else, and for a category, two halves (psychometrics.reliability) |
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from goodword.assessments.kinds import Content
from goodword.assessments.kinds.custom.content import QuestionSet
from goodword.assessments.kinds.custom.items import CustomQuestion
from goodword.assessments.kinds.judgement.content import JudgementSet
from goodword.assessments.kinds.judgement.scoring import judge
from goodword.assessments.kinds.reasoning.families import FAMILIES
from goodword.assessments.kinds.reasoning.items import ReasoningTask
from goodword.assessments.kinds.scales.content import Instrument
from goodword.assessments.kinds.scales.scoring import score
from goodword.assessments.norms.first_attempts import TakenPart
from goodword.assessments.psychometrics.rasch import Calibration
from goodword.assessments.psychometrics.reliability import halves, reliability_of, split_half
from goodword.assessments.scored import ALL, actions_rated, is_right, issue

type ReliabilitySource = Literal["items", "halves", "calibration"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reliability:
    """How reliable a score is, None where that is not known, by which way, from how many people."""

    value: float | None
    way: ReliabilitySource
    n: int
    alpha: float | None = None
    omega: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ScaleFigures:
    """One scale ("" for all): the scores of those who have one, in no order that means anything."""

    scale: str
    scores: tuple[float, ...]
    reliable: Reliability


def figures_of(
    content: Content, form: str, people: Sequence[TakenPart], *, calibration: Calibration | None = None
) -> list[ScaleFigures]:
    """The figures of each scale that is scored, of people who took the same form of the same version."""
    scores: dict[str, list[float]] = {}
    for person in people:
        for one in issue(content, form=form, items=person.items, answers=person.answers):
            of_scale = scores.setdefault(one.scale, [])
            if one.value is not None:
                of_scale.append(one.value)
    reliable = reliability_by_scale(content, form, people, calibration=calibration)
    return [
        ScaleFigures(scale=scale, scores=tuple(sorted(values)), reliable=reliable[scale])
        for scale, values in scores.items()
        if scale in reliable
    ]


def reliability_by_scale(
    content: Content, form: str, people: Sequence[TakenPart], *, calibration: Calibration | None = None
) -> dict[str, Reliability]:
    """How reliable each scale is in these people's answers; of items, from those who answered all of them."""
    match content:
        case Instrument():
            return _by_items([_scale_rows(content, form, person) for person in people])
        case JudgementSet():
            return _by_items([_distances(content, person) for person in people])
        case QuestionSet():
            return _by_items([_solved(content, person) for person in people])
    found = _by_halves(people)
    if calibration is not None and ALL in found:
        found[ALL] = Reliability(value=calibration.reliability, way="calibration", n=calibration.n)
    return found


def _by_items(people: Sequence[Mapping[str, Sequence[float | None]]]) -> dict[str, Reliability]:
    """From one row of items a person and scale; a row with a gap is left out."""
    rows: dict[str, list[list[float]]] = {}
    for person in people:
        for scale, values in person.items():
            whole = rows.setdefault(scale, [])
            given = [value for value in values if value is not None]
            if len(given) == len(values):
                whole.append(given)
    found = {scale: reliability_of(of_scale) for scale, of_scale in rows.items()}
    return {
        scale: Reliability(value=one.value, way="items", n=one.n, alpha=one.alpha, omega=one.omega)
        for scale, one in found.items()
    }


def _scale_rows(content: Instrument, form: str, person: TakenPart) -> dict[str, list[float | None]]:
    values = {key: value for key, value in person.answers.items() if isinstance(value, int)}
    return {
        found.scale.id: [None if item.value is None else float(item.value) for item in found.items]
        for found in score(content, form, values)
    }


def _distances(content: JudgementSet, person: TakenPart) -> dict[str, list[float | None]]:
    return {ALL: [action.distance for action in judge(content, actions_rated(person.answers)).actions]}


def _solved(content: QuestionSet, person: TakenPart) -> dict[str, list[float | None]]:
    keyed = [
        item.id for item in person.items if isinstance(item, CustomQuestion) and item.id in content.right
    ]
    if not keyed:
        return {}
    return {ALL: [float(is_right(content.right[key], person.answers.get(key))) for key in keyed]}


def _by_halves(people: Sequence[TakenPart]) -> dict[str, Reliability]:
    split: dict[str, list[tuple[float, float]]] = {}
    for person in people:
        by_scale: dict[str, list[tuple[tuple[str, int], bool]]] = {}
        for item in person.items:
            if isinstance(item, ReasoningTask):
                entry = ((item.drawn.family, item.drawn.level), person.answers.get(item.id) == item.drawn.key)
                for scale in (FAMILIES[item.drawn.family].category, ALL):
                    by_scale.setdefault(scale, []).append(entry)
        for scale, items in by_scale.items():
            split.setdefault(scale, []).append(halves(items))
    return {
        scale: Reliability(value=split_half(of_scale), way="halves", n=len(of_scale))
        for scale, of_scale in split.items()
    }
