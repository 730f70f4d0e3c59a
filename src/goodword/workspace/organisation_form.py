"""The form of an organisation's settings."""

from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.conf import settings
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from goodword.accounts import holidays
from goodword.accounts.domain.create import NAME_AT_MOST
from goodword.accounts.domain.organisation import OrganisationSettings, settings_of
from goodword.accounts.models import Organisation
from goodword.core.text import clean_text


def time_zones() -> list[tuple[str, str]]:
    """Zones as people know them: a continent and a city, and UTC."""
    known = sorted(name for name in available_timezones() if "/" in name and not name.startswith("Etc/"))
    return [(name, name.replace("_", " ")) for name in ("UTC", *known)]


class OrganisationForm(forms.Form):
    """What admins set for all of the organisation."""

    name = forms.CharField(
        label=_("Name"),
        help_text=_("Candidates and referees read it in every mail and on every page."),
        max_length=NAME_AT_MOST,
        error_messages={
            "required": _("Write the name of your organisation."),
            "max_length": _("Write at most %(limit_value)d characters."),
        },
        widget=forms.TextInput(attrs={"autocomplete": "organization"}),
    )
    language = forms.ChoiceField(
        label=_("Language"),
        help_text=_("Of mails to candidates and referees, unless they choose another."),
        choices=settings.LANGUAGES,
        error_messages={"invalid_choice": _("Choose one of the languages.")},
    )
    time_zone = forms.ChoiceField(
        label=_("Time zone"),
        help_text=_("Deadlines end at its midnight, reminders go out in its working hours."),
        choices=time_zones,
        error_messages={
            "invalid_choice": _("Choose a time zone of the list."),
            "required": _("Choose a time zone."),
        },
    )
    holiday_country = forms.ChoiceField(
        label=_("Public holidays of"),
        help_text=_("Not working days: deadlines skip them, and no reminders are sent."),
        required=False,
        error_messages={"invalid_choice": _("Choose a country of the list.")},
    )
    holiday_region = forms.CharField(label=_("Part of the country"), required=False, widget=forms.Select())
    watches_devices = forms.BooleanField(
        label=_("Compare network addresses and devices of candidates and referees"), required=False
    )
    adjustments_name = forms.CharField(
        label=_("Their name"),
        help_text=_("Candidates read it before they ask."),
        max_length=150,
        required=False,
        error_messages={"max_length": _("Write at most %(limit_value)d characters.")},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    adjustments_email = forms.EmailField(
        label=_("Their e-mail address"),
        help_text=_("Requests arrive there, with a link to answer by. No login is needed."),
        required=False,
        error_messages={"invalid": _("Write an e-mail address, such as name@example.org.")},
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )

    def __init__(
        self,
        data: QueryDict | None = None,
        *,
        organisation: Organisation,
        initial: dict[str, Any] | None = None,
    ) -> None:
        known = settings_of(organisation)
        as_set = {name: getattr(known, name) for name in OrganisationSettings.__dataclass_fields__}
        super().__init__(data, initial=as_set | (initial or {}))
        #: the country that the page shows the parts of
        self.country = str(data.get("holiday_country", "") if data else self.initial["holiday_country"])
        country, parts = self.fields["holiday_country"], holidays.regions(self.country)
        assert isinstance(country, forms.ChoiceField)
        country.choices = [
            ("", _("No country: only Saturday and Sunday are free")),
            *holidays.countries().items(),
        ]
        region = self.fields["holiday_region"].widget
        assert isinstance(region, forms.Select)
        region.choices = [("", _("All of the country")), *parts.items()]
        self.has_regions = bool(parts)

    def clean_name(self) -> str:
        """On one line, without controls."""
        name = clean_text(self.cleaned_data["name"], one_line=True)
        if not name:
            raise forms.ValidationError(self.fields["name"].error_messages["required"])
        return name

    def clean_holiday_region(self) -> str:
        """A part of the chosen country; empty for a country that has none."""
        region, known = str(self.cleaned_data["holiday_region"]), holidays.regions(self.country)
        if region and known and region not in known:
            raise forms.ValidationError(_("Choose a part of this country."))
        return region if region in known else ""

    def clean_adjustments_name(self) -> str:
        """On one line, without controls."""
        return clean_text(self.cleaned_data["adjustments_name"], one_line=True)

    def clean(self) -> dict[str, Any]:
        """A person has a name and an address."""
        data = super().clean() or self.cleaned_data
        for given, missing, sentence in (
            ("adjustments_name", "adjustments_email", _("Write the address as well, or leave both empty.")),
            ("adjustments_email", "adjustments_name", _("Write the name as well, or leave both empty.")),
        ):
            if data.get(given) and data.get(missing) == "":
                self.add_error(missing, sentence)
        return data

    def settings(self) -> OrganisationSettings:
        """What was chosen, once the form is valid."""
        return OrganisationSettings(**self.cleaned_data)
