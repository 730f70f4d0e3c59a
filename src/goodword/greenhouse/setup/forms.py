"""The two tabs of *Set Greenhouse API key*, and what else is set of a connection."""

from datetime import timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from goodword.greenhouse.activity_feed.wording import DEFAULT, MAX_LENGTH, BadWording, clean_wording
from goodword.greenhouse.client import V1Credentials, V3Credentials
from goodword.greenhouse.models import Connection
from goodword.greenhouse.setup.connection import connections


def _secret(*, autofocus: bool = False) -> forms.PasswordInput:
    """Covered. What was typed comes back once when the form has an error; a stored value never gets in here."""
    attrs = {"autocomplete": "off", "spellcheck": "false", "autofocus": autofocus}
    return forms.PasswordInput(render_value=True, attrs=attrs)


class V3Form(forms.Form):
    """Client credentials of Harvest v3."""

    client_id = forms.CharField(
        label=_("Client ID"),
        max_length=500,
        help_text=_(
            "Greenhouse: Configure > Dev Center > API Credential Management > Create New Credential, "
            "API type Harvest V3 (OAuth)."
        ),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "autofocus": True}),
    )
    client_secret = forms.CharField(
        label=_("Client secret"),
        max_length=500,
        help_text=_("Greenhouse shows it once, when the credential is created."),
        widget=_secret(),
    )
    act_as = forms.IntegerField(
        label=_("Act as (Greenhouse user ID)"),
        required=False,
        min_value=1,
        max_value=2**63 - 1,
        help_text=_(
            "The number of a Site Admin: open the user under Configure > Users, it is the end of the page's "
            "address. Left empty, the credential's own service user acts and has to be Site Admin."
        ),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )

    def credentials(self) -> V3Credentials:
        """What was typed, once the form is valid."""
        data = self.cleaned_data
        return V3Credentials(data["client_id"], data["client_secret"], act_as=data["act_as"])


class V1Form(forms.Form):
    """A Harvest API key."""

    api_key = forms.CharField(
        label=_("API key"),
        max_length=500,
        help_text=_(
            "Greenhouse: Configure > Dev Center > API Credential Management > Create New Credential, "
            "API type Harvest. Copy the key there before you save."
        ),
        widget=_secret(autofocus=True),
    )

    def credentials(self) -> V1Credentials:
        """What was typed, once the form is valid."""
        return V1Credentials(self.cleaned_data["api_key"])


class NameForm(forms.Form):
    """What members call a Greenhouse account."""

    name = forms.CharField(label=_("Name"), max_length=120)

    def __init__(self, *args: Any, connection: Connection, **values: Any) -> None:
        super().__init__(*args, **values)
        self._connection = connection

    def clean_name(self) -> str:
        """One line, and no other account's."""
        name = " ".join(self.cleaned_data["name"].split())
        others = (one for one in connections(self._connection.organisation) if one.pk != self._connection.pk)
        if any(one.name.casefold() == name.casefold() for one in others):
            raise forms.ValidationError(
                _("Another Greenhouse account here is called that. Choose another name.")
            )
        return name


class AuthorForm(forms.Form):
    """A Greenhouse user, as one has them at hand."""

    user = forms.RegexField(
        r"^([0-9]{1,18}|[^@\s]+@[^@\s]+)$",
        label=_("Greenhouse user (ID or e-mail address)"),
        required=False,
        max_length=320,
        error_messages={"invalid": _("Write the number of the user, or their e-mail address.")},
    )


class RotateForm(forms.Form):
    """How long the old secret key stays valid beside the new one."""

    keep_for = forms.TypedChoiceField(
        label=_("Accept the old secret key for"),
        coerce=int,
        choices=[
            (60 * 24, _("1 day")),
            (60 * 24 * 7, _("7 days")),
            (60, _("1 hour")),
            (0, _("No longer: end it at once")),
        ],
        help_text=_("Until then both are valid, so that you can change the webhooks one by one."),
    )

    def period(self) -> timedelta:
        """The choice as a time span."""
        return timedelta(minutes=self.cleaned_data["keep_for"])


class NotesForm(forms.Form):
    """How notes on the Activity Feed are written."""

    visibility = forms.ChoiceField(
        label=_("Who may read the notes in Greenhouse"),
        choices=[
            ("private", _("Private: those who may see private notes of the candidate")),
            ("public", _("Public: everyone who sees the candidate")),
            ("admin_only", _("Admins only: Greenhouse's admins of the job and of the site")),
        ],
        widget=forms.RadioSelect,
        error_messages={"invalid_choice": _("Choose who may read them.")},
    )
    words = forms.CharField(
        label=_("First line of a note"),
        required=False,
        max_length=MAX_LENGTH,
        help_text=_("If empty, Goodword uses its default text. Link and code are always added below."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "placeholder": DEFAULT}),
    )
    report_link_days = forms.IntegerField(
        label=_("Days for which the link to a report works"),
        min_value=1,
        max_value=730,
        help_text=_("After that it offers sign-in. Links in notes that are written already keep their time."),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )

    def clean_words(self) -> str:
        """One line, with known placeholders."""
        try:
            return clean_wording(self.cleaned_data["words"])
        except BadWording as error:
            raise forms.ValidationError(str(error)) from error
