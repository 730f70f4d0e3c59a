from dataclasses import asdict
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.http import HttpResponseBase, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST

from goodword.accounts import access, reauthentication, single_sign_on
from goodword.accounts.access import MemberRequest
from goodword.accounts.concurrent_edits import NoticesChanges, organisation_to_change
from goodword.accounts.domain.organisation import (
    MAX_NAME_LENGTH,
    MOST_DOMAINS,
    NoDomain,
    OrganisationSettings,
    SignInSettings,
    add_domain,
    change_settings,
    change_sign_in,
    columns_of,
    own_domain,
    proposed_domains,
    set_domains,
    settings_of,
    time_zones,
)
from goodword.accounts.models import Organisation
from goodword.accounts.navigation import settings_nav
from goodword.accounts.second_factor import coverage
from goodword.core import clock, workdays
from goodword.core.text import active_language
from goodword.core.workdays import coming_holidays, regions
from goodword.reports.pdf.typesetter import font_problems
from goodword.reports.signing.keys import status as signing_status
from goodword.ui.fields import LineField, LongSelect
from goodword.workspace.role.step_forms import as_typed
from goodword.workspace.settings_pages.look import has_logo_problem


class OrganisationForm(NoticesChanges):
    name = LineField(
        label=_("Name"),
        help_text=_("Shown to candidates and referees in e-mails and on pages."),
        max_length=MAX_NAME_LENGTH,
        error_messages={
            "required": _("Enter the name of your organisation."),
            "max_length": _("Use at most %(limit_value)d characters."),
        },
        widget=forms.TextInput(attrs={"autocomplete": "organization"}),
    )
    language = forms.ChoiceField(
        label=_("Language"),
        help_text=_("For e-mails to candidates and referees, unless they choose another."),
        choices=settings.LANGUAGES,
        error_messages={"invalid_choice": _("Choose a language.")},
    )
    time_zone = forms.ChoiceField(
        label=_("Time zone"),
        help_text=_("Deadlines end at midnight; reminders are sent during working hours."),
        choices=time_zones,  # plus the current one: see __init__
        error_messages={
            "invalid_choice": _("Choose a time zone from the list."),
            "required": _("Choose a time zone."),
        },
        widget=LongSelect,
    )
    holiday_country = forms.ChoiceField(
        label=_("Public holidays"),
        help_text=_("They don't count as working days."),
        required=False,
        error_messages={"invalid_choice": _("Choose a country from the list.")},
        widget=LongSelect,
    )
    holiday_region = forms.CharField(label=_("Region"), required=False, widget=forms.Select())
    watches_devices = forms.BooleanField(
        label=_("Compare network addresses and devices of candidates and referees"), required=False
    )
    adjustments_name = LineField(
        label=_("Contact's name"),
        help_text=_("Shown to candidates."),
        max_length=150,
        required=False,
        error_messages={"max_length": _("Use at most %(limit_value)d characters.")},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    adjustments_email = forms.EmailField(
        label=_("Contact's e-mail"),
        help_text=_("Requests are sent here with a link to answer. No login needed."),
        max_length=254,
        required=False,
        error_messages={
            "invalid": _("Enter an e-mail address such as name@example.org."),
            "max_length": _("Use at most %(limit_value)d characters."),
        },
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
        self.country = str(data.get("holiday_country", "") if data else self.initial["holiday_country"])
        zone, present = self.fields["time_zone"], organisation.time_zone
        assert isinstance(zone, forms.ChoiceField)
        if present not in dict(time_zones()):  # otherwise browsers would choose the first
            zone.choices = [(present, present), *time_zones()]
        country, parts = self.fields["holiday_country"], workdays.regions(self.country)
        assert isinstance(country, forms.ChoiceField)
        country.choices = [
            ("", _("None (weekends only)")),
            *workdays.countries().items(),
        ]
        region = self.fields["holiday_region"].widget
        assert isinstance(region, forms.Select)
        region.choices = [("", _("Whole country")), *parts.items()]
        self.has_regions = bool(parts)
        self.note_stored(as_set)

    def clean_holiday_region(self) -> str:
        """Return a region of the chosen country, or "" if it has none."""
        region, known = str(self.cleaned_data["holiday_region"]), workdays.regions(self.country)
        if region and known and region not in known:
            raise forms.ValidationError(_("Choose a region of this country."))
        return region if region in known else ""

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        for given, missing, sentence in (
            (
                "adjustments_name",
                "adjustments_email",
                _("Enter the e-mail address too, or leave both empty."),
            ),
            ("adjustments_email", "adjustments_name", _("Enter the name too, or leave both empty.")),
        ):
            if data.get(given) and data.get(missing) == "":
                self.add_error(missing, sentence)
        return data

    def settings(self) -> OrganisationSettings:
        return OrganisationSettings(**self.cleaned_data)


class DomainsForm(NoticesChanges):
    domains = forms.CharField(
        label=_("Your e-mail domains"),
        help_text=_("One per line, for example example.com."),
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 3, "autocomplete": "off", "spellcheck": "false"}),
    )

    def __init__(self, data: QueryDict | None = None, *, organisation: Organisation) -> None:
        as_set = {"domains": "\n".join(organisation.own_domains)}
        super().__init__(data, initial=as_set)
        self.note_stored(as_set)

    def clean_domains(self) -> list[str]:
        found, problems = [], []
        for typed in self.cleaned_data["domains"].replace(",", "\n").splitlines():
            if typed.strip():
                try:
                    found.append(own_domain(typed))
                except NoDomain as error:
                    problems.append(str(error))
        if len(found) > MOST_DOMAINS:
            problems.append(gettext("Enter at most %(n)s domains.") % {"n": MOST_DOMAINS})
        if problems:
            raise forms.ValidationError(problems)
        return found


