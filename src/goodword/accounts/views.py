from typing import Any

from allauth.account.forms import LoginForm, ResetPasswordForm
from allauth.core import ratelimit
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from goodword.accounts import jobs, sign_in
from goodword.accounts.models import User
from goodword.core import clock


class SignInForm(LoginForm):  # type: ignore[misc]  # the library has no types
    """Without allauth's placeholders and reset link, which the page has itself."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password"].help_text = ""
        for field in self.fields.values():
            field.widget.attrs.pop("placeholder", None)


class RequestResetLinkForm(ResetPasswordForm):  # type: ignore[misc]  # the library has no types
    """Requests a reset link. Neither the response nor its timing reveals whether one is mailed."""

    def save(self, request: HttpRequest, **kwargs: Any) -> str:  # noqa: ARG002 - allauth's signature
        """Queue the mail, unless the address has already had three this hour."""
        email: str = self.cleaned_data["email"]
        if ratelimit.consume(request, action="reset_mail", key=email.lower()):
            now = clock.now()
            for user in self.users:
                sign_in.record_sign_in(
                    user, action=sign_in.RESET_REQUESTED, now=now, **sign_in.where(request)
                )
                jobs.mail_reset_link.defer(user_id=user.pk, asked_at=now.isoformat())
        return email


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def sign_out_everywhere(request: HttpRequest) -> HttpResponseBase:
    if request.method != "POST":
        return render(request, "account/sign_out_everywhere.html")
    assert isinstance(request.user, User)  # guaranteed by the decorator
    sign_in.sign_out_everywhere(request.user, now=clock.now(), **sign_in.where(request))
    request.session.flush()  # not logout(), which would add a second entry to the trail
    messages.success(request, _("You are signed out on all devices."))
    return redirect("account_login")
