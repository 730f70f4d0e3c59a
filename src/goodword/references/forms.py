from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from goodword.questionnaires import labels
from goodword.questionnaires.fields import MonthField
from goodword.questionnaires.input_parsing import AnswerError, read_month
from goodword.references.domain.nominations import LONGEST_MESSAGE, RefereeDetails
from goodword.references.models import Referee, ReferenceRequest
from goodword.roles.slots import ANY
from goodword.ui.fields import AddressField, LineField, LongTextField
from goodword.workflow.portal import language_choices

LONGEST_REASON = 2000


class ReasonForm(forms.Form):
    use_required_attribute = False

    reason = LongTextField(label=_("Your reason"), required=False, longest=LONGEST_REASON)

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        *,
        hint: str = "",
        initial: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(data, prefix="d", initial=dict(initial or {}))
        self.fields["reason"].help_text = hint


class DeclineForm(ReasonForm):
    why = forms.ChoiceField(
        label=_("Your answer"),
        widget=forms.RadioSelect,
        choices=[
            (ReferenceRequest.Why.WOULD_RATHER_NOT, _("I'd rather not give a reference")),
            (ReferenceRequest.Why.NOT_ME, _("I'm not this person, or don't know the candidate")),
        ],
        error_messages={"required": _("Choose one of the answers.")},
    )
    opt_out = forms.BooleanField(label=_("Don't contact me again"), required=False)

    field_order = ("why", "reason", "opt_out")


def _text(label: Any, *, required: Any, help_text: Any = "", autocomplete: str = "off") -> LineField:
    return LineField(
        label=label,
        max_length=200,
        help_text=help_text,
        required=bool(required),
        error_messages={"required": required} if required else {},
        widget=forms.TextInput(attrs={"autocomplete": autocomplete}),
    )


def not_sent_by_hire(organisation: str) -> str:
    """About an e-mail on hold until an offer, if a hire closes the check instead of sending the e-mail."""
    return gettext(
        "We won't send this e-mail before you have an offer. %(organisation)s then decides whether to send it."
    ) % {"organisation": organisation}


class RefereeForm(forms.Form):
    """`details`: what was entered, without invalid values; None until validated. `hire_closes`: whether a hire closes
    the check, so that nothing is sent then."""

    use_required_attribute = False

    name = _text(_("Their full name"), required=_("Enter the name of the referee."))
    email = AddressField(
        label=_("Their e-mail address"),
        max_length=254,
        help_text=_("Preferably a work address, which is easier to trust."),
        widget=forms.EmailInput(attrs={"autocomplete": "off", "inputmode": "email"}),
        error_messages={
            "required": _("Enter the e-mail address of the referee."),
            "invalid": _("Enter an e-mail address in the form name@example.com."),
        },
    )
    relationship = forms.ChoiceField(
        label=_("Their relationship to you"),
        error_messages={
            "required": _("Choose their relationship to you."),
            "invalid_choice": _("Choose one of the answers."),
        },
    )
    company = _text(
        _("Where you worked together"),
        help_text=_("The company, organisation or school."),
        required=_("Enter where you worked together."),
    )
    candidate_title = _text(
        _("Your job title there"),
        help_text=_("The last one. Leave empty if you had none."),
        required=None,
    )
    from_month = MonthField(label=_("First month together"))
    to_month = MonthField(label=_("Last month together"))
    ongoing = forms.BooleanField(label=_("We still work together"), required=False)
    message = LongTextField(
        label=_("A personal message to them"),
        longest=LONGEST_MESSAGE,
        required=False,
        help_text=_("Quoted in the e-mail, for them only. Links aren't allowed."),
    )
    language = forms.ChoiceField(
        label=_("Language of the e-mail"),
        help_text=_("They can change it on their page."),
        error_messages={"invalid_choice": _("Choose one of the answers.")},
    )
    after_offer = forms.BooleanField(
        label=_("Don't contact them before I have an offer"),
        required=False,
        help_text=_("We'll send this e-mail once you have an offer."),
    )

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        *,
        referee: Referee | None = None,
        kind: str = ANY,
        languages: Sequence[str] = (),
        language: str = "",
        hire_closes: bool = False,
        organisation: str = "",
    ) -> None:
        super().__init__(data, initial={"language": language} | _initial(referee), prefix="r")
        if hire_closes:
            self.fields["after_offer"].help_text = not_sent_by_hire(organisation)
        self.kind = kind
        self.details: RefereeDetails | None = None
        if kind == ANY:
            self._choices("relationship", [("", gettext("Choose")), *labels.relationships().items()])
        else:
            del self.fields["relationship"]
        if len(languages) > 1:
            self._choices("language", language_choices(languages))
        else:
            del self.fields["language"]

    def clean(self) -> None:
        values = self.cleaned_data
        first = self._month("from_month")
        last = "" if values.get("ongoing") else self._month("to_month")
        if first == "" and "from_month" not in self.errors:
            self.add_error("from_month", gettext("Enter the first month, with the year."))
        if last == "" and not values.get("ongoing") and "to_month" not in self.errors:
            self.add_error(
                "to_month",
                gettext("Enter the last month, with the year, or tick “We still work together”."),
            )
        names = ("name", "email", "company", "candidate_title", "message", "language")
        self.details = RefereeDetails(
            relationship=self.kind if self.kind != ANY else values.get("relationship", ""),
            from_month=first,
            to_month=last,
            after_offer=values.get("after_offer", False),
            **{name: values.get(name, "") for name in names},
        )

    def refuse(self, problems: Mapping[str, str]) -> None:
        for name, sentence in problems.items():
            self.add_error(name or None, sentence)

    def _choices(self, name: str, choices: list[tuple[str, str]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices

    def _month(self, name: str) -> str:
        try:
            return read_month(self.cleaned_data.get(name), part=name) or ""
        except AnswerError as error:
            self.add_error(name, error.sentence)
            return ""


def _initial(referee: Referee | None) -> dict[str, object]:
    if referee is None:
        return {}
    names = (
        "name",
        "email",
        "relationship",
        "company",
        "candidate_title",
        "from_month",
        "to_month",
        "message",
        "after_offer",
    )
    stated = {name: getattr(referee, name) for name in names} | {"ongoing": not referee.to_month}
    return stated | ({"language": referee.language} if referee.language else {})


class CannotForm(forms.Form):
    use_required_attribute = False

    reason = LongTextField(
        label=_("Why can't you name anyone here?"),
        longest=LONGEST_REASON,
        error_messages={"required": _("Please say why in a few words.")},
    )

    def __init__(self, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(data, prefix="c")
