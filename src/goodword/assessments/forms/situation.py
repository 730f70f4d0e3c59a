"""A situation: each of its actions on the answer scale."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.forms import BoundField
from django.http import QueryDict
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from goodword.assessments.forms.statement import ScaleField
from goodword.assessments.given import Situation
from goodword.questionnaires.reading import Json


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
