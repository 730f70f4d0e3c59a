"""Sign-in by allauth. Sign-up is closed: members are invited, or created by `goodword createadmin`."""

import logging
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.internal import ratelimit
from django.conf import settings
from django.core import signing
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from goodword.accounts.domain import sign_ins
from goodword.accounts.models import User
from goodword.core import clock

logger = logging.getLogger(__name__)

_COOKIE_AGE: Final = timedelta(days=180)
_COOKIE_SALT: Final = "goodword.accounts.known_browser"
#: failed sign-ins to one account from unknown networks and browsers: 100 an hour
_FROM_ANYWHERE: Final[dict[str, Any]] = {
    "app": "allauth.account",
    "action": "login_failed_anywhere",
    "config": {"login_failed_anywhere": "100/h/key"},
}


def remember_browser(response: HttpResponse, user: User) -> None:
    """Set a signed cookie with the user, which exempts this browser from lockouts caused by others."""
    response.set_cookie(
        settings.KNOWN_BROWSER_COOKIE_NAME,
        signing.dumps(user.pk, salt=_COOKIE_SALT),
        max_age=_COOKIE_AGE,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def is_known_browser(user: User, request: HttpRequest) -> bool:
    """Whether this user has signed in with this browser."""
    value = request.COOKIES.get(settings.KNOWN_BROWSER_COOKIE_NAME, "")
    try:
        return bool(signing.loads(value, salt=_COOKIE_SALT, max_age=_COOKIE_AGE) == user.pk)
    except signing.BadSignature:
        return False


class ClosedSignupAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # the library has no types
    """Closes sign-up, rewords errors and limits failed sign-ins per account."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "email_password_mismatch": _("The e-mail address or the password is not right. Check both."),
        "too_many_login_attempts": _("Too many attempts. Wait a few minutes, then try again."),
    }

    def format_email_subject(self, subject: str) -> str:
        """Without allauth's prefix, the server's address."""
        return subject

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        """Count failures per account and network, so that a stranger's do not lock out the owner."""
        return f"{_account(credentials)}:{ratelimit.get_ip(request)}"

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Refuse after too many failures from this network, or from networks and browsers unknown to the account."""
        try:
            super().pre_authenticate(request, **credentials)
            self._consume_from_anywhere(request, credentials)
        except ValidationError:
            if user := _user(credentials):
                sign_ins.record_lockout(user, now=clock.now(), **sign_ins.where(request))
            raise

    def _consume_from_anywhere(self, request: HttpRequest, credentials: Mapping[str, Any]) -> None:
        user = _user(credentials)
        if user and (
            is_known_browser(user, request) or sign_ins.has_signed_in_from(user, request.META["REMOTE_ADDR"])
        ):
            return
        # for unknown accounts too, or the refusal would reveal which exist
        self._from_anywhere = ratelimit.consume(request, key=_account(credentials), **_FROM_ANYWHERE)
        if not self._from_anywhere:
            raise self.validation_error("too_many_login_attempts")

    def _rollback_login_failed_rl_usage(self) -> None:
        super()._rollback_login_failed_rl_usage()
        if usage := getattr(self, "_from_anywhere", None):
            usage.rollback()

    def lift_limits(self, request: HttpRequest, user: User) -> None:
        """Forget failed sign-ins to this account, whose owner has just authenticated."""
        credentials = {"email": user.email}
        self._delete_login_attempts_cached_email(request, **credentials)
        ratelimit.clear(request, key=_account(credentials), **_FROM_ANYWHERE)

    def post_login(self, request: HttpRequest, user: Any, **kwargs: Any) -> HttpResponse:
        response: HttpResponse = super().post_login(request, user, **kwargs)
        remember_browser(response, user)
        return response

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        """Record it in the sign-in trail; an unknown address is only logged."""
        if user := _user(credentials):
            sign_ins.record(user, action=sign_ins.FAILED, now=clock.now(), **sign_ins.where(request))
        else:
            logger.warning(
                "Failed sign-in with an unknown e-mail address from %s", sign_ins.where(request)["address"]
            )

    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002 - allauth's signature
        return False


def _user(credentials: Mapping[str, Any]) -> User | None:
    """The user named by these credentials."""
    return User.objects.filter(email__iexact=str(credentials.get("email", "")).strip()).first()


def _account(credentials: Mapping[str, Any]) -> str:
    """The key to count failures by: several spellings of an address can find one account."""
    user = _user(credentials)
    return f"user {user.pk}" if user else f"unknown {str(credentials.get('email', '')).strip().casefold()}"
