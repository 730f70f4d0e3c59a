"""Situations with actions to rate, and their answer form."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.forms import BoundField
from django.http import QueryDict
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from goodword.assessments.kinds.items import PRACTICE, Files, ItemForm, Solution, UnknownOption
from goodword.assessments.kinds.judgement.content import Action, JudgementSet, Scenario
from goodword.assessments.kinds.scales.items import ScaleField
from goodword.core.json_reading import Json
from goodword.questionnaires.timing import reading_seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """A situation with actions. Its answer is {action id: value}; actions may be missing from it."""

    id: str
    scenario: Scenario
    judgement: JudgementSet

    @property
    def text(self) -> str:
        return self.scenario.text

    @property
    def is_confidential(self) -> bool:
        return True

    def check(self, value: Json) -> Json:
        allowed = {option.value for option in self.judgement.response_scale}
        actions = {action.id for action in self.scenario.actions}
        if not isinstance(value, Mapping) or not value or not set(value) <= actions:
            raise UnknownOption(value)
        for one in value.values():
            if isinstance(one, bool) or one not in allowed:
                raise UnknownOption(value)
        return dict(value)

    def is_whole(self, value: Json) -> bool:
        return isinstance(value, Mapping) and len(value) == len(self.scenario.actions)

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
        return self._labelled(value, [action.text for action in self.scenario.actions])

    def rendered_answer_only(self, value: Json) -> Json:
        numbers = range(1, len(self.scenario.actions) + 1)
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
            reading_seconds(action.text) for action in self.scenario.actions
        )

    def _labelled(self, value: Json, names: list[str]) -> Json:
        """The label of each rating by the name of its action."""
        labels = {option.value: option.label for option in self.judgement.response_scale}
        ratings = value if isinstance(value, Mapping) else {}
        return {
            name: labels.get(chosen, chosen) if isinstance(chosen, int) else chosen
            for name, action in zip(names, self.scenario.actions, strict=True)
            if (chosen := ratings.get(action.id)) is not None
        }


def situations(judgement: JudgementSet) -> tuple[Situation, ...]:
    """The situations of a set, in order."""
    return tuple(
        Situation(id=scenario.id, scenario=scenario, judgement=judgement) for scenario in judgement.scenarios
    )


def practice_situation(judgement: JudgementSet) -> Situation:
    """A situation to practise on, in the active language."""
    scenario = Scenario(
        id=PRACTICE,
        text=gettext("You are on your way to a meeting and notice that you will be ten minutes late."),
        actions=(
            Action(
                id="call",
                text=gettext("You send a short message and say when you will be there."),
                effectiveness=4.5,
                reason="",
            ),
            Action(
                id="hurry",
                text=gettext("You hurry and explain yourself when you arrive."),
                effectiveness=2.0,
                reason="",
            ),
        ),
    )
    return Situation(id=PRACTICE, scenario=scenario, judgement=judgement)


class SituationForm(forms.Form):
    """The answers to the actions of one situation. While they are given, some may still be missing (`partly`)."""

    template = "assessments/portal/ask_situation.html"

    def __init__(
        self,
        data: QueryDict | Mapping[str, Any] | None = None,
        *,
        item: Situation,
        saved: Json = None,
        partly: bool = False,
    ) -> None:
        known = saved if isinstance(saved, Mapping) else {}
        super().__init__(data, initial={f"action_{key}": value for key, value in known.items()})
        options = [(option.value, option.label) for option in item.judgement.response_scale]
        self.text = item.text
        self.names = {f"action_{action.id}": action.id for action in item.scenario.actions}
        for action in item.scenario.actions:
            field = ScaleField(options, label=action.text, required=not partly)
            field.error_messages["required"] = _("Choose how effective this is.")
            self.fields[f"action_{action.id}"] = field

    @property
    def actions(self) -> list[BoundField]:
        """The actions, in order."""
        return [self[name] for name in self.names]

    def clean(self) -> None:
        """Something must be chosen."""
        if not self.errors and all(self.cleaned_data.get(name) is None for name in self.names):
            self.add_error(next(iter(self.names)), _("Choose how effective this is."))

    @property
    def value(self) -> Json:
        """{action id: value}, of those that were chosen."""
        return {
            action: self.cleaned_data[name]
            for name, action in self.names.items()
            if self.cleaned_data.get(name) is not None
        }

    @property
    def sentences(self) -> list[str]:
        """Error sentences, each naming its action."""
        return [sentence for _, sentence in self.problems]

    @property
    def problems(self) -> list[tuple[str, str]]:
        """`sentences`, each with the id of the action's first answer."""
        return [
            (
                f"{self[name].auto_id}_0",
                gettext("“%(action)s”: %(problem)s") % {"action": self.fields[name].label, "problem": error},
            )
            for name, errors in self.errors.items()
            for error in errors
        ]
