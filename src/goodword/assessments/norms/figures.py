"""The scores of many people on each scale of a test, and how reliable they are. Pure.

| kind of test | reliability from |
|---|---|
| scales | alpha and omega over the items of the scale, turned by their keys |
| judgement | alpha and omega over the distances of the actions |
| questions | alpha and omega over the right-or-wrong items, which are the same for everybody |
| reasoning | the calibration, for all of it; else, and for a category, two halves (psychometrics.reliability) |
"""

from collections.abc import Sequence
from dataclasses import dataclass

from goodword.assessments.kinds import Content, kind_of
from goodword.assessments.kinds.scores import Reliability
from goodword.assessments.norms.first_attempts import TakenPart
from goodword.assessments.psychometrics.rasch import Calibration
from goodword.assessments.scoring import compute_scores


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
        for one in compute_scores(content, form=form, items=person.items, answers=person.answers):
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
    """How reliable each scale is in these people's answers; by items, only of those who answered all of them."""
    return kind_of(content).reliability(content, form=form, people=people, calibration=calibration)
