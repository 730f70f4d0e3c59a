from typing import Any

from allauth.account import forms as account
from allauth.account.adapter import get_adapter
from allauth.core import context, ratelimit
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.webauthn import forms as webauthn
from django import forms
from django.contrib.auth.password_validation import password_validators_help_texts
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from goodword.accounts import jobs, second_factor
from goodword.accounts.domain import audit
from goodword.accounts.models import User
from goodword.core import clock
from goodword.core.addresses import has_look_alikes, is_same
from goodword.core.crypto import CannotOpen
from goodword.ui.fields import LineField


class _Plain(forms.Form):
    """Without allauth's placeholders and links, since our pages have their own."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget.attrs.pop("placeholder", None)
            if isinstance(field.widget, forms.PasswordInput) and field.widget.attrs.get("autocomplete") == (
                "current-password"
            ):
                field.help_text = ""


class SignInForm(_Plain, account.LoginForm):  # type: ignore[misc]  # the library has no types
    def clean_login(self) -> str:
        login: str = super().clean_login()
        if has_look_alikes(self.data["login"]):  # as typed, since allauth's field turns a Kelvin sign into k
            raise get_adapter().validation_error("email_password_mismatch")
        return login


class RequestResetLinkForm(account.ResetPasswordForm):  # type: ignore[misc]  # the library has no types
    """A form whose response and timing don't reveal whether a link is mailed."""

    users: list[User]

    def clean_email(self) -> str:
        email: str = super().clean_email()
        self.users = [user for user in self.users if is_same(user.email, self.data["email"])]
        return email

    def save(self, request: HttpRequest, **kwargs: Any) -> str:  # noqa: ARG002 - allauth's signature
        """Queue the mail, at most three times per hour and address."""
        email: str = self.cleaned_data["email"]
        if ratelimit.consume(request, action="reset_mail", key=email.lower()):
            now = clock.now()
            for user in self.users:
                audit.record_sign_in(user, action=audit.RESET_REQUESTED, now=now, **audit.origin_of(request))
                jobs.mail_reset_link.defer(user_id=user.pk, asked_at=now.isoformat())
        return email


class ChangePasswordForm(_Plain, account.ChangePasswordForm):  # type: ignore[misc]  # the library has no types
    pass


class SetPasswordForm(_Plain, account.SetPasswordForm):  # type: ignore[misc]  # the library has no types
    pass


class ConfirmPasswordForm(_Plain, account.ReauthenticateForm):  # type: ignore[misc]  # the library has no types
    pass


class _PlainCode(_Plain):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].label = _("Code")
        self.fields["code"].widget.attrs |= {"inputmode": "numeric", "autocomplete": "one-time-code"}


class _ChecksCode:
    """E-mails the owner of the account if too many wrong codes lock this step."""

    def clean_code(self) -> Any:
        try:
            return super().clean_code()  # type: ignore[misc]  # of the form beside this class
        except ValidationError as error:
            if error.code == "too_many_login_attempts":
                second_factor.mail_about_lock(context.request, self.user)  # type: ignore[attr-defined]  # the form's
            raise
        except CannotOpen as error:
            readable = second_factor.matching(self.user, self.cleaned_data["code"])  # type: ignore[attr-defined]  # as above
            if readable is None:
                raise ValidationError(second_factor.LOST, code="lost") from error
            self.authenticator = readable
            return self.cleaned_data["code"]  # type: ignore[attr-defined]  # as above


class CodeForm(_ChecksCode, _PlainCode, AuthenticateForm):  # type: ignore[misc]  # the library has no types
    pass


class ConfirmCodeForm(_ChecksCode, _PlainCode, ReauthenticateForm):  # type: ignore[misc]  # the library has no types
    pass


class SetUpAppForm(_PlainCode, ActivateTOTPForm):  # type: ignore[misc]  # the library has no types
    pass


