"""Second factors by allauth: an authenticator app with recovery codes, and passkeys."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from functools import wraps
from typing import Any, Concatenate, Final

from allauth.account.internal.flows.login import record_authentication
from allauth.core import ratelimit
from allauth.mfa import signals
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.contrib.auth import HASH_SESSION_KEY
from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.db.models import F
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from goodword.accounts import security_mails
from goodword.accounts.domain import audit
from goodword.accounts.domain.members import NotChanged, follow_up_changed_sign_in, lock_colleague
from goodword.accounts.models import Membership, Organisation, User, active_members
from goodword.accounts.reauthentication import FACTORS
from goodword.core import clock, crypto
from goodword.core.crypto import seal_stored
from goodword.core.key_rotation import Stored, resealed

#: place of sealed secrets; the same for all users, since allauth doesn't say whose secret it is
_PLACE: Final = "mfa_authenticator"
_ADDED: Final[Mapping[str, str]] = {
    Authenticator.Type.TOTP: audit.APP_ADDED,
    Authenticator.Type.WEBAUTHN: audit.PASSKEY_ADDED,
    Authenticator.Type.RECOVERY_CODES: audit.CODES_CREATED,
}
_REMOVED: Final[Mapping[str, str]] = {
    Authenticator.Type.TOTP: audit.APP_REMOVED,
    Authenticator.Type.WEBAUTHN: audit.PASSKEY_REMOVED,
    Authenticator.Type.RECOVERY_CODES: audit.CODES_REMOVED,
}


#: after `goodword forget-field-key`
LOST: Final = gettext_lazy(
    "This second factor can't be checked, because the key it was encrypted with is lost. Ask an admin to reset it."
)


class SecondFactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]  # the library has no types
    """Encrypts secrets with the field keys, and replaces messages."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": gettext_lazy("Wrong code. Codes change every 30 seconds: enter the current one."),
    }

    def encrypt(self, text: str) -> str:
        return seal_stored(text, place=_PLACE)

    def decrypt(self, encrypted_text: str) -> str:
        return crypto.unseal(encrypted_text, place=_PLACE)

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        entity: dict[str, str] = super().get_public_key_credential_rp_entity()
        return entity | {"name": "Goodword"}

    def generate_authenticator_name(self, user: AbstractBaseUser, type: str) -> str:  # noqa: A002 - allauth's
        count = Authenticator.objects.filter(user_id=user.pk, type=type).count()
        return _("Passkey %(number)s") % {"number": count + 1} if count else _("Passkey")


def _values(data: Mapping[str, Any]) -> list[str]:
    return [*(data[name] for name in ("secret", "seed") if name in data), *data.get("migrated_codes", [])]


def _old(prefix: str) -> list[int]:
    rows = (
        Authenticator.objects.exclude(type=Authenticator.Type.WEBAUTHN)
        .order_by("pk")
        .values_list("pk", "data")
    )
    return [pk for pk, data in rows if any(not value.startswith(prefix) for value in _values(data))]


def _uses(prefix: str) -> bool:
    rows = Authenticator.objects.exclude(type=Authenticator.Type.WEBAUTHN).values_list("data", flat=True)
    return any(value.startswith(prefix) for data in rows for value in _values(data))


def _reseal(ids: Sequence[int]) -> int:
    lost = 0
    for row in Authenticator.objects.select_for_update(no_key=True).filter(pk__in=ids).order_by("pk"):
        data = dict(row.data)
        try:
            for name in ("secret", "seed"):
                if name in data:
                    data[name] = resealed(data[name], place=_PLACE)
            if "migrated_codes" in data:
                data["migrated_codes"] = [
                    resealed(migrated_code, place=_PLACE) for migrated_code in data["migrated_codes"]
                ]
        except crypto.CannotOpen:
            lost += 1
        else:
            Authenticator.objects.filter(pk=row.pk).update(data=data)
    return lost


STORED: Final = Stored(_old, _reseal, _uses)


def matching(user: User, code: str) -> Authenticator | None:
    """The authenticator that accepts this code, ignoring those that can't be decrypted."""
    for row in Authenticator.objects.filter(user=user).exclude(type=Authenticator.Type.WEBAUTHN):
        with suppress(crypto.CannotOpen):
            if row.wrap().validate_code(code):
                row.user = user
                return row
    return None


def codes_left(codes: Authenticator) -> int:
    try:
        return len(codes.wrap().get_unused_codes())
    except crypto.CannotOpen:
        return 0


