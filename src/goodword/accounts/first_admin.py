"""Creates the first organisation and its admin on a page, with a code that `goodword serve` prints. The page exists
until there is an organisation. The code is derived from GOODWORD_SECRET_KEY, so that all processes of an installation
print and accept the same one."""

import base64
import re
from datetime import datetime
from typing import Final

from allauth.account.internal.flows.login import perform_login
from allauth.account.models import Login
from allauth.core import ratelimit
from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from goodword.accounts.domain.members import NameRefused, check_name
from goodword.accounts.domain.organisation import (
    MAX_NAME_LENGTH,
    create_admin,
    create_organisation,
    time_zones,
)
from goodword.accounts.forms import NewLoginForm
from goodword.accounts.models import Membership, Organisation
from goodword.core import clock
from goodword.core.addresses import check_address
from goodword.ui.fields import LineField, LongSelect

#: advisory lock, so that two simultaneous submissions create one organisation ("first" as a number)
_LOCK: Final = 0x6669727374
_CODE_BYTES: Final = 10


class AlreadyCreated(Exception):
    """There is already an organisation, so the page is closed."""


def is_open() -> bool:
    return not Organisation.objects.exists()


def code() -> str:
    """Four groups of four letters and digits: 80 random bits."""
    digest = salted_hmac("goodword.first_admin", settings.GOODWORD_BASE_URL, algorithm="sha256").digest()
    letters = base64.b32encode(digest[:_CODE_BYTES]).decode()
    return "-".join(letters[at : at + 4] for at in range(0, len(letters), 4))


def announcement() -> str:
    """The message that `goodword serve` prints when it starts, or "" if there is an organisation."""
    if not is_open():
        return ""
    return (
        f"There is no organisation yet. To create it and its first admin, open "
        f"{settings.GOODWORD_BASE_URL}{reverse('first_admin')} and enter the code {code()}"
    )


def create_first(
    *, organisation: str, time_zone: str, name: str, email: str, password: str, now: datetime
) -> Membership:
    """Create the organisation and its admin. Raises AlreadyCreated, and ValidationError for an invalid name, address,
    zone or password."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        if not is_open():
            raise AlreadyCreated
        made = create_organisation(name=organisation, now=now, time_zone=time_zone)
        return create_admin(organisation=made, email=email, name=name, password=password, now=now)


class FirstAdminForm(NewLoginForm):
    field_order = ("code", "organisation", "time_zone", "name", "email", "password")

    code = forms.CharField(
        label=_("Code"),
        help_text=_("Printed in the log of the web server."),
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        error_messages={"required": _("Enter the code from the log.")},
    )
    organisation = LineField(
        label=_("Organisation"),
        help_text=_("Shown to candidates and referees in e-mails and on pages."),
        max_length=MAX_NAME_LENGTH,
        widget=forms.TextInput(attrs={"autocomplete": "organization"}),
        error_messages={
            "required": _("Enter the name of your organisation."),
            "max_length": _("Use at most %(limit_value)d characters."),
        },
    )
    time_zone = forms.ChoiceField(
        label=_("Time zone"),
        choices=lambda: [("", _("Choose a time zone")), *time_zones()],
        widget=LongSelect,
        error_messages={
            "invalid_choice": _("Choose a time zone from the list."),
            "required": _("Choose a time zone."),
        },
    )
    email = forms.EmailField(
        label=_("Your e-mail"),
        help_text=_("You sign in with it."),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "username"}),
        error_messages={
            "required": _("Enter your e-mail address."),
            "invalid": _("Enter an e-mail address such as name@example.org."),
        },
    )

    def clean_code(self) -> str:
        given = re.sub(r"[\s-]", "", self.cleaned_data["code"]).upper()
        if not constant_time_compare(given, code().replace("-", "")):
            raise ValidationError(
                _("That isn't the code. Copy the one that goodword serve printed when it last started.")
            )
        return given

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        try:
            check_name(name, [])
        except NameRefused as refused:
            raise ValidationError(str(refused)) from refused
        return name

    def clean_email(self) -> str:
        email: str = self.cleaned_data["email"]
        check_address(email)
        return email


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def first_admin(request: HttpRequest) -> HttpResponseBase:
    if not is_open():
        return redirect("account_login")
    if request.method != "POST":
        return _page(request, FirstAdminForm())
    if not ratelimit.consume(request, action="first_admin"):
        response = _page(request, FirstAdminForm(request.POST), limited=True, status=429)
        response["Retry-After"] = "60"
        return response
    form = FirstAdminForm(request.POST)
    if not form.is_valid():
        return _page(request, form, status=422)
    values = {name: value for name, value in form.cleaned_data.items() if name != "code"}
    try:
        member = create_first(**values, now=clock.now())
    except AlreadyCreated:
        return redirect("account_login")
    except ValidationError as error:
        form.add_error("password", error)  # the form has validated everything else
        return _page(request, form, status=422)
    login = Login(user=member.user, redirect_url=reverse("needs_you", args=[member.organisation.slug]))
    signed_in: HttpResponseBase = perform_login(request, login)
    return signed_in


def _page(
    request: HttpRequest, form: FirstAdminForm, *, limited: bool = False, status: int = 200
) -> HttpResponse:
    return render(request, "accounts/first_admin.html", {"form": form, "limited": limited}, status=status)
