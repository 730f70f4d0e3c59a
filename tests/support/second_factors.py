"""Members' second factors."""

import time

from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from django.core.cache import cache

from goodword.accounts.models import User


def code(secret: str, *, seconds: int = 0) -> str:
    """The app's current code, or the next one if that is valid for less than `seconds`. Clears the record of its use,
    since a second use within 30 seconds would be rejected."""
    cache.clear()
    left = 30 - time.time() % 30
    if left < seconds:
        time.sleep(left)
    return str(format_hotp_value(hotp_value(secret, int(time.time()) // 30)))


def with_app(user: User) -> str:
    """Add an authenticator app and recovery codes. Returns the app's secret."""
    secret = str(generate_totp_secret())
    TOTP.activate(user, secret)
    RecoveryCodes.activate(user)
    return secret


def recovery_codes(user: User) -> list[str]:
    codes: list[str] = RecoveryCodes.activate(user).get_unused_codes()
    return codes
