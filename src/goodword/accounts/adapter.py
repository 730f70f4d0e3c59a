"""Sign-in by allauth; sign-up is closed: people come by invitation or by `goodword createadmin`."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _


class ClosedDoor(DefaultAccountAdapter):  # type: ignore[misc]  # the library has no types
    """Nobody signs up by themselves; what a person can meet on the way in is said in our words."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "email_password_mismatch": _("The e-mail address or the password is not right. Check both."),
        "too_many_login_attempts": _("Too many attempts. Wait a few minutes, then try again."),
    }

    def format_email_subject(self, subject: str) -> str:
        """The subject as it is: the library would put the address of the server before it."""
        return subject

    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002 - allauth's signature
        return False

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:  # noqa: ARG002
        """The account's name alone: with the request's Host, another port in it would start a new count."""
        return f"login:{credentials.get('email', '').lower()}"
