from dataclasses import asdict

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import HttpResponseBase, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from goodword.accounts import access, reauthentication, single_sign_on
from goodword.accounts.access import MemberRequest
from goodword.accounts.domain.organisation import SignInSettings, change_sign_in, columns_of
from goodword.accounts.second_factor import coverage
from goodword.core import clock
from goodword.greenhouse.settings_pages import settings_nav
from goodword.workspace.concurrent_edits import NoticesChanges, organisation_to_change


class SignInRulesForm(NoticesChanges):
    requires_second_factor = forms.BooleanField(
        label=_("Require a second factor"),
        help_text=_("Members without an authenticator app or a passkey have to set one up first."),
        required=False,
    )
    requires_single_sign_on = forms.BooleanField(
        label=_("Require single sign-on"),
        help_text=_("Passwords and passkeys then open nothing of this organisation."),
        required=False,
    )

    def __init__(self, data: QueryDict | None, *, current: SignInSettings, by_single_sign_on: bool) -> None:
        super().__init__(data, initial=asdict(current))
        self._by_single_sign_on = by_single_sign_on or current.requires_single_sign_on
        self.note_stored(asdict(current))

    def clean_requires_single_sign_on(self) -> bool:
        """Only an admin for whom it works can require it, or nobody might get in any more."""
        if self.cleaned_data["requires_single_sign_on"] and not self._by_single_sign_on:
            raise forms.ValidationError(
                gettext("Sign in by single sign-on yourself first, so that you don't lock yourself out.")
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
