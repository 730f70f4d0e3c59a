"""Records allauth's signals in the sign-in trail; connected by the app's `ready`."""

from typing import Any

from allauth.account import signals as allauth
from allauth.account.adapter import get_adapter
from django.contrib.auth import signals as auth
from django.http import HttpRequest

from goodword.accounts.domain import sign_ins
from goodword.accounts.models import User
from goodword.accounts.sessions import LAST_SEEN
from goodword.core import clock


def _trail(action: str) -> Any:
    def receive(*, request: HttpRequest, user: User | None, **_: Any) -> None:
        if user is not None:
            sign_ins.record(user, action=action, now=clock.now(), **sign_ins.where(request))

    return receive


def _seen(*, request: HttpRequest, **_: Any) -> None:
    request.session[LAST_SEEN] = int(clock.now().timestamp())


def _lift_limits(*, request: HttpRequest, user: User, **_: Any) -> None:
    get_adapter(request).lift_limits(request, user)


def connect() -> None:
    """Connect the receivers, by strong references because they are local functions."""
    auth.user_logged_in.connect(_seen, weak=False, dispatch_uid="goodword.seen")
    allauth.password_reset.connect(_lift_limits, weak=False, dispatch_uid="goodword.lift_limits")
    for signal, action in (
        (allauth.user_logged_in, sign_ins.SIGNED_IN),
        (allauth.user_logged_out, sign_ins.SIGNED_OUT),
        (allauth.password_changed, sign_ins.CHANGED),
        (allauth.password_set, sign_ins.CHANGED),
        (allauth.password_reset, sign_ins.RESET),
    ):
        signal.connect(_trail(action), weak=False, dispatch_uid=f"goodword.{action}.{id(signal)}")
