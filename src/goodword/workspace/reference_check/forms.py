from typing import Any, Final

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from goodword.accounts import access
from goodword.accounts.access import MemberRequest
from goodword.candidates.models import Application, visible_applications
from goodword.references.forms import AddressField, PlainTextField
from goodword.references.models import Check, Referee, Slot
from goodword.roles.domain.settings import LONGEST_DEADLINE
from goodword.roles.slots import ANY, KINDS
from goodword.ui.fields import LongTextField
from goodword.workspace.role.step_forms import LONGEST_HINT, relationship_names
from goodword.workspace.step_actions import Target

#: anchors on the candidate's page
CHECK, REFEREES = "reference_check", "referees"


def check_of(request: MemberRequest, pk: int, check_pk: int) -> tuple[Target, Check]:
    application = access.owned(visible_applications(request.member), pk)
    checks = Check.objects.of(request.organisation).filter(step_request__application=application)
    check = access.owned(checks, check_pk)
    return Target(application=application, ids={"check": check.pk}, anchor=CHECK), check


def referee_of(request: MemberRequest, pk: int, referee_pk: int) -> tuple[Application, Referee]:
    application = access.owned(visible_applications(request.member), pk)
    referees = Referee.objects.of(request.organisation).select_related("request")
    return application, access.owned(
        referees.filter(check_run__step_request__application=application), referee_pk
    )


LONGEST_REASON: Final = 500
LONGEST_NOTE: Final = 1000
_DAYS = _("Choose 1 to %(n)s working days.") % {"n": LONGEST_DEADLINE}
_LENGTH = _("Use at most %(limit_value)d characters.")


class ConfirmForm(forms.Form):
    pass


class DaysForm(forms.Form):
    days = forms.IntegerField(
        label=_("Working days from today"),
        help_text=_("Until the end of that day."),
        min_value=1,
        max_value=LONGEST_DEADLINE,
        initial=5,
        error_messages=dict.fromkeys(("required", "invalid", "min_value", "max_value"), _DAYS),
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )


class MoreTimeForm(DaysForm):
    """Working days for the candidate, optionally also for referees."""

    referees = forms.BooleanField(label=_("Extend referees' deadlines too"), required=False, initial=True)


class DecisionReasonForm(forms.Form):
    reason = LongTextField(
        label=_("Why?"),
        help_text=_("For your team. Not shown to candidates or referees."),
        required=False,
        longest=LONGEST_REASON,
        rows=3,
    )


class AddRefereeForm(forms.Form):
    """`seen`: the number of slots on the page, which keeps a double click from adding two."""

    relationship = forms.ChoiceField(
        label=_("Kind of referee"),
        initial=ANY,
        error_messages={
            "invalid_choice": _("Choose a kind of referee."),
            "required": _("Choose a kind of referee."),
        },
    )
    needed = forms.BooleanField(label=_("Required"), required=False)
    hint = PlainTextField(
        label=_("Hint for the candidate"),
        max_length=LONGEST_HINT,
        required=False,
        error_messages={"max_length": _LENGTH},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    seen = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=10_000)

    def __init__(self, data: QueryDict | None = None, *, initial: dict[str, Any] | None = None) -> None:
        super().__init__(data, initial=initial)
        relationship = self.fields["relationship"]
        assert isinstance(relationship, forms.ChoiceField)
        words = relationship_names()
        relationship.choices = [(kind, words[kind]) for kind in KINDS]


class CannotProvideAnswerForm(forms.Form):
    answer = forms.ChoiceField(
        label=_("Your answer"),
        choices=[
            (Slot.Answer.WAIVED, _("Waive this referee")),
            (Slot.Answer.ANY, _("Accept any kind of referee")),
            (Slot.Answer.STILL_ASKED, _("Still required")),
        ],
        error_messages={
            "required": _("Choose an answer."),
            "invalid_choice": _("Choose an answer."),
        },
        widget=forms.RadioSelect,
    )
    note = LongTextField(
        label=_("Message to the candidate"),
        help_text=_("Included in the e-mail to them."),
        required=False,
        longest=LONGEST_NOTE,
        rows=3,
    )


class AddressForm(forms.Form):
    address = AddressField(
        label=_("E-mail address"),
        max_length=254,
        error_messages={
            "required": _("Enter an e-mail address."),
            "invalid": _("Enter an e-mail address in the form name@example.com."),
        },
        widget=forms.EmailInput(attrs={"autocomplete": "off", "inputmode": "email"}),
    )
