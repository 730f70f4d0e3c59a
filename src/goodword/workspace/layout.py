"""What surrounds the content of members' pages: navigation with counts, and notices."""

from typing import Any

from django.http import HttpRequest

from goodword.accounts import navigation
from goodword.accounts.models import Membership
from goodword.core import installation
from goodword.notifications.domain.outage import current_outage
from goodword.reports.domain.reviews import to_review


def page_layout(request: HttpRequest) -> dict[str, Any]:
    """Context processor of all pages: `installation_mode`; for members' pages also layout, navigation counts and
    `mail_outage`."""
    layout = navigation.member_layout(request) | {"installation_mode": installation.shown_mode()}
    member = getattr(request, "member", None)
    if not isinstance(member, Membership):
        return layout
    if member.may_work:
        count = to_review(member, mine=True).count()
        for entry in layout["nav"]:
            entry["count"] = count if entry["name"] == "results" else 0
    return layout | {"mail_outage": current_outage()}