_UNKNOWN_PASSKEY = gettext_lazy("This passkey doesn't belong to an account here. Sign in another way.")
_UNREADABLE_PASSKEY = gettext_lazy("The passkey could not be read. Try again.")


class CredentialField(forms.JSONField):
    """What the browser's authenticator returns. `wrong`: the error for anything else."""

    def __init__(self, *, wrong: Any = _UNKNOWN_PASSKEY) -> None:
        super().__init__(widget=forms.HiddenInput, error_messages={"required": wrong, "invalid": wrong})

    def to_python(self, value: Any) -> Any:
        try:
            found = super().to_python(value)
        except (ValueError, RecursionError):
            found = None
        return found if isinstance(found, dict) else None

    def bound_data(self, data: Any, initial: Any) -> None:
        """Leave a redisplayed field empty: a credential works only once, and may not be encodable."""


#: errors of the parser for malformed credentials; allauth handles only some of them
_MALFORMED = (AttributeError, TypeError, ValueError, LookupError, ArithmeticError, RecursionError)


class _KnownPasskey(forms.Form):
    """Replaces allauth's message "incorrect code", which doesn't fit passkeys."""

    credential = CredentialField()

    def clean_credential(self) -> Any:
        try:
            return super().clean_credential()  # type: ignore[misc]  # of the form beside this class
        except (ValidationError, *_MALFORMED) as error:
            if isinstance(error, ValidationError) and error.code != "incorrect_code":
                raise
            raise ValidationError(_UNKNOWN_PASSKEY, code="unknown") from error


class SignInPasskeyForm(_KnownPasskey, webauthn.LoginWebAuthnForm):  # type: ignore[misc]  # no types
    pass


class SecondStepPasskeyForm(_KnownPasskey, webauthn.AuthenticateWebAuthnForm):  # type: ignore[misc]  # no types
    pass


class ConfirmPasskeyForm(_KnownPasskey, webauthn.ReauthenticateWebAuthnForm):  # type: ignore[misc]  # no types
    pass


class AddPasskeyForm(webauthn.AddWebAuthnForm):  # type: ignore[misc]  # the library has no types
    credential = CredentialField(wrong=_UNREADABLE_PASSKEY)
    name = forms.CharField(
        label=gettext_lazy("Name"),
        help_text=gettext_lazy("Helps you tell your passkeys apart."),
        max_length=60,
        required=False,
    )
    passwordless = forms.BooleanField(
        label=gettext_lazy("Sign in with it without a password"),
        help_text=gettext_lazy("Untick for a security key that has no PIN or fingerprint."),
        required=False,
        initial=True,
    )

    def clean(self) -> dict[str, Any]:
        try:
            found: dict[str, Any] = super().clean()
        except (ValidationError, *_MALFORMED) as error:  # allauth's message is about codes
            raise ValidationError(_UNREADABLE_PASSKEY) from error
        return found


class RenamePasskeyForm(webauthn.EditWebAuthnForm):  # type: ignore[misc]  # the library has no types
    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=60,
        error_messages={"required": gettext_lazy("Enter a name.")},
    )


class NameForm(forms.Form):
    name = LineField(
        label=gettext_lazy("Name"),
        help_text=gettext_lazy("Shown to colleagues, candidates and referees."),
        max_length=150,
        error_messages={"required": gettext_lazy("Enter your name.")},
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )


class NewLoginForm(forms.Form):
    use_required_attribute = False

    name = LineField(
        label=gettext_lazy("Your name"),
        max_length=150,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
        error_messages={
            "required": gettext_lazy("Enter your name."),
            "max_length": gettext_lazy("Use at most %(limit_value)d characters."),
        },
    )
    password = forms.CharField(
        label=gettext_lazy("Password"),
        strip=False,
        max_length=1000,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        error_messages={"required": gettext_lazy("Choose a password.")},
    )

    def __init__(self, *args: Any, has_password: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if has_password:
            self.fields["password"].help_text = password_validators_help_texts()[0]  # the rule on length
        else:
            del self.fields["password"]
