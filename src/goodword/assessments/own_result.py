"""A candidate's own result, in plain words and in the language that they took it in.

It says where their answers lie and what could be learned from them. It holds them against nobody, and no end of a
scale is better than the other.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean

from django.utils.translation import gettext

from goodword.assessments.result import (
    AttemptResult,
    JudgementResult,
    Part,
    QuestionsResult,
    ReasoningResult,
    ScaleResult,
    ScalesResult,
    ScenarioShown,
    TaskShown,
)

#: tasks whose rules are explained
EXAMPLES = 2
#: steps from the key, on average over a situation's actions, up to which a view is near to it
NEAR = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnScale:
    """One scale: where the answers lie, in a sentence, and what both ends mean."""

    name: str
    description: str
    where: str
    low_label: str
    low_text: str
    high_label: str
    high_text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnSituation:
    """A situation with its actions: whether the view of it was `near` to the key, None where nothing was rated."""

    scenario: ScenarioShown
    near: bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnPart:
    """One part. What does not belong to its `kind` is empty."""

    kind: str
    title: str
    scales: tuple[OwnScale, ...] = ()
    solved: int = 0
    given: int = 0
    examples: tuple[TaskShown, ...] = ()
    key_basis: str = ""
    #: the answer scale: "1 Very ineffective · 2 Rather ineffective"
    steps: str = ""
    situations: tuple[OwnSituation, ...] = ()

    @property
    def near(self) -> int:
        """In how many situations the view was near to the key."""
        return sum(one.near is True for one in self.situations)


def own_parts(result: AttemptResult) -> tuple[OwnPart, ...]:
    """The parts of a result as their candidate reads them, in the active language."""
    return tuple(_part(part) for part in result.parts)


def _part(part: Part) -> OwnPart:
    match part:
        case ScalesResult():
            scales = tuple(_scale(found, part) for found in part.scales)
            return OwnPart(kind=part.kind, title=part.title, scales=scales)
        case ReasoningResult():
            return OwnPart(
                kind=part.kind,
                title=gettext("Reasoning"),
                solved=part.whole.solved,
                given=part.whole.given,
                examples=examples(part.tasks),
            )
        case JudgementResult():
            return OwnPart(
                kind=part.kind,
                title=part.title,
                key_basis=part.key_basis,
                steps=" · ".join(
                    f"{value} {label}" for value, label in enumerate(part.response_labels, start=part.lowest)
                ),
                situations=tuple(OwnSituation(scenario=one, near=_is_near(one)) for one in part.scenarios),
            )
        case QuestionsResult():
            return OwnPart(kind=part.kind, title=part.title)


def _scale(found: ScaleResult, part: ScalesResult) -> OwnScale:
    scale = found.scale
    return OwnScale(
        name=scale.name,
        description=scale.description,
        where=where(found.mean, part.minimum, part.maximum, low=scale.low_label, high=scale.high_label),
        low_label=scale.low_label,
        low_text=scale.low_text,
        high_label=scale.high_label,
        high_text=scale.high_text,
    )


def where(mean: float | None, minimum: int, maximum: int, *, low: str, high: str) -> str:
    """Where answers lie between two ends, in a sentence: the scale is cut into five equal stretches."""
    if mean is None:
        return gettext("Too few answers to say where they lie.")
    place = (mean - minimum) / (maximum - minimum)
    if place < 1 / 5:
        return gettext("Your answers lie close to the end “%(end)s”.") % {"end": low}
    if place < 2 / 5:
        return gettext("Your answers lie between the middle and the end “%(end)s”.") % {"end": low}
    if place <= 3 / 5:
        return gettext("Your answers lie around the middle, between both ends.")
    if place <= 4 / 5:
        return gettext("Your answers lie between the middle and the end “%(end)s”.") % {"end": high}
    return gettext("Your answers lie close to the end “%(end)s”.") % {"end": high}


def examples(tasks: Sequence[TaskShown]) -> tuple[TaskShown, ...]:
    """Two tasks whose rules are worth explaining: those that were not solved first, of two categories if there are."""
    wanted = sorted(tasks, key=lambda task: (task.solved, task.number))
    found = {task.category: task for task in reversed(wanted)}
    chosen = [task for task in wanted if found[task.category] is task][:EXAMPLES]
    others = [task for task in wanted if task not in chosen]
    return tuple(sorted([*chosen, *others][:EXAMPLES], key=lambda task: task.number))


def _is_near(scenario: ScenarioShown) -> bool | None:
    distances = [one.distance for one in scenario.actions if one.distance is not None]
    return fmean(distances) <= NEAR if distances else None
