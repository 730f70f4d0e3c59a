"""Forms of the sign-in pages."""

from typing import Any

from allauth.account.forms import LoginForm, ResetPasswordForm
from allauth.core import ratelimit
from django.http import HttpRequest

from goodword.accounts import jobs
from goodword.accounts.domain import sign_ins
from goodword.core import clock


class SignInForm(LoginForm):  # type: ignore[misc]  # the library has no types
    """The library's form, without its placeholders and its own link: labels and the page say both."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password"].help_text = ""
        for field in self.fields.values():
            field.widget.attrs.pop("placeholder", None)


class AskForResetLinkForm(ResetPasswordForm):  # type: ignore[misc]  # the library has no types
    """Requests a reset link. Neither the response nor its timing reveals whether one is mailed."""

    def save(self, request: HttpRequest, **kwargs: Any) -> str:  # noqa: ARG002 - allauth's signature
        """Queue the mail, unless the address has already had three this hour."""
        email: str = self.cleaned_data["email"]
        if ratelimit.consume(request, action="reset_mail", key=email.lower()):
            now = clock.now()
            for user in self.users:
                sign_ins.record(user, action=sign_ins.RESET_REQUESTED, now=now, **sign_ins.where(request))
                jobs.mail_reset_link.defer(user_id=user.pk, asked_at=now.isoformat())
        return email
