"""Simulated people with equal judgement who use the answer scale in different ways."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from random import Random
from statistics import fmean
from typing import Final

from goodword.assessments.kinds.judgement.content import Action, JudgementSet
from goodword.assessments.kinds.judgement.items import judge
from goodword.assessments.psychometrics.norms import norm_table, percentile

#: how much each style stretches the scale about its middle; the norm group has equal numbers of each
STYLES: Final[Mapping[str, float]] = {"ends": 2.2, "average": 1.0, "middle": 0.45}
#: standard deviation of a person's errors about the key, in scale points: from good to poor judgement
ERRORS: Final = (0.5, 2.5)


@dataclass(frozen=True, slots=True)
class MeanPercentiles:
    """Mean percentiles by style. For the distance, 100 minus the percentile: high means close to the key."""

    distance: Mapping[str, float]
    correlation: Mapping[str, float]


def with_moderate_key(judgement: JudgementSet) -> JudgementSet:
    """A set whose keys are moved towards the middle, like the means of a panel that doesn't fully agree."""
    middle = (judgement.lowest + judgement.highest) / 2

    def moderate(action: Action) -> Action:
        return replace(action, effectiveness=round(middle + 0.6 * (action.effectiveness - middle), 2))

    return replace(
        judgement,
        situations=tuple(
            replace(situation, actions=tuple(moderate(action) for action in situation.actions))
            for situation in judgement.situations
        ),
    )


def ratings_of(judgement: JudgementSet, source: Random, *, error: float, stretch: float) -> dict[str, int]:
    low, high = judgement.lowest, judgement.highest
    middle = (low + high) / 2
    return {
        action.id: max(
            low, min(high, round(middle + stretch * (action.effectiveness + source.gauss(0, error) - middle)))
        )
        for action in judgement.actions
    }


def simulated(judgement: JudgementSet, *, people: int, seed: int = 1) -> MeanPercentiles:
    """Simulate `people` of each style with the same judgement. Returns their mean percentiles among all."""
    source = Random(seed)
    errors = [source.uniform(*ERRORS) for _ in range(people)]
    found = {
        style: [
            judge(judgement, ratings_of(judgement, source, error=error, stretch=stretch)) for error in errors
        ]
        for style, stretch in STYLES.items()
    }
    distances = {style: [-(score.distance or 0) for score in scores] for style, scores in found.items()}
    correlations = {
        style: [score.within for score in scores if score.within is not None]
        for style, scores in found.items()
    }
    return MeanPercentiles(distance=_means(distances), correlation=_means(correlations))


def _means(scores: Mapping[str, Sequence[float]]) -> dict[str, float]:
    table = norm_table([value for of_style in scores.values() for value in of_style], None)
    return {
        style: fmean(percentile(table, value) for value in of_style) for style, of_style in scores.items()
    }
