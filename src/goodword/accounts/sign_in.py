"""Sign-in with allauth, without sign-up: its audit trail, limits on failures, session timeouts and password resets."""

import logging
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from ipaddress import ip_address, ip_network
from smtplib import SMTPException
from typing import Any, Final
from urllib.parse import quote

from allauth.account import signals as allauth
from allauth.account.adapter import DefaultAccountAdapter, get_adapter
from allauth.account.authentication import get_authentication_records
from allauth.account.forms import default_token_generator
from allauth.account.internal.stagekit import clear_login
from allauth.account.utils import url_str_to_user_pk, user_pk_to_url_str
from allauth.core import context
from allauth.core.internal import ratelimit
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import signals as auth
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.hashers import check_password
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.models import Session
from django.core import signing
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from goodword.accounts import access, reauthentication, security_mails, single_sign_on
from goodword.accounts.domain.audit import (
    CHANGED,
    FAILED,
    RESET,
    SIGNED_IN,
    SIGNED_OUT,
    SIGNED_OUT_EVERYWHERE,
    SSO_REQUIRED,
    origin_of,
    record_lockout,
    record_sign_in,
)
from goodword.accounts.models import AuditEntry, User
from goodword.accounts.reauthentication import has_second_factor
from goodword.core import clock
from goodword.core.addresses import normalised

log = logging.getLogger(__name__)

_COOKIE_AGE: Final = timedelta(days=180)
_COOKIE_SALT: Final = "goodword.accounts.known_browser"
#: limit of failed sign-ins to an account from unknown networks and browsers: 100 an hour
_FROM_ANYWHERE: Final[dict[str, Any]] = {
    "app": "allauth.account",
    "action": "login_failed_anywhere",
    "config": {"login_failed_anywhere": "100/h/key"},
}
LAST_SEEN: Final = "last_seen"
#: seconds between two writes of a session
SAVE_EVERY: Final = 300
_METHODS: Final = {"webauthn": "passkey", "socialaccount": "single sign-on"}
_CONFIRM_WITH: Final = {
    "reauthenticate": gettext_lazy("Use your password"),
    "mfa_reauthenticate": gettext_lazy("Use a code"),
    "mfa_reauthenticate:webauthn": gettext_lazy("Use a passkey"),
}
_RESET_MAIL = "account/email/password_reset_key"


def has_signed_in_from(user: User, address: str) -> bool:
    entries = AuditEntry.objects.across_organisations().filter(member__user=user, action=SIGNED_IN)
    known = entries.values_list("details__address", flat=True).distinct()
    return _network(address) in {_network(earlier) for earlier in known}


def _network(address: str) -> str:
    try:
        found = ip_address(address)
    except ValueError:
        return address
    return str(ip_network((found, 64), strict=False)) if found.version == 6 else str(found)


def sign_out_everywhere(user: User, *, address: str, browser: str, now: datetime) -> None:
    """End all of the user's sessions, including this one."""
    with transaction.atomic():
        User.objects.filter(pk=user.pk).update(session_epoch=F("session_epoch") + 1)
        record_sign_in(user, action=SIGNED_OUT_EVERYWHERE, address=address, browser=browser, now=now)


def forget_ended_sessions(*, now: datetime) -> None:
    going_on = Session.objects.filter(expire_date__gt=now).values("session_key")
    UserSession.objects.exclude(session_key__in=going_on).delete()


def methods_of(request: HttpRequest, user: User) -> list[str]:
    """The methods that allauth recorded for this sign-in: "password", "passkey", or the second factor."""
    names = [
        str(record.get("type") or record["method"]) for record in get_authentication_records(request, user)
    ]
    return [_METHODS.get(name, name) for name in names]


