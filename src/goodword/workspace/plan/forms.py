"""The forms of what counts for an assessment as a whole, and of what is missing before it is published."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from goodword.assessments.models import Assessment, AssessmentPart
from goodword.assessments.plans.publishing import (
    MAX_REASON_LENGTH,
    MAX_RETAKE_MONTHS,
    MAX_WEIGHT,
    Settings,
    requirement_field,
    weight_field,
)
from goodword.assessments.plans.versions import PlannedPart
from goodword.workspace.plan.fields import one_of, requirement, whole
from goodword.workspace.plan.words import more_time_in_words, total_in_words

_MONTHS = gettext_lazy("Write 0 to %(n)d months.") % {"n": MAX_RETAKE_MONTHS}
_WEIGHT = gettext_lazy("Write a whole number from 1 to %(n)d.") % {"n": MAX_WEIGHT}


class PlanForm(forms.Form):
    """What counts for the assessment as a whole. `parts` are those of the draft, in order."""

    def __init__(
        self, data: QueryDict | None = None, *, draft: Assessment, parts: Sequence[PlannedPart]
    ) -> None:
        entering = [one.part for one in parts if one.right_or_wrong]
        super().__init__(data, initial=_of_plan(draft, entering))
        self.entering = entering
        if entering:
            self.fields["total"] = one_of(
                _("Total"), [(value, total_in_words(value)) for value in Assessment.Total.values]
            )
            for part in entering:
                self.fields[weight_field(part)] = whole(
                    _("Weight of “%(test)s”") % {"test": part.test.title},
                    least=1,
                    most=MAX_WEIGHT,
                    wrong=_WEIGHT,
                    required=False,
                )
            self.fields["total_reason"] = forms.CharField(
                label=_("Why they weigh so"),
                help_text=_("What in the job makes one count for more than another. The report prints it."),
                required=False,
                max_length=MAX_REASON_LENGTH,
                error_messages={"max_length": _("Write at most %(limit_value)d characters.")},
                widget=forms.Textarea(attrs={"rows": 2}),
            )
        self.fields["more_time"] = one_of(
            _("Somebody asks for more time"),
            [(str(value), more_time_in_words(value)) for value in Assessment.MoreTime.values],
            _("For timed parts. Nobody is notified of time granted at once, unless the candidate agrees."),
        )
        self.fields["tells_candidate"] = one_of(
            _("The candidate's own result"),
            [
                ("no", _("They do not get it")),
                ("yes", _("They get it in plain words when they have finished")),
            ],
        )
        self.fields["retake_months"] = whole(
            _("Months before the same person may take it again"),
            least=0,
            most=MAX_RETAKE_MONTHS,
            wrong=_MONTHS,
            help_text=_("0 for none. Until then an earlier result can be used."),
        )

    @property
    def weights(self) -> list[forms.BoundField]:
        """The fields of the weights."""
        return [self[weight_field(part)] for part in self.entering]

    def settings(self) -> Settings:
        """What was chosen, once the form is valid."""
        data = self.cleaned_data
        weights = {part.pk: data.get(weight_field(part)) for part in self.entering}
        return Settings(
            total=data.get("total", Assessment.Total.OFF),
            total_reason=data.get("total_reason", ""),
            weights={part: weight for part, weight in weights.items() if weight is not None},
            more_time=int(data["more_time"]),
            tells_candidate=data["tells_candidate"] == "yes",
            retake_months=data["retake_months"],
        )


class PublishForm(forms.Form):
    """The requirements that are still missing."""

    def __init__(self, data: QueryDict | None = None, *, parts: Sequence[PlannedPart]) -> None:
        super().__init__(data)
        self._missing = [one.part for one in parts if not one.part.requirement]
        for part in self._missing:
            label = _("Which requirement of the job does “%(test)s” serve?") % {"test": part.test.title}
            self.fields[requirement_field(part)] = requirement(label, required=True)

    def requirements(self) -> dict[int, str]:
        """What was said, by the id of the part, once the form is valid."""
        return {part.pk: self.cleaned_data[requirement_field(part)] for part in self._missing}


def _of_plan(draft: Assessment, entering: Sequence[AssessmentPart]) -> dict[str, Any]:
    return {
        "total": draft.total,
        "total_reason": draft.total_reason,
        "more_time": str(draft.more_time),
        "tells_candidate": "yes" if draft.tells_candidate else "no",
        "retake_months": draft.retake_months,
        **{weight_field(part): part.weight for part in entering},
    }
