"""Context processor for members' pages, in addition to accounts.context."""

from typing import Any

from django.http import HttpRequest

from goodword.accounts.models import Membership
from goodword.notifications.domain.service import outage


def mail(request: HttpRequest) -> dict[str, Any]:
    """`mail_outage` for ui/member.html, for members only."""
    if not isinstance(getattr(request, "member", None), Membership):
        return {}
    return {"mail_outage": outage()}
