from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from goodword.accounts.models import Membership, Organisation
from goodword.candidates.domain.people import PersonInput, add_candidate
from goodword.candidates.models import Application
from goodword.core.text import has_link, language_codes
from goodword.roles.models import Role, Step
from goodword.roles.slots import slots_of
from goodword.ui.fields import AddressField, LineField
from goodword.workflow.domain.eligibility import is_unpublished
from goodword.workflow.domain.step_requests import request_for_new_application
from goodword.workflow.portal import language_name

_LENGTH = gettext_lazy("Use at most %(limit_value)d characters.")
LONGEST_NAME = 200
LONGEST_ADDRESS = 320
LONGEST_DETAIL = 300
NO_ADDRESS = gettext_lazy("Enter an e-mail address for the invitation.")
INVALID_ADDRESS = gettext_lazy("Enter a valid e-mail address, for example ada@example.org.")
SUSPICIOUS_NAME = gettext_lazy("This looks like a link. Enter only the name.")


class PersonForm(forms.Form):
    use_required_attribute = False

    first_name = LineField(
        label=gettext_lazy("First name"),
        max_length=LONGEST_NAME,
        error_messages={"required": gettext_lazy("Enter the first name."), "max_length": _LENGTH},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    last_name = LineField(
        label=gettext_lazy("Last name"),
        max_length=LONGEST_NAME,
        required=False,
        error_messages={"max_length": _LENGTH},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    email = AddressField(
        label=gettext_lazy("E-mail"),
        max_length=LONGEST_ADDRESS,
        error_messages={"required": NO_ADDRESS, "invalid": INVALID_ADDRESS, "max_length": _LENGTH},
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )
    language = forms.ChoiceField(
        label=gettext_lazy("Language"),
        required=False,
        help_text=gettext_lazy("For e-mails. Candidates can change it on any page."),
    )
    company = LineField(
        label=gettext_lazy("Current company"),
        max_length=LONGEST_DETAIL,
        required=False,
        error_messages={"max_length": _LENGTH},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    title = LineField(
        label=gettext_lazy("Current title"),
        max_length=LONGEST_DETAIL,
        required=False,
        error_messages={"max_length": _LENGTH},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def __init__(self, *args: Any, organisation: Organisation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        usual = gettext_lazy("Organisation's language (%(language)s)") % {
            "language": language_name(organisation.language)
        }
        language = self.fields["language"]
        assert isinstance(language, forms.ChoiceField)
        language.choices = [("", usual), *((code, language_name(code)) for code in language_codes())]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        for name in ("first_name", "last_name"):
            if has_link(data.get(name, "")):
                self.add_error(name, SUSPICIOUS_NAME)
        return data

    @property
    def person(self) -> PersonInput:
        names = ("first_name", "last_name", "email", "language", "company", "title")
        return PersonInput(**{name: self.cleaned_data[name] for name in names})


@dataclass(frozen=True, slots=True, kw_only=True)
class StepChoice:
    """`waits`: whether invitations wait until the assessment is published."""

    step: Step
    label: str
    hint: str
    waits: bool


def step_choices(role: Role) -> list[StepChoice]:
    steps = Step.objects.of(role.organisation).filter(role=role).select_related("organisation")
    return [_choice(step) for step in steps.order_by("kind")]


def _choice(step: Step) -> StepChoice:
    waits = is_unpublished(step)
    return StepChoice(
        step=step,
        label=step.get_kind_display(),
        hint=_("The assessment isn't published yet. They will be invited once it is.")
        if waits
        else _sent(step),
        waits=waits,
    )


def _sent(step: Step) -> str:
    days, reminders = step.deadline_days, len(step.reminder_days)
    sentence = ngettext("Deadline: %(n)s working day.", "Deadline: %(n)s working days.", days) % {"n": days}
    if reminders:
        more = ngettext("At most %(n)s reminder.", "At most %(n)s reminders.", reminders) % {"n": reminders}
        sentence = f"{sentence} {more}"
    if step.kind == Step.Kind.REFERENCE_CHECK:
        asked = sum(slot.count for slot in slots_of(step.slots))
        more = ngettext("Asks for %(n)s referee.", "Asks for %(n)s referees.", asked) % {"n": asked}
        sentence = f"{more} {sentence}"
    return sentence


def add_and_invite(
    *,
    role: Role,
    person: PersonInput,
    steps: Iterable[Step],
    member: Membership,
    now: datetime,
    import_id: int | None = None,
) -> Application:
    """Add a person and request these steps, in one transaction. Raises AlreadyOnRole and RoleArchived."""
    with transaction.atomic():
        application = add_candidate(role=role, person=person, member=member, now=now, import_id=import_id)
        for step in steps:
            request_for_new_application(application=application, step=step, at=now, by=f"member:{member.pk}")
        return application
