"""Whether a member has a second factor, and whether a session was opened or confirmed with one."""

from typing import Any, Final

from allauth.account.authentication import get_authentication_records
from allauth.mfa.models import Authenticator
from django.http import HttpRequest

#: kinds of authenticator that are a second factor; recovery codes only replace one
FACTORS: Final = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)


def has_second_factor(user: Any) -> bool:
    return bool(Authenticator.objects.filter(user_id=user.pk, type__in=FACTORS).exists())


def uses(request: HttpRequest) -> list[dict[str, Any]]:
    """allauth's records of codes, recovery codes and passkeys used in this session, the latest last."""
    records = get_authentication_records(request, request.user)
    return [record for record in records if record.get("method") == "mfa"]
