"""A signed cookie that exempts a member's browser from lockouts caused by wrong passwords from elsewhere."""

from datetime import timedelta
from typing import Final

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse

from goodword.accounts.models import User

KEPT: Final = timedelta(days=180)
_SALT: Final = "goodword.accounts.known_browser"


def remember(response: HttpResponse, user: User) -> None:
    """Set the cookie, which contains only the user."""
    response.set_cookie(
        settings.KNOWN_BROWSER_COOKIE_NAME,
        signing.dumps(user.pk, salt=_SALT),
        max_age=KEPT,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def is_of(user: User, request: HttpRequest) -> bool:
    """Whether this user has signed in with this browser."""
    value = request.COOKIES.get(settings.KNOWN_BROWSER_COOKIE_NAME, "")
    try:
        return bool(signing.loads(value, salt=_SALT, max_age=KEPT) == user.pk)
    except signing.BadSignature:
        return False