SHOWN = 5


@require_http_methods(["GET", "HEAD", "POST"])
@access.member(kinds=access.ADMIN)
@transaction.atomic
def organisation(request: MemberRequest) -> HttpResponseBase:
    """Show or save the settings. *Show next holidays* previews them without saving."""
    return organisation_page(request)


def organisation_page(request: MemberRequest, *, domains: DomainsForm | None = None) -> HttpResponseBase:
    """`domains`: that form, if it was submitted and is invalid."""
    data = request.POST if request.method == "POST" and domains is None else None
    row, now = organisation_to_change(request), clock.now()
    form = OrganisationForm(data, organisation=row)
    if data is not None and "show" in data:
        typed = as_typed(OrganisationForm, data)
        if typed["holiday_region"] not in regions(str(typed["holiday_country"])):
            typed["holiday_region"] = ""  # belongs to another country
        form = OrganisationForm(organisation=row, initial=typed)
    elif data is not None and form.is_valid():
        if change_settings(organisation=row, settings=form.settings(), by=request.member, now=now):
            messages.success(request, gettext("Saved. Applies from now on."))
        else:
            messages.info(request, gettext("Nothing has changed."))
        return redirect("organisation_settings", row.slug)
    days = coming_holidays(
        form.country,
        str(form["holiday_region"].value() or ""),
        after=now.astimezone(row.zone).date(),
        number=SHOWN,
        language=active_language(),
    )
    context = {
        "settings_nav": settings_nav(request),
        "form": form,
        "holidays": days,
        "domains_form": domains or DomainsForm(organisation=row),
        "proposed_domains": proposed_domains(row),
        "signature": signing_status(now=now),
        "font_problems": font_problems(),
        "logo_problem": has_logo_problem(row),
    }
    return render(request, "workspace/settings_pages/organisation.html", context)


@require_POST
@access.member(kinds=access.ADMIN)
@transaction.atomic
def mail_domains(request: MemberRequest) -> HttpResponseBase:
    """`add`: accept a suggested domain."""
    row, now = organisation_to_change(request), clock.now()
    if "add" in request.POST:
        try:
            changed = add_domain(organisation=row, domain=request.POST["add"], by=request.member, now=now)
        except NoDomain as error:
            messages.error(request, str(error))
            return _back(request)
    else:
        form = DomainsForm(request.POST, organisation=row)
        if not form.is_valid():
            return organisation_page(request, domains=form)
        changed = set_domains(
            organisation=row, domains=form.cleaned_data["domains"], by=request.member, now=now
        )
    if changed:
        messages.success(request, gettext("Saved. Applies from now on."))
    return _back(request)


def _back(request: MemberRequest) -> HttpResponseBase:
    target = redirect("organisation_settings", request.organisation.slug)
    target["Location"] += "#domains"
    return target


class SignInRulesForm(NoticesChanges):
    requires_second_factor = forms.BooleanField(
        label=_("Require a second factor"),
        help_text=_("Members without an authenticator app or a passkey have to set one up first."),
        required=False,
    )
    requires_single_sign_on = forms.BooleanField(
        label=_("Require single sign-on"),
        help_text=_("Members can then no longer open this organisation with a password or passkey."),
        required=False,
    )

    def __init__(self, data: QueryDict | None, *, current: SignInSettings, by_single_sign_on: bool) -> None:
        super().__init__(data, initial=asdict(current))
        self._by_single_sign_on = by_single_sign_on or current.requires_single_sign_on
        self.note_stored(asdict(current))

    def clean_requires_single_sign_on(self) -> bool:
        """Let only an admin who has signed in by single sign-on require it, to prevent a lock-out."""
        if self.cleaned_data["requires_single_sign_on"] and not self._by_single_sign_on:
            raise forms.ValidationError(
                gettext("Sign in with single sign-on first, to avoid locking yourself out.")
            )
        return bool(self.cleaned_data["requires_single_sign_on"])


@require_http_methods(["GET", "HEAD", "POST"])
@access.member(kinds=access.ADMIN)
@reauthentication.to_change
@transaction.atomic
def sign_in_rules(request: MemberRequest) -> HttpResponseBase:
    row = organisation_to_change(request)
    current = columns_of(SignInSettings, row)
    form = SignInRulesForm(
        request.POST if request.method == "POST" else None,
        current=current,
        by_single_sign_on=single_sign_on.is_session(request),
    )
    if request.method == "POST" and form.is_valid():
        chosen = SignInSettings(**form.cleaned_data)
        if change_sign_in(organisation=row, settings=chosen, by=request.member, now=clock.now()):
            messages.success(request, gettext("Saved. Applies from now on."))
        else:
            messages.info(request, gettext("Nothing has changed."))
        return redirect("sign_in_rules", row.slug)
    with_one, members = coverage(row)
    context = {
        "settings_nav": settings_nav(request),
        "form": form,
        "with_one": with_one,
        "members": members,
        "providers": single_sign_on.providers(),
    }
    return render(request, "workspace/settings_pages/sign_in.html", context)
