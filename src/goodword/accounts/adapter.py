"""Sign-in by allauth; sign-up is closed: people come by invitation or by `goodword createadmin`."""

import logging
from collections.abc import Mapping
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.internal import ratelimit
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from goodword.accounts.domain import sign_ins
from goodword.accounts.models import User
from goodword.core import clock

logger = logging.getLogger(__name__)


#: failed tries at one account from all addresses that it never signed in from
FROM_ANYWHERE = "100/h/key"


class ClosedDoor(DefaultAccountAdapter):  # type: ignore[misc]  # the library has no types
    """Nobody signs up by themselves; what a person can meet on the way in is said in our words."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "email_password_mismatch": _("The e-mail address or the password is not right. Check both."),
        "too_many_login_attempts": _("Too many attempts. Wait a few minutes, then try again."),
    }

    def format_email_subject(self, subject: str) -> str:
        """The subject as it is: the library would put the address of the server before it."""
        return subject

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        """Failed tries are counted by account and network address together, so that a stranger's do not lock
        out the account's owner."""
        # without the library's Host: another port in it would start a new count
        return f"login:{str(credentials.get('email', '')).lower()}:{ratelimit.get_ip(request)}"

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Refuse after too many failed tries: from this address, or from anywhere unless this address is known."""
        user = _user(credentials)
        where = sign_ins.where(request)
        try:
            super().pre_authenticate(request, **credentials)
            if user and not sign_ins.has_signed_in_from(user, where["address"]):
                self._from_anywhere = ratelimit.consume(
                    request,
                    app="allauth.account",
                    action="login_failed_anywhere",
                    config={"login_failed_anywhere": FROM_ANYWHERE},
                    key=user.email,
                )
                if not self._from_anywhere:
                    raise self.validation_error("too_many_login_attempts")
        except ValidationError:
            if user:
                sign_ins.record_lockout(user, now=clock.now(), **where)
            raise

    def _rollback_login_failed_rl_usage(self) -> None:
        super()._rollback_login_failed_rl_usage()
        if usage := getattr(self, "_from_anywhere", None):
            usage.rollback()

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        """Write it into the sign-in trail; of an unknown address only a line goes to the log."""
        if user := _user(credentials):
            sign_ins.record(user, action=sign_ins.FAILED, now=clock.now(), **sign_ins.where(request))
        else:
            logger.warning(
                "Failed sign-in with an unknown e-mail address from %s", sign_ins.where(request)["address"]
            )

    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002 - allauth's signature
        return False


def _user(credentials: Mapping[str, Any]) -> User | None:
    """Whose sign-in is tried."""
    return User.objects.filter(email__iexact=str(credentials.get("email", "")).strip()).first()