def remember_browser(response: HttpResponse, user: User) -> None:
    """Set a signed cookie that exempts this browser when others lock the user's account."""
    response.set_cookie(
        settings.KNOWN_BROWSER_COOKIE_NAME,
        signing.dumps(user.pk, salt=_COOKIE_SALT),
        max_age=_COOKIE_AGE,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def is_known_browser(user: User, request: HttpRequest) -> bool:
    value = request.COOKIES.get(settings.KNOWN_BROWSER_COOKIE_NAME, "")
    try:
        return bool(signing.loads(value, salt=_COOKIE_SALT, max_age=_COOKIE_AGE) == user.pk)
    except signing.BadSignature:
        return False


class ClosedSignupAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # the library has no types
    """Closes sign-up, replaces error messages and limits failed sign-ins per account."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "email_password_mismatch": gettext_lazy("Wrong e-mail address or password."),
        "too_many_login_attempts": gettext_lazy("Too many attempts. Wait a few minutes, then try again."),
    }

    def format_email_subject(self, subject: str) -> str:
        """Return the subject without allauth's prefix, the server's address."""
        return subject

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        """Count failures per account and network, so that strangers can't lock the owner out."""
        return f"{_account(credentials)}:{ratelimit.get_ip(request)}"

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Refuse after too many failures from this network, or from networks and browsers new to the account."""
        try:
            super().pre_authenticate(request, **credentials)
            self._consume_from_anywhere(request, credentials)
        except ValidationError:
            if user := _user(credentials):
                record_lockout(user, now=clock.now(), **origin_of(request))
            raise

    def _consume_from_anywhere(self, request: HttpRequest, credentials: Mapping[str, Any]) -> None:
        user = _user(credentials)
        if user and (
            is_known_browser(user, request) or has_signed_in_from(user, request.META["REMOTE_ADDR"])
        ):
            return
        # also for unknown accounts, since the refusal would otherwise reveal which ones exist
        self._from_anywhere = ratelimit.consume(request, key=_account(credentials), **_FROM_ANYWHERE)
        if not self._from_anywhere:
            raise self.validation_error("too_many_login_attempts")

    def _rollback_login_failed_rl_usage(self) -> None:
        super()._rollback_login_failed_rl_usage()
        if usage := getattr(self, "_from_anywhere", None):
            usage.rollback()

    def lift_limits(self, request: HttpRequest, user: User) -> None:
        """Forget failed sign-ins to this account, since its owner has just authenticated."""
        credentials = {"email": user.email}
        self._delete_login_attempts_cached_email(request, **credentials)
        ratelimit.clear(request, key=_account(credentials), **_FROM_ANYWHERE)

    def post_login(self, request: HttpRequest, user: Any, **kwargs: Any) -> HttpResponse:
        response: HttpResponse = super().post_login(request, user, **kwargs)
        remember_browser(response, user)
        return response

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        """Record the failure in the sign-in trail. If the address is unknown, it is only logged."""
        if user := _user(credentials):
            record_sign_in(user, action=FAILED, now=clock.now(), **origin_of(request))
        else:
            log.warning(
                "Failed sign-in with an unknown e-mail address from %s", origin_of(request)["address"]
            )

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:  # noqa: ARG002 - allauth's signature
        """Whether allauth's own pages must ask for confirmation. Unlike in allauth, a sign-in counts as a
        confirmation."""
        return not reauthentication.is_recent(context.request)

    def get_reauthentication_methods(self, user: AbstractBaseUser | AnonymousUser) -> list[dict[str, Any]]:
        """The methods with our labels. A second factor can't be replaced by another method."""
        found: list[dict[str, Any]] = super().get_reauthentication_methods(user)
        found = [method | {"description": _CONFIRM_WITH.get(method["id"], "")} for method in found]
        if has_second_factor(user):
            return [method for method in found if method["id"] != "reauthenticate"]
        again = [
            {
                "id": f"single_sign_on:{provider.sub_id}",
                "description": _("Use %(name)s") % {"name": provider.name},
                "url": reverse("account_reauthenticate_single_sign_on", args=[provider.sub_id]),
            }
            for provider in single_sign_on.linked(user)
        ]
        return again + found if single_sign_on.is_session(context.request) else found + again

    def pre_login(self, request: HttpRequest, user: Any, **kwargs: Any) -> HttpResponse | None:
        """Refuse passwords and passkeys if single sign-on is required."""
        refusal: HttpResponse | None = super().pre_login(request, user, **kwargs)
        if refusal or "sociallogin" in (kwargs.get("signal_kwargs") or {}):
            return refusal
        if name := access.only_by_single_sign_on(user):
            record_sign_in(user, action=SSO_REQUIRED, now=clock.now(), **origin_of(request))
            clear_login(request)
            messages.error(request, single_sign_on.required_by(name))
            return redirect("account_login")
        return None

    def set_password(self, user: AbstractBaseUser, password: str) -> None:
        """Unlike allauth, save nothing else, since the name, for example, may just have been changed."""
        user.set_password(password)
        user.save(update_fields=["password"])

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:  # noqa: ARG002 - allauth's signature
        return reverse("account")

    def send_notification_mail(
        self,
        template_prefix: str,
        user: AbstractBaseUser,
        context: dict[str, Any] | None = None,  # noqa: ARG002 - allauth's signature
        email: str | None = None,  # noqa: ARG002
    ) -> None:
        """Queue the mail, since the page must not wait for the mail server."""
        assert isinstance(user, User)
        security_mails.queue_mail(user, template_prefix, now=clock.now(), **origin_of(self.request))

    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002 - allauth's signature
        return False


def _user(credentials: Mapping[str, Any]) -> User | None:
    return User.objects.filter(email=normalised(str(credentials.get("email", "")))).first()


def _account(credentials: Mapping[str, Any]) -> str:
    """The key for counting failed sign-ins: the same for every spelling of an address that finds the account."""
    user = _user(credentials)
    return f"user {user.pk}" if user else f"unknown {normalised(str(credentials.get('email', '')))}"


class SessionTimeout:
    """Prolong the session with each request, except one by which an open page polls or asks how long it lasts."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        by_page = request.headers.get("X-Goodword") == "poll" or request.path_info == reverse(
            "account_session"
        )
        if request.user.is_authenticated and (request.method == "POST" or not by_page):
            now = int(clock.now().timestamp())
            if now - request.session.get(LAST_SEEN, 0) >= SAVE_EVERY:
                request.session[LAST_SEEN] = now
                UserSession.objects.create_from_request(request)
        return self.get_response(request)


def seconds_left(request: HttpRequest) -> int:
    """Seconds until this session ends if there are no more requests; 0 if nobody is signed in."""
    if not request.user.is_authenticated:
        return 0
    if request.session.modified:  # saved, and thereby prolonged, after the response
        return request.session.get_expiry_age()
    row = Session.objects.filter(session_key=request.session.session_key).first()
    return max(0, request.session.get_expiry_age(expiry=row.expire_date)) if row else 0


def _record_action(action: str) -> Any:
    def receive(*, request: HttpRequest, user: User | None, **_: Any) -> None:
        if user is not None:
            methods = methods_of(request, user) if action == SIGNED_IN else []
            record_sign_in(user, action=action, now=clock.now(), methods=methods, **origin_of(request))

    return receive


def _note_last_seen(*, request: HttpRequest, **_: Any) -> None:
    request.session[LAST_SEEN] = int(clock.now().timestamp())


def _lift_limits(*, request: HttpRequest, user: User, **_: Any) -> None:
    get_adapter(request).lift_limits(request, user)


def connect_signals() -> None:
    """Connect signals with strong references, because the receivers are local functions."""
    auth.user_logged_in.connect(_note_last_seen, weak=False, dispatch_uid="goodword.seen")
    allauth.password_reset.connect(_lift_limits, weak=False, dispatch_uid="goodword.lift_limits")
    for signal, action in (
        (allauth.user_logged_in, SIGNED_IN),
        (allauth.user_logged_out, SIGNED_OUT),
        (allauth.password_changed, CHANGED),
        (allauth.password_set, CHANGED),
        (allauth.password_reset, RESET),
    ):
        signal.connect(_record_action(action), weak=False, dispatch_uid=f"goodword.{action}.{id(signal)}")


class NotCurrentPassword:
    def validate(self, password: str, user: AbstractBaseUser | None = None) -> None:
        # not user.check_password, which would save the user to upgrade the hash
        if user is not None and user.pk and check_password(password, user.password):
            raise ValidationError(_("This is your current password. Choose a different one."), code="not_new")

    def get_help_text(self) -> str:
        return _("Your password can't be the current one.")


def reset_link(user: User) -> str:
    """A link that works once, within PASSWORD_RESET_TIMEOUT. Not built from a request, whose headers can be forged."""
    path = reverse("account_reset_password_from_key", kwargs={"uidb36": "UID", "key": "KEY"})
    key = f"{user_pk_to_url_str(user)}-{default_token_generator.make_token(user)}"
    return settings.GOODWORD_BASE_URL + path.replace("UID-KEY", quote(key))


def user_of_reset_link(_: HttpRequest, parts: Mapping[str, object]) -> int:
    """The user's id, or 0 if the link is malformed."""
    try:
        return int(url_str_to_user_pk(str(parts["uidb36"])))
    except ValueError:
        return 0


def mail_reset_link(*, user_id: int, asked_at: datetime, now: datetime) -> None:
    """Mail a reset link. Raises OSError or SMTPException for a retry; from an hour after the request, failures are only
    logged."""
    user = User.objects.filter(pk=user_id, is_active=True).first()
    if user is None:
        return
    link = reset_link(user)
    context = {"email": user.email, "password_reset_url": link, "button_url": link}
    context["help_contact"] = settings.GOODWORD_HELP_CONTACT
    try:
        get_adapter().render_mail(_RESET_MAIL, user.email, context).send()
    except (SMTPException, OSError):
        if now - asked_at < timedelta(seconds=settings.PASSWORD_RESET_TIMEOUT):
            raise
        log.warning(
            "No reset link was mailed to user %s: the mail server cannot be used", user_id, exc_info=True
        )
