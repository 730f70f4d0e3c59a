"""What members' pages show beside the shell of accounts.context."""

from typing import Any

from django.http import HttpRequest

from goodword.accounts.models import Membership
from goodword.notifications.domain.service import outage


def mail(request: HttpRequest) -> dict[str, Any]:
    """`mail_outage` for ui/member.html: since when mail does not go out; nothing for anybody but members."""
    if not isinstance(getattr(request, "member", None), Membership):
        return {}
    return {"mail_outage": outage()}
