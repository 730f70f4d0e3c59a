from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from goodword.greenhouse.setup.catalogue import LinkableJob, Post, Stage
from goodword.workspace.assessment_plan.forms import default_test_scales_field, refuse_half_a_requirement
from goodword.workspace.automation.access import parse_id
from goodword.workspace.automation.draft import AutomationDraft
from goodword.workspace.role.step_forms import DelayField

REQUIREMENT_LENGTH = 1000

NONE = "0"
MOST_STAGES = 200


def _chosen(value: str) -> int | None:
    return int(value) or None


def _stages(label: Any) -> forms.TypedMultipleChoiceField:
    gone = _("A selected stage no longer exists in Greenhouse. Check the stages.")
    return forms.TypedMultipleChoiceField(
        label=label,
        help_text=_("Select any number."),
        coerce=int,
        required=False,
        error_messages={"invalid_choice": gone, "invalid_list": gone},
        widget=forms.CheckboxSelectMultiple,
    )


def _delay() -> DelayField:
    return DelayField(
        label=_("Delay before the invitation"),
    )


class StagesForm(forms.Form):
    assessment = _stages(_("Stages that start the assessment"))
    assessment_delay = _delay()
    reference_check = _stages(_("Stages that start the reference check"))
    reference_check_delay = _delay()
    post = forms.TypedChoiceField(
        label=_("Job title shown to candidates"),
        coerce=_chosen,
        empty_value=None,
        error_messages={
            "required": _("Choose a job post, or the role's title."),
            "invalid_choice": _("This job post no longer exists in Greenhouse. Choose another."),
        },
    )
    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(
        self,
        data: QueryDict | None = None,
        *,
        job: LinkableJob,
        stages: Sequence[Stage],
        role_title: str,
        draft: AutomationDraft,
    ) -> None:
        there = {stage.id for stage in stages}
        super().__init__(data, initial=_initial(draft, there))
        steps = [(str(stage.id), stage.name) for stage in stages]
        own = _("Role title: %(title)s") % {"title": role_title}
        posts = [(NONE, own), *((str(post.id), _label(post)) for post in job.posts)]
        for name, choices in (("assessment", steps), ("reference_check", steps), ("post", posts)):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField | forms.MultipleChoiceField)
            field.choices = choices

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        none = data.get("assessment", [0]) == [] and data.get("reference_check", [0]) == []
        if none:
            self.add_error("assessment", _("Map a stage to at least one step."))
        return data

    def draft(self) -> AutomationDraft:
        return AutomationDraft(**self.cleaned_data)


class ConfirmMappingForm(forms.Form):
    """`there`: applications already in the stages. `asks`: confirming publishes the default assessment with the
    requirement (initially `proposed`) and its scales. `draft`: confirming publishes a member's draft."""

    requirement = forms.CharField(
        label=_("Publish it for this job requirement"),
        max_length=REQUIREMENT_LENGTH,
        required=False,
        error_messages={"max_length": _("Use at most %(limit_value)d characters.")},
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    publish = forms.BooleanField(label=_("Publish it now"), required=False, initial=True)
    invite = forms.TypedMultipleChoiceField(
        coerce=int,
        required=False,
        error_messages={
            "invalid_choice": _("A selected candidate is no longer in these stages. Check the selection."),
            "invalid_list": _("Choose candidates from the list."),
        },
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(
        self,
        data: QueryDict | None = None,
        *,
        there: Sequence[tuple[int, str]],
        asks: bool = False,
        proposed: str = "",
        draft: bool = False,
    ) -> None:
        super().__init__(data, initial={"requirement": proposed})
        field = self.fields["invite"]
        assert isinstance(field, forms.TypedMultipleChoiceField)
        field.choices = there
        if not asks:
            del self.fields["requirement"]
        else:
            self.fields["requirement"].help_text = (
                _("From the job post. If empty, candidates wait.")
                if proposed
                else _(
                    "For example: manages a portfolio of clients independently. Printed in the report with your name. "
                    "If empty, candidates wait until you publish."
                )
            )
            self.fields["scales"] = default_test_scales_field()
        if not draft:
            del self.fields["publish"]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        refuse_half_a_requirement(self)
        return data


def unchecked_draft(data: QueryDict) -> AutomationDraft:
    return AutomationDraft(
        post=parse_id(data.get("post")) or None,
        assessment=_numbers(data.getlist("assessment")),
        reference_check=_numbers(data.getlist("reference_check")),
        assessment_delay=_minutes(data, "assessment_delay"),
        reference_check_delay=_minutes(data, "reference_check_delay"),
        seen=data.get("seen", "")[:60],
    )


def _numbers(texts: Sequence[str]) -> list[int]:
    found = [parse_id(text) for text in texts[:MOST_STAGES]]
    return [number for number in found if number]


def _minutes(data: QueryDict, name: str) -> int:
    try:
        return int(DelayField().clean([data.get(f"{name}_0", ""), data.get(f"{name}_1", "")]) or 0)
    except ValidationError:
        return 0


def _initial(draft: AutomationDraft, there: set[int]) -> dict[str, Any]:
    return {
        "post": draft.post or NONE,
        "assessment": [stage for stage in draft.assessment if stage in there],
        "reference_check": [stage for stage in draft.reference_check if stage in there],
        "assessment_delay": draft.assessment_delay,
        "reference_check_delay": draft.reference_check_delay,
        "seen": draft.seen,
    }


def _label(post: Post) -> str:
    title = post.title or str(_("Untitled job post"))
    notes = [str(_("internal"))] if post.internal else []
    notes += [] if post.live else [str(_("not live"))]
    return f"{title} ({', '.join(notes)})" if notes else title
