"""Distance scores for situational judgement: pure, versioned, the same code for every set.

With ratings a_i of the n rated actions, and their keys k_i, on an answer scale from `low` to `high`:

    distance_i = |a_i - k_i|
    score      = (distance_1 + ... + distance_n) / n
    smallest   = (|k_1 - nearest value| + ... + |k_n - nearest value|) / n
    largest    = (max(k_1 - low, high - k_1) + ... + max(k_n - low, high - k_n)) / n

Keys can lie halfway between two answers, so `smallest`, the score of the ratings nearest to the key, is 0 only if every
key is an answer of the scale. `largest` is the greatest possible distance for these actions. There is a score only if
three quarters of the actions were rated, as for scales (`scoring.py`).

Scoring ratings by their distance from a key goes back to Legree (1995), Intelligence 21, 247-266. McDaniel, Psotka,
Legree, Yost and Weekley (2011), Journal of Applied Psychology 96, 327-336, show its weakness: the distance also
reflects how a person uses the scale. People who use only its ends, or only its middle, get a different distance from
people of the same judgement who use all of it. The score does not correct for this.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from goodword.assessments.kinds.items import Item
from goodword.assessments.kinds.judgement.content import Action, JudgementSet, Scenario
from goodword.assessments.kinds.scales.scoring import ScoringError, needed_answers
from goodword.assessments.kinds.scores import ALL, ComputedScore
from goodword.assessments.psychometrics.versions import SCORING
from goodword.core.json_reading import Json

JUDGEMENT_SCORING_VERSION = SCORING["judgement"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionScore:
    """How one action counts, in steps of the answer scale. `answer` and `distance` are None if it was not rated."""

    scenario_id: str
    action_id: str
    text: str
    answer: int | None
    key: float
    distance: float | None
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgementScore:
    """The mean distance from the key in steps of the answer scale; None if fewer than `needed` actions were rated.

    `smallest` and `largest` are the possible extremes for the rated actions, or for all if none was rated.
    """

    distance: float | None
    smallest: float
    largest: float
    n_answered: int
    n_actions: int
    needed: int
    actions: tuple[ActionScore, ...]


def judge(judgement: JudgementSet, answers: Mapping[str, int]) -> JudgementScore:
    """The score of a set; the formula stands above.

    `answers` maps ids of actions to values of the answer scale; an action left out is one not rated. Raises
    `ScoringError` for an answer that is not one of this set's.
    """
    _check(judgement, answers)
    scored = tuple(
        _action_score(scenario, action, answers.get(action.id))
        for scenario in judgement.scenarios
        for action in scenario.actions
    )
    rated = [one for one in scored if one.answer is not None]
    distances = [one.distance for one in scored if one.distance is not None]
    keys = [one.key for one in (rated or scored)]
    needed = needed_answers(len(scored))
    return JudgementScore(
        distance=sum(distances) / len(distances) if len(distances) >= needed else None,
        smallest=smallest_distance(judgement, keys),
        largest=sum(max(key - judgement.lowest, judgement.highest - key) for key in keys) / len(keys),
        n_answered=len(distances),
        n_actions=len(scored),
        needed=needed,
        actions=scored,
    )


def judgement_scores(
    judgement: JudgementSet, items: Sequence[Item], answers: Mapping[str, Json]
) -> Iterator[ComputedScore]:
    """The distance from the key over the situations that count."""
    found = judge(without_void(judgement, items), ratings(answers))
    yield ComputedScore(
        scale=ALL,
        value=found.distance,
        answered=found.n_answered,
        items=found.n_actions,
        version=JUDGEMENT_SCORING_VERSION,
    )


def without_void(judgement: JudgementSet, items: Sequence[Item]) -> JudgementSet:
    """The set with only those scenarios that are among the items that count."""
    counting = {item.id for item in items}
    return replace(judgement, scenarios=tuple(one for one in judgement.scenarios if one.id in counting))


def ratings(answers: Mapping[str, Json]) -> dict[str, int]:
    """The ratings of all situations together, by action id."""
    return {
        action: value
        for situation in answers.values()
        if isinstance(situation, Mapping)
        for action, value in situation.items()
        if isinstance(value, int)
    }


def smallest_distance(judgement: JudgementSet, keys: Sequence[float]) -> float:
    """The mean distance of the ratings nearest to the keys."""
    values = [option.value for option in judgement.response_scale]
    return sum(min(abs(value - key) for value in values) for key in keys) / len(keys)


def _check(judgement: JudgementSet, answers: Mapping[str, int]) -> None:
    known = {action.id for action in judgement.actions}
    values = {option.value for option in judgement.response_scale}
    for action_id, answer in answers.items():
        if action_id not in known:
            raise ScoringError(f"The action “{action_id}” is not part of this set.")
        if isinstance(answer, bool) or answer not in values:
            raise ScoringError(f"The answer {answer!r} to action “{action_id}” is not on the answer scale.")


def _action_score(scenario: Scenario, action: Action, answer: int | None) -> ActionScore:
    return ActionScore(
        scenario_id=scenario.id,
        action_id=action.id,
        text=action.text,
        answer=answer,
        key=action.effectiveness,
        distance=None if answer is None else abs(answer - action.effectiveness),
        reason=action.reason,
    )
