"""Forms for candidates without an ATS."""

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from goodword.accounts.models import Organisation
from goodword.candidates.domain.adding import Person
from goodword.core.text import clean_text, has_link
from goodword.workflow.languages import language_name

_LENGTH = _("Use at most %(limit_value)d characters.")
LONGEST_NAME = 200
LONGEST_ADDRESS = 320
LONGEST_DETAIL = 300
NO_ADDRESS = _("Enter an e-mail address for the invitation.")
INVALID_ADDRESS = _("Enter a valid e-mail address, for example ada@example.org.")
SUSPICIOUS_NAME = _("This looks like a link. Enter only the name.")


class LineField(forms.CharField):
    def to_python(self, value: Any) -> str:
        return clean_text(super().to_python(value) or "", one_line=True)


class AddressField(forms.EmailField):
    def to_python(self, value: Any) -> str:
        return clean_text(super().to_python(value) or "", one_line=True)


class PersonForm(forms.Form):
    use_required_attribute = False

    first_name = LineField(
        label=_("First name"),
        max_length=LONGEST_NAME,
        error_messages={"required": _("Enter the first name."), "max_length": _LENGTH},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    last_name = LineField(
        label=_("Last name"),
        max_length=LONGEST_NAME,
        required=False,
        error_messages={"max_length": _LENGTH},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    email = AddressField(
        label=_("E-mail"),
        max_length=LONGEST_ADDRESS,
        error_messages={"required": NO_ADDRESS, "invalid": INVALID_ADDRESS, "max_length": _LENGTH},
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )
    language = forms.ChoiceField(
        label=_("Language"),
        required=False,
        help_text=_("For e-mails. Candidates can switch on every page."),
    )
    company = LineField(
        label=_("Current company"),
        max_length=LONGEST_DETAIL,
        required=False,
        error_messages={"max_length": _LENGTH},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    title = LineField(
        label=_("Current title"),
        max_length=LONGEST_DETAIL,
        required=False,
        error_messages={"max_length": _LENGTH},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def __init__(self, *args: Any, organisation: Organisation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        usual = _("Organisation's language (%(language)s)") % {
            "language": language_name(organisation.language)
        }
        language = self.fields["language"]
        assert isinstance(language, forms.ChoiceField)
        language.choices = [("", usual), *((code, language_name(code)) for code, _name in settings.LANGUAGES)]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        for name in ("first_name", "last_name"):
            if has_link(data.get(name, "")):
                self.add_error(name, SUSPICIOUS_NAME)
        return data

    @property
    def person(self) -> Person:
        names = ("first_name", "last_name", "email", "language", "company", "title")
        return Person(**{name: self.cleaned_data[name] for name in names})
