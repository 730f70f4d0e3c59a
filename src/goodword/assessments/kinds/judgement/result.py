"""The result of situational judgement: the distance of each rating from the key."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import fmean
from typing import ClassVar, Final, Self

from goodword.assessments.kinds.items import Item
from goodword.assessments.kinds.judgement.content import JudgementSet
from goodword.assessments.kinds.judgement.scoring import (
    ActionScore,
    judge,
    ratings,
    without_void,
)
from goodword.assessments.kinds.judgement.sheet import judgement_sheet
from goodword.assessments.kinds.normed_scores import NormedScore, normed_score
from goodword.assessments.kinds.results import CandidateResult, PartResult, requirement_of
from goodword.assessments.kinds.scores import ALL
from goodword.assessments.kinds.technical_sheet import Known
from goodword.assessments.models import AttemptPart, Score
from goodword.core.json_reading import Json
from goodword.ui.scales import written_number

#: steps from the key, on average over a situation's actions, up to which ratings are near to it
NEAR: Final = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class RatedAction:
    """One action: how it was rated, its key, the distance between them in steps, and why the key is so.

    `answer`, `label` and `distance` are None where it was not rated.
    """

    text: str
    answer: int | None
    label: str | None
    key: float
    distance: float | None
    reason: str

    @property
    def key_text(self) -> str:
        """The key as people write it: "5", "3.5"."""
        return f"{self.key:g}"

    @property
    def distance_text(self) -> str:
        """The distance; empty where there is none."""
        return "" if self.distance is None else f"{self.distance:g}"


@dataclass(frozen=True, slots=True, kw_only=True)
class RatedScenario:
    """A situation with its actions, in the order shown."""

    text: str
    actions: tuple[RatedAction, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgementResult(PartResult):
    """Situational judgement. `distance`: the mean distance from the key in steps of the answer scale, None if too few
    actions were rated. `smallest` and `largest`: its possible extremes for the same actions."""

    template: ClassVar[str] = "assessments/result/judgement.html"

    distance: float | None
    smallest: float
    largest: float
    answered: int
    items: int
    lowest: int
    highest: int
    response_labels: tuple[str, ...]
    key_basis: str
    scenarios: tuple[RatedScenario, ...]
    standing: NormedScore | None = None
    #: situations that the line broke at, which do not count
    voided: int = 0

    def without_items(self) -> Self:
        return replace(self, scenarios=(), items_left_out=True)

    def for_candidate(self) -> "CandidateJudgement":
        return CandidateJudgement(
            kind=self.kind,
            title=self.title,
            key_basis=self.key_basis,
            steps=" · ".join(
                f"{value} {label}" for value, label in enumerate(self.response_labels, start=self.lowest)
            ),
            situations=tuple(CandidateSituation(scenario=one, near=_is_near(one)) for one in self.scenarios),
        )

    @property
    def distance_text(self) -> str:
        """The mean distance; empty where there is none."""
        return "" if self.distance is None else written_number(self.distance)

    @property
    def smallest_text(self) -> str:
        """The smallest possible distance. With two decimals, because a few half steps among many keys matter."""
        return f"{self.smallest:.2f}" if self.smallest else "0"

    @property
    def largest_text(self) -> str:
        """The largest that it could have been."""
        return written_number(self.largest)

    @property
    def rule_text(self) -> str:
        """How the mean comes about: "(0 + 1 + 0.5) ÷ 3 = 0.5"; empty if there is none."""
        distances = [
            action.distance
            for scenario in self.scenarios
            for action in scenario.actions
            if action.distance is not None
        ]
        if self.distance is None or not distances:
            return ""
        return f"({' + '.join(f'{one:g}' for one in distances)}) ÷ {len(distances)} = {self.distance:.4g}"


@dataclass(frozen=True, slots=True, kw_only=True)
class CandidateSituation:
    """A situation with its actions: whether the ratings were `near` to the key, None if none was rated."""

    scenario: RatedScenario
    near: bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CandidateJudgement(CandidateResult):
    """The situations. `steps` is the answer scale: "1 Very ineffective · 2 Rather ineffective"."""

    key_basis: str
    steps: str
    situations: tuple[CandidateSituation, ...]

    @property
    def near(self) -> int:
        """In how many situations the ratings were near to the key."""
        return sum(one.near is True for one in self.situations)


def judgement_result(
    part: AttemptPart,
    content: JudgementSet,
    *,
    items: Sequence[Item],
    answers: Mapping[str, Json],
    scores: Mapping[str, Score],
    known: Known,
) -> JudgementResult:
    """The stored distance with the actions behind it. `scores` by scale."""
    score, content = scores[ALL], without_void(content, items)
    found = judge(content, ratings(answers))
    actions = {one.action_id: one for one in found.actions}
    return JudgementResult(
        kind=part.version.test.kind,
        order=part.order,
        title=content.name,
        sheet=replace(judgement_sheet(content, known), n_items=score.items),
        requirement=requirement_of(part),
        scoring_version=score.scoring_version,
        distance=score.value,
        smallest=found.smallest,
        largest=found.largest,
        answered=score.answered,
        items=score.items,
        lowest=content.lowest,
        highest=content.highest,
        response_labels=tuple(option.label for option in content.response_scale),
        key_basis=content.key_basis,
        voided=len(part.void),
        scenarios=tuple(
            RatedScenario(
                text=scenario.text,
                actions=tuple(_action(actions[action.id], content) for action in scenario.actions),
            )
            for scenario in content.scenarios
        ),
        standing=normed_score(score, by_distance=True),
    )


def _action(found: ActionScore, content: JudgementSet) -> RatedAction:
    labels = {option.value: option.label for option in content.response_scale}
    return RatedAction(
        text=found.text,
        answer=found.answer,
        label=None if found.answer is None else labels[found.answer],
        key=found.key,
        distance=found.distance,
        reason=found.reason,
    )


def _is_near(scenario: RatedScenario) -> bool | None:
    distances = [one.distance for one in scenario.actions if one.distance is not None]
    return fmean(distances) <= NEAR if distances else None
