"""Session timeouts, and the sign-in trail of allauth's signals."""

from collections.abc import Callable
from typing import Any, Final

from allauth.account import signals as allauth
from allauth.account.adapter import get_adapter
from django.contrib.auth import signals as auth
from django.http import HttpRequest, HttpResponse

from goodword.accounts.domain import sign_ins
from goodword.accounts.models import User
from goodword.core import clock

LAST_SEEN: Final = "last_seen"
#: seconds between two writes of a session
STEP: Final = 300


class IdleEnd:
    """Saves the session of an active member, which restarts its timeout."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            now = int(clock.now().timestamp())
            if now - request.session.get(LAST_SEEN, 0) >= STEP:
                request.session[LAST_SEEN] = now
        return self.get_response(request)


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
