"""Sessions that end after GOODWORD_SESSION_HOURS without a request."""

from collections.abc import Callable
from typing import Final

from django.http import HttpRequest, HttpResponse

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
