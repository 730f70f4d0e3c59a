"""The forms of the wizard."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from goodword.greenhouse.setup.catalogue import Job, Post, Stage
from goodword.workspace.automation.draft import Draft

REQUIREMENT_LENGTH = 1000

#: the value of the option *None*
NONE = "0"


def _chosen(value: str) -> int | None:
    return int(value) or None


def _choice(label: Any) -> forms.TypedChoiceField:
    return forms.TypedChoiceField(label=label, coerce=_chosen, empty_value=None)


class StagesForm(forms.Form):
    """Which stage starts which step, for which requirement, under which title."""

    assessment = _choice(_("Stage that starts the assessment"))
    requirement = forms.CharField(
        label=_("What requirement of the job does the assessment serve?"),
        max_length=REQUIREMENT_LENGTH,
        help_text=_(
            "For example: plans and follows up a portfolio of clients on their own. Needed if a stage starts "
            "the assessment; the report prints it with your name and the date."
        ),
        error_messages={"required": _("Write a sentence. Without it no assessment is sent.")},
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    reference_check = _choice(_("Stage that starts the reference check"))
    post = _choice(_("Job post whose title candidates see"))

    def __init__(self, *args: Any, job: Job, stages: Sequence[Stage], role_title: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        steps = [(NONE, _("None")), *((str(stage.id), stage.name) for stage in stages)]
        own = _("None: the role's own title, %(title)s") % {"title": role_title}
        posts = [(NONE, own), *((str(post.id), _label(post)) for post in job.posts)]
        for name, choices in (("assessment", steps), ("reference_check", steps), ("post", posts)):
            field = self.fields[name]
            assert isinstance(field, forms.TypedChoiceField)
            field.choices = choices
        if self.is_bound and self.data.get("assessment") in {NONE, "", None}:
            self.fields["requirement"].required = False

    def clean(self) -> dict[str, Any]:
        """At least one of the two steps is connected."""
        data = super().clean() or self.cleaned_data
        both_none = data.get("assessment", "") is None and data.get("reference_check", "") is None
        if both_none:
            self.add_error("assessment", _("Connect at least one of the two steps to a stage."))
        return data

    def draft(self) -> Draft:
        """What was chosen, once the form is valid."""
        return Draft(**self.cleaned_data)


class ConfirmForm(forms.Form):
    """Whether those who already stand in a mapped stage are invited too."""

    invite = forms.ChoiceField(
        label=_("Invite them too?"),
        choices=[
            ("no", _("No, only candidates who come into the stage from now on")),
            ("yes", _("Yes, invite them now")),
        ],
        initial="no",
        widget=forms.RadioSelect,
    )


def _label(post: Post) -> str:
    notes = [str(_("internal"))] if post.internal else []
    notes += [] if post.live else [str(_("not live"))]
    return f"{post.title} ({', '.join(notes)})" if notes else post.title
