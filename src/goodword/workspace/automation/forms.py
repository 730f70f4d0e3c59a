"""The forms of the wizard."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from goodword.greenhouse.setup.catalogue import Job, Stage
from goodword.workspace.automation.draft import Draft

REQUIREMENT_LENGTH = 1000


def _number(value: str) -> int | None:
    return int(value) if value else None


class StagesForm(forms.Form):
    """Which stage starts which step, under which title, for which requirement."""

    post = forms.TypedChoiceField(
        label=_("Job post whose title candidates see"),
        required=False,
        coerce=_number,
        empty_value=None,
    )
    assessment = forms.TypedChoiceField(
        label=_("Stage that starts the assessment"), required=False, coerce=_number, empty_value=None
    )
    requirement = forms.CharField(
        label=_("What requirement of the job does the assessment serve?"),
        required=False,
        max_length=REQUIREMENT_LENGTH,
        help_text=_(
            "For example: plans and follows up a portfolio of clients on their own. Needed if a stage starts "
            "the assessment; the report prints it with your name and today's date."
        ),
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    reference_check = forms.TypedChoiceField(
        label=_("Stage that starts the reference check"), required=False, coerce=_number, empty_value=None
    )

    def __init__(self, *args: Any, job: Job, stages: Sequence[Stage], role_title: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        own = _("None: the role's own title, %(title)s") % {"title": role_title}
        self._offer(
            "post",
            [
                ("", own),
                *((str(post.id), _post_label(post.title, post.live, post.internal)) for post in job.posts),
            ],
        )
        for name in ("assessment", "reference_check"):
            self._offer(name, [("", _("None")), *((str(stage.id), stage.name) for stage in stages)])

    def clean(self) -> dict[str, Any]:
        """At least one step is connected, and an assessment says what for."""
        data = super().clean() or self.cleaned_data
        chosen = [data.get("assessment"), data.get("reference_check")]
        if not any(chosen) and not self.errors:
            self.add_error("assessment", _("Connect at least one of the two steps to a stage."))
        if data.get("assessment") and not data.get("requirement") and "requirement" not in self.errors:
            self.add_error(
                "requirement",
                _("Say what requirement of the job the assessment serves. Without it no assessment is sent."),
            )
        return data

    def draft(self) -> Draft:
        """What was chosen, once the form is valid."""
        return Draft(**self.cleaned_data)

    def _offer(self, name: str, choices: list[tuple[str, Any]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.TypedChoiceField)
        field.choices = choices


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


def _post_label(title: str, live: bool, internal: bool) -> str:
    notes = [str(_("internal"))] if internal else []
    notes += [] if live else [str(_("not live"))]
    return f"{title} ({', '.join(notes)})" if notes else title
