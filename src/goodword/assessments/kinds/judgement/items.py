"""Situations with actions to rate: their answer form, and their scores.

With ratings a_i of the n rated actions, and their keys k_i, on an answer scale from `low` to `high`:

    distance_i = |a_i - k_i|
    score      = (distance_1 + ... + distance_n) / n
    smallest   = (|k_1 - nearest value| + ... + |k_n - nearest value|) / n
    largest    = (max(k_1 - low, high - k_1) + ... + max(k_n - low, high - k_n)) / n

Keys can lie between two answers, so `smallest` is 0 only if every key is an answer of the scale. A score needs
ratings of three quarters of the actions, as for scales.

Distance scoring goes back to Legree (1995), Intelligence 21, 247-266. The distance also reflects response style: people
who only use the ends or the middle of the scale get other distances than people of equal judgement who use the whole
scale. It is therefore only descriptive.

The result is the correlation with the key within situations (psychometrics.profiles), which ignores level and spread.
It is rounded to two decimals with its interval, so candidates with the same figure have the same percentile. It is None
if somebody gives all actions of each situation the same rating. McDaniel, Psotka, Legree, Yost and Weekley (2011,
Journal of Applied Psychology 96, 327-336) and Weng, Yang, Lievens and McDaniel (2018, Journal of Vocational Behavior
104, 199-209) show that scores without response style predict better and differ less between groups.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from django import forms
from django.forms import BoundField
from django.http import QueryDict
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from goodword.assessments.kinds.items import (
    PRACTICE,
    Files,
    Item,
    ItemForm,
    ScaleField,
    Solution,
    UnknownOption,
)
from goodword.assessments.kinds.judgement.content import Action, JudgementSet, Situation
from goodword.assessments.kinds.scores import ALL, ComputedScore, ScoringError, needed_answers
from goodword.assessments.psychometrics import SCORING
from goodword.assessments.psychometrics.profiles import GroupSums, correlation_within, group, interval
from goodword.core.text import reading_seconds
from goodword.core.validation import Json

WITHIN_SCORING_VERSION = SCORING["judgement_within"]
#: the scale of the correlation within situations, the result
WITHIN: Final = "within"


@dataclass(frozen=True, slots=True, kw_only=True)
class SituationItem:
    """A situation with actions. Its answer is {action id: value}; actions may be missing from it."""

    id: str
    situation: Situation
    judgement: JudgementSet

    @property
    def is_written(self) -> bool:
        return False

    @property
    def megabytes(self) -> int:
        return 0

    @property
    def text(self) -> str:
        return self.situation.text

    def check(self, value: Json) -> Json:
        allowed = {option.value for option in self.judgement.response_scale}
        actions = {action.id for action in self.situation.actions}
        if not isinstance(value, Mapping) or not value or not set(value) <= actions:
            raise UnknownOption(value)
        for rating in value.values():
            if isinstance(rating, bool) or rating not in allowed:
                raise UnknownOption(value)
        return dict(value)

    def is_whole(self, value: Json) -> bool:
        return isinstance(value, Mapping) and len(value) == len(self.situation.actions)

    def form(
        self,
        data: QueryDict | None = None,
        *,
        files: Files | None = None,
        saved: Json = None,
        partly: bool = False,
    ) -> ItemForm:
        del files
        return SituationForm(data, item=self, saved=saved, partly=partly)

    def rendered(self) -> str:
        return self.text

    def rendered_answer(self, value: Json, *, files: Mapping[int, str] | None = None) -> Json:
        del files
        return self._labelled(value, [action.text for action in self.situation.actions])

    def rendered_answer_only(self, value: Json) -> Json:
        numbers = range(1, len(self.situation.actions) + 1)
        return self._labelled(
            value, [gettext("Action %(number)s") % {"number": number} for number in numbers]
        )

    def deidentified_answer(self, value: Json) -> dict[str, Any]:
        return {"value": value}

    def solution(self, value: Json) -> Solution | None:
        del value
        return None

    def reading_seconds(self) -> float:
        return reading_seconds(self.text) + sum(
            reading_seconds(action.text) for action in self.situation.actions
        )

    def _labelled(self, value: Json, names: list[str]) -> Json:
        labels = {option.value: option.label for option in self.judgement.response_scale}
        ratings = value if isinstance(value, Mapping) else {}
        return {
            name: labels.get(chosen, chosen) if isinstance(chosen, int) else chosen
            for name, action in zip(names, self.situation.actions, strict=True)
            if (chosen := ratings.get(action.id)) is not None
        }


def situation_items(judgement: JudgementSet) -> tuple[SituationItem, ...]:
    return tuple(
        SituationItem(id=situation.id, situation=situation, judgement=judgement)
        for situation in judgement.situations
    )


def practice_situation(judgement: JudgementSet) -> SituationItem:
    """The practice situation, with as many actions as the first situation, up to four, since instructions may mention
    the number."""
    situation = Situation(
        id=PRACTICE,
        text=gettext("You are on your way to a meeting and realise that you will be ten minutes late."),
        actions=(
            Action(
                id="call",
                text=gettext("You send a short message to say when you will be there."),
                effectiveness=4.5,
            ),
            Action(
                id="hurry",
                text=gettext("You hurry and explain when you arrive."),
                effectiveness=2.0,
            ),
            Action(
                id="notes",
                text=gettext("You ask somebody in the meeting to take notes for you."),
                effectiveness=4.0,
            ),
            Action(
                id="stay",
                text=gettext("You turn back and read the minutes afterwards."),
                effectiveness=1.0,
            ),
        )[: len(judgement.situations[0].actions)],
    )
    return SituationItem(id=PRACTICE, situation=situation, judgement=judgement)


class SituationForm(forms.Form):
    """`partly`: some ratings may be missing."""

    template = "assessments/portal/items/situation.html"
    has_error_summary = False

    def __init__(
        self,
        data: QueryDict | Mapping[str, Any] | None = None,
        *,
        item: SituationItem,
        saved: Json = None,
        partly: bool = False,
    ) -> None:
        known = saved if isinstance(saved, Mapping) else {}
        super().__init__(data, initial={f"action_{key}": value for key, value in known.items()})
        options = [(option.value, option.label) for option in item.judgement.response_scale]
        self.text = item.text
        self.names = {f"action_{action.id}": action.id for action in item.situation.actions}
        for action in item.situation.actions:
            field = ScaleField(options, label=action.text, required=not partly)
            field.error_messages["required"] = _("Choose how effective this is.")
            self.fields[f"action_{action.id}"] = field

    @property
    def actions(self) -> list[BoundField]:
        return [self[name] for name in self.names]

    def clean(self) -> None:
        if not self.errors and all(self.cleaned_data.get(name) is None for name in self.names):
            self.add_error(next(iter(self.names)), _("Choose how effective this is."))

    @property
    def value(self) -> Json:
        return {
            action: self.cleaned_data[name]
            for name, action in self.names.items()
            if self.cleaned_data.get(name) is not None
        }

    @property
    def sentences(self) -> list[str]:
        return [sentence for _, sentence in self.problems]

    @property
    def problems(self) -> list[tuple[str, str]]:
        return [
            (
                f"{self[name].auto_id}_0",
                gettext("“%(action)s”: %(problem)s") % {"action": self.fields[name].label, "problem": error},
            )
            for name, errors in self.errors.items()
            for error in errors
        ]


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionScore:
    """The score of one action, in steps of the answer scale; `answer` and `distance` are None if it was not rated."""

    situation_id: str
    action_id: str
    text: str
    answer: int | None
    key: float
    distance: float | None
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgementScore:
    """`mean`: in steps of the answer scale; None if fewer than `needed` actions were rated. `smallest`, `largest`: its
    extremes. `within`: the correlation with the key within situations, with its 90% `interval`, to two decimals."""

    distance: float | None
    within: float | None
    interval: tuple[float, float] | None
    smallest: float
    largest: float
    n_answered: int
    n_actions: int
    needed: int
    actions: tuple[ActionScore, ...]


def judge(judgement: JudgementSet, answers: Mapping[str, int]) -> JudgementScore:
    """Score by the formula above; `answers` by action id. Raises `ScoringError` for answers that don't belong to this
    set."""
    _check(judgement, answers)
    scored = tuple(
        _action_score(situation, action, answers.get(action.id))
        for situation in judgement.situations
        for action in situation.actions
    )
    distances = [score.distance for score in scored if score.distance is not None]
    keys = [score.key for score in scored if score.answer is not None] or [score.key for score in scored]
    needed = needed_answers(len(scored))
    enough = len(distances) >= needed
    groups = profile(scored) if enough else []
    within, found = correlation_within(groups), interval(groups)
    return JudgementScore(
        distance=sum(distances) / len(distances) if enough else None,
        within=None if within is None else _hundredths(within),
        interval=None if found is None else (_hundredths(found[0]), _hundredths(found[1])),
        smallest=smallest_distance(judgement, keys),
        largest=sum(max(key - judgement.lowest, judgement.highest - key) for key in keys) / len(keys),
        n_answered=len(distances),
        n_actions=len(scored),
        needed=needed,
        actions=scored,
    )


def _hundredths(value: float) -> float:
    """Round to two decimals, never to −0.0."""
    return round(value, 2) + 0.0


def profile(actions: Sequence[ActionScore]) -> list[GroupSums]:
    """A group for each situation in order, with the ratings and keys of its rated actions."""
    pairs: dict[str, list[tuple[int, float]]] = {}
    for action in actions:
        rated = pairs.setdefault(action.situation_id, [])
        if action.answer is not None:
            rated.append((action.answer, action.key))
    return [group([answer for answer, _ in rated], [key for _, key in rated]) for rated in pairs.values()]


def judgement_scores(
    judgement: JudgementSet, items: Sequence[Item], answers: Mapping[str, Json]
) -> Iterator[ComputedScore]:
    found = judge(without_void(judgement, items), ratings(answers))
    yield ComputedScore(
        scale=ALL,
        value=found.distance,
        answered=found.n_answered,
        items=found.n_actions,
        version=SCORING["judgement"],
    )
    yield ComputedScore(
        scale=WITHIN,
        value=found.within,
        low=found.interval and found.interval[0],
        high=found.interval and found.interval[1],
        has_own_band=True,
        answered=found.n_answered,
        items=found.n_actions,
        version=WITHIN_SCORING_VERSION,
    )


def without_void(judgement: JudgementSet, items: Sequence[Item]) -> JudgementSet:
    counting = {item.id for item in items}
    return replace(
        judgement,
        situations=tuple(situation for situation in judgement.situations if situation.id in counting),
    )


def ratings(answers: Mapping[str, Json]) -> dict[str, int]:
    return {
        action: value
        for situation in answers.values()
        if isinstance(situation, Mapping)
        for action, value in situation.items()
        if isinstance(value, int)
    }


def smallest_distance(judgement: JudgementSet, keys: Sequence[float]) -> float:
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


def _action_score(situation: Situation, action: Action, answer: int | None) -> ActionScore:
    return ActionScore(
        situation_id=situation.id,
        action_id=action.id,
        text=action.text,
        answer=answer,
        key=action.effectiveness,
        distance=None if answer is None else abs(answer - action.effectiveness),
        reason=action.reason,
    )


def overview_line(n: int, about: str) -> str:
    return ngettext(
        "%(n)s situation, %(about)s, untimed.",
        "%(n)s situations, %(about)s, untimed.",
        n,
    ) % {"n": n, "about": about}


def mail_line(title: str, n: int, about: str) -> str:
    return ngettext(
        "%(title)s: %(n)s situation, %(about)s",
        "%(title)s: %(n)s situations, %(about)s",
        n,
    ) % {"title": title, "n": n, "about": about}