def unless_lost[**P](
    view: Callable[Concatenate[HttpRequest, P], HttpResponseBase],
) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """Redirect to *Your account* if the view's recovery codes can't be decrypted."""

    @wraps(view)
    def wrapped(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        try:
            return view(request, *args, **kwargs)
        except crypto.CannotOpen:
            messages.error(
                request, _("The key that encrypted your recovery codes is lost. Create new recovery codes.")
            )
            return redirect("account")

    return wrapped


def _signed_in(request: HttpRequest, _: Mapping[str, object]) -> int:
    assert isinstance(request.user, User)
    return request.user.pk


def one_at_a_time[**P](
    view: Callable[Concatenate[HttpRequest, P], HttpResponseBase],
    *,
    whose: Callable[[HttpRequest, Mapping[str, object]], int] = _signed_in,
) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """Let a user's submissions wait for each other, so that a second click adds nothing. `whose`: the user's id, from
    the request and the URL's parts; by default, of the user who is signed in."""

    @wraps(view)
    def wrapped(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if request.method != "POST":
            return view(request, *args, **kwargs)
        with transaction.atomic():
            User.objects.select_for_update(no_key=True).filter(pk=whose(request, kwargs)).first()
            return view(request, *args, **kwargs)

    return wrapped


def unless_removed[**P](
    view: Callable[Concatenate[HttpRequest, P], HttpResponseBase],
) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """Like `one_at_a_time`. After a submission for a factor that has been removed, redirect to *Your account*."""
    waiting = one_at_a_time(view)

    @wraps(view)
    def wrapped(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        try:
            return waiting(request, *args, **kwargs)
        except Http404:
            if request.method != "POST":
                raise
            messages.info(request, _("It has already been removed."))
            return redirect("account")

    return wrapped


def unless_being_removed[**P](
    view: Callable[Concatenate[HttpRequest, P], HttpResponseBase],
) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """Ask to sign in again if the factor that the view checks is being removed, for example by an admin."""

    @wraps(view)
    def wrapped(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        try:
            return view(request, *args, **kwargs)
        except (Authenticator.DoesNotExist, Authenticator.NotUpdated):
            messages.error(request, _("This second factor has just been removed. Sign in again."))
            return redirect("account_login")

    return wrapped


def factors_of(users: Iterable[int]) -> dict[int, set[str]]:
    found: dict[int, set[str]] = {}
    rows = Authenticator.objects.filter(user_id__in=list(users), type__in=FACTORS)
    for user_id, kind in rows.values_list("user_id", "type"):
        found.setdefault(user_id, set()).add(kind)
    return found


def coverage(organisation: Organisation) -> tuple[int, int]:
    """Return the number of active members with a second factor, and of all active members."""
    members = active_members(organisation)
    with_one = Authenticator.objects.filter(user__in=members.values("user"), type__in=FACTORS)
    return with_one.values("user").distinct().count(), members.count()


def reset(*, member: Membership, by: Membership, now: datetime) -> bool:
    """Remove a colleague's second factors, unless the colleague also belongs to another organisation. Returns whether
    there were any. Raises NotChanged."""
    with transaction.atomic():
        if member.pk == by.pk:
            raise NotChanged(_("You can't reset your own second factor. Change it in Your account."))
        return remove_all(lock_colleague(member, by=by), by=by, now=now)


def remove_all(user: User, *, by: Membership | None, now: datetime) -> bool:
    """Remove the second factors and recovery codes of a user who is locked out, end their sessions and mail them. `by`:
    None for the operator. Returns whether there were any."""
    removed, _rows = Authenticator.objects.filter(user=user).delete()
    if not removed:
        return False
    follow_up_changed_sign_in(
        user, action=audit.FACTORS_REMOVED, change=security_mails.FACTORS_RESET, by=by, now=now
    )
    return True


def _record(request: HttpRequest, user: User, action: str) -> None:
    audit.record_sign_in(user, action=action, now=clock.now(), **audit.origin_of(request))


def _added(*, request: HttpRequest, user: User, authenticator: Authenticator, **_: Any) -> None:
    _record(request, user, _ADDED[authenticator.type])
    if authenticator.type in FACTORS:
        # its code or key has just been used
        record_authentication(request, user, "mfa", id=authenticator.pk, type=authenticator.type)
        if Authenticator.objects.filter(user=user, type__in=FACTORS).count() == 1:
            _end_other_sessions(request, user)


def _end_other_sessions(request: HttpRequest, user: User) -> None:
    """End the sessions that were opened without the factor, perhaps by somebody who knows the password."""
    User.objects.filter(pk=user.pk).update(session_epoch=F("session_epoch") + 1)
    user.refresh_from_db(fields=["session_epoch"])
    request.session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    request.session.save()  # at once, since a session with the old hash counts as ended
    UserSession.objects.filter(user=user).exclude(session_key=request.session.session_key).delete()


def mail_about_lock(request: HttpRequest, user: User) -> None:
    """E-mail the owner that wrong codes have locked the second step, at most once an hour."""
    now = clock.now()
    audit.record_lockout(user, now=now, **audit.origin_of(request))
    if ratelimit.consume(request, action="code_locked_mail", key=str(user.pk)):
        security_mails.queue_mail(user, security_mails.CODES_LOCKED, now=now, **audit.origin_of(request))


def _removed(*, request: HttpRequest, user: User, authenticator: Authenticator, **_: Any) -> None:
    _record(request, user, _REMOVED[authenticator.type])


def _failed(*, request: HttpRequest, user: User, **_: Any) -> None:
    _record(request, user, audit.CODE_FAILED)


def connect_signals() -> None:
    signals.authenticator_added.connect(_added, dispatch_uid="goodword.factor_added")
    signals.authenticator_reset.connect(_added, dispatch_uid="goodword.factor_reset")
    signals.authenticator_removed.connect(_removed, dispatch_uid="goodword.factor_removed")
    signals.authentication_failed.connect(_failed, dispatch_uid="goodword.factor_failed")
