"""Settings > Sign-in: what the organisation requires of its members' sign-ins."""

from django import forms
from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from goodword.accounts import access, reauthentication
from goodword.accounts.access import MemberRequest
from goodword.accounts.domain.organisation import SignInSettings, change_sign_in, columns_of
from goodword.accounts.second_factor import coverage
from goodword.core import clock
from goodword.greenhouse.settings_pages import settings_nav


class SignInRulesForm(forms.Form):
    requires_second_factor = forms.BooleanField(
        label=_("Require a second factor"),
        help_text=_("Members without an authenticator app or a passkey have to set one up first."),
        required=False,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@access.member(kinds=access.ADMIN)
@reauthentication.required
def sign_in_rules(request: MemberRequest) -> HttpResponseBase:
    row = request.organisation
    current = columns_of(SignInSettings, row)
    initial = {"requires_second_factor": current.requires_second_factor}
    form = SignInRulesForm(request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and form.is_valid():
        chosen = SignInSettings(
            requires_second_factor=form.cleaned_data["requires_second_factor"],
            requires_single_sign_on=current.requires_single_sign_on,
        )
        if change_sign_in(organisation=row, settings=chosen, by=request.member, now=clock.now()):
            messages.success(request, gettext("Saved. Applies from now on."))
        return redirect("sign_in_rules", row.slug)
    with_one, members = coverage(row)
    context = {"settings_nav": settings_nav(request), "form": form, "with_one": with_one, "members": members}
    return render(request, "workspace/settings_pages/sign_in.html", context)
