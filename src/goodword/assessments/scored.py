"""From the answers of a part to its scores: pure, by the rules of library and scoring, with the versions they have.

The same function issues a score and computes it again for the evidence, from the content, the items that were given,
the answers, and the norms and difficulties that were fixed with the assessment.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from goodword.assessments.kinds import Content
from goodword.assessments.kinds.custom.content import QuestionSet
from goodword.assessments.kinds.custom.items import CustomQuestion, visible_items
from goodword.assessments.kinds.items import Item
from goodword.assessments.kinds.judgement.content import JudgementSet
from goodword.assessments.kinds.judgement.scoring import JUDGEMENT_SCORING_VERSION, judge
from goodword.assessments.kinds.reasoning.families import FAMILIES
from goodword.assessments.kinds.reasoning.items import ReasoningTask
from goodword.assessments.kinds.scales.content import Instrument
from goodword.assessments.kinds.scales.scoring import SCORING_VERSION, score
from goodword.assessments.psychometrics.norms import NormTable, band
from goodword.assessments.psychometrics.rasch import Calibration, Cell, UnknownCell, ability
from goodword.assessments.psychometrics.totals import Marked, Solved, in_all, solved
from goodword.assessments.psychometrics.versions import SCORING
from goodword.questionnaires.reading import Json

#: the scale that stands for all of a test
ALL = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Issued:
    """One score, as models.Score keeps it; what each means stands there."""

    scale: str
    value: float | None
    answered: int
    items: int
    version: str
    low: float | None = None
    high: float | None = None
    percentile: int | None = None
    percentile_low: int | None = None
    percentile_high: int | None = None
    ability: float | None = None
    ability_se: float | None = None


def issue(
    content: Content,
    *,
    form: str,
    items: Sequence[Item],
    answers: Mapping[str, Json],
    tables: Mapping[str, NormTable] | None = None,
    calibration: Calibration | None = None,
) -> tuple[Issued, ...]:
    """The scores of one part. `items` are those that count, `answers` the stored values by item id.

    `tables` are the norm tables by scale of the group that this candidate belongs to.
    """
    plain = tuple(_plain(content, form, items, answers, calibration))
    return tuple(_held_against(one, (tables or {}).get(one.scale)) for one in plain)


def marked(items: Sequence[Item], answers: Mapping[str, Json]) -> list[Marked]:
    """Drawn items held against their keys."""
    return [
        Marked(
            category=FAMILIES[item.drawn.family].category,
            right=answers[item.id] == item.drawn.key if answers.get(item.id) is not None else None,
        )
        for item in items
        if isinstance(item, ReasoningTask)
    ]


def actions_rated(answers: Mapping[str, Json]) -> dict[str, int]:
    """The ratings of all situations together, by action id."""
    return {
        action: value
        for given in answers.values()
        if isinstance(given, Mapping)
        for action, value in given.items()
        if isinstance(value, int)
    }


def without_void(content: JudgementSet, items: Sequence[Item]) -> JudgementSet:
    """The set as one candidate had it: of its scenarios those among the items that count."""
    counting = {item.id for item in items}
    return replace(content, scenarios=tuple(one for one in content.scenarios if one.id in counting))


def is_right(right: Sequence[str], value: Json) -> bool:
    """Whether a choice, or several, are just the right ones."""
    chosen = [value] if isinstance(value, str) else list(value) if isinstance(value, list | tuple) else []
    return sorted(map(str, chosen)) == sorted(right)


def _plain(
    content: Content,
    form: str,
    items: Sequence[Item],
    answers: Mapping[str, Json],
    calibration: Calibration | None,
) -> Iterator[Issued]:
    match content:
        case Instrument():
            values = {key: value for key, value in answers.items() if isinstance(value, int)}
            for found in score(content, form, values):
                yield Issued(
                    scale=found.scale.id,
                    value=found.mean,
                    answered=found.n_answered,
                    items=found.n_items,
                    version=SCORING_VERSION,
                )
        case JudgementSet():
            judged = judge(without_void(content, items), actions_rated(answers))
            yield Issued(
                scale=ALL,
                value=judged.distance,
                answered=judged.n_answered,
                items=judged.n_actions,
                version=JUDGEMENT_SCORING_VERSION,
            )
        case QuestionSet():
            yield from _own(content, items, answers)
        case _:
            yield from _reasoning(items, answers, calibration)


def _own(content: QuestionSet, items: Sequence[Item], answers: Mapping[str, Json]) -> Iterator[Issued]:
    asked = visible_items(items, answers)  # what a condition kept away was no question to this candidate
    keyed = [item for item in asked if isinstance(item, CustomQuestion) and item.id in content.right]
    if keyed:
        right = sum(is_right(content.right[item.id], answers.get(item.id)) for item in keyed)
        yield Issued(
            scale=ALL,
            value=float(right),
            answered=sum(answers.get(item.id) is not None for item in keyed),
            items=len(keyed),
            version=SCORING["solved"],
        )


def _reasoning(
    items: Sequence[Item], answers: Mapping[str, Json], calibration: Calibration | None
) -> Iterator[Issued]:
    held = marked(items, answers)
    categories = solved(held)
    for found in categories:
        yield _solved(found, held)
    whole = _solved(in_all(categories), held)
    if calibration is not None:
        cells: list[tuple[Cell, Literal[0, 1]]] = [
            ((item.drawn.family, item.drawn.level), 1 if answers.get(item.id) == item.drawn.key else 0)
            for item in items
            if isinstance(item, ReasoningTask)
        ]
        try:
            found_ability = ability(calibration, cells)
        except UnknownCell:  # a family that was not calibrated: no figure rather than half of one
            pass
        else:
            whole = replace(whole, ability=found_ability.theta, ability_se=found_ability.se)
    yield whole


def _solved(found: Solved, held: Sequence[Marked]) -> Issued:
    of = [one for one in held if found.category in {ALL, one.category}]
    return Issued(
        scale=found.category,
        value=float(found.right),
        answered=sum(one.right is not None for one in of),
        items=found.given,
        version=SCORING["solved"],
    )


def _held_against(one: Issued, table: NormTable | None) -> Issued:
    """With its band and percentile; without them where there is no group, or its reliability is unknown."""
    found = band(table, one.value) if table is not None and one.value is not None else None
    if found is None:
        return one
    return replace(
        one,
        low=found.low,
        high=found.high,
        percentile=found.percentile,
        percentile_low=found.percentile_low,
        percentile_high=found.percentile_high,
    )
