"""Sign-in by allauth; sign-up is closed: people come by invitation or by `goodword createadmin`."""

import logging
from collections.abc import Mapping
from smtplib import SMTPException
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

logger = logging.getLogger(__name__)


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

    def send_mail(self, template_prefix: str, email: str, context: Mapping[str, Any]) -> None:
        """Send the mail of a forgotten password. A failure is for the operator's log: a page that told of it
        would tell a stranger which addresses have a login."""
        try:
            super().send_mail(
                template_prefix, email, {**context, "button_url": context.get("password_reset_url")}
            )
        except (SMTPException, OSError):
            logger.exception("The mail %s could not be sent", template_prefix)
