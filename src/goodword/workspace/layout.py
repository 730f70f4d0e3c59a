"""The layout around the content of members' pages: navigation with counts, and notices."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

from goodword.accounts.models import Membership, Organisation
from goodword.core import installation
from goodword.notifications.domain.send import current_outage
from goodword.reports.domain.reviews import count_to_review

#: label, URL name, icon
_NAVIGATION = (
    ("Home", "needs_you", "home"),
    ("Roles", "roles", "roles"),
    ("Candidates", "candidates", "candidates"),
    ("Results to review", "results", "results"),
    ("Library", "library", "library"),
    ("Settings", "settings", "settings"),
    ("Help", "help", "help"),
)


def page_layout(request: HttpRequest) -> dict[str, Any]:
    """Context processor of all pages: `installation_mode`; for members' pages also layout, navigation counts and
    `mail_outage`."""
    layout = _member_layout(request) | {"installation_mode": installation.shown_mode()}
    member = getattr(request, "member", None)
    if not isinstance(member, Membership):
        return layout
    if member.may_work:
        count = count_to_review(member)
        for entry in layout["nav"]:
            entry["count"] = count if entry["name"] == "results" else 0
    return layout | {"mail_outage": current_outage()}


def _member_layout(request: HttpRequest) -> dict[str, Any]:
    member = getattr(request, "member", None)
    organisation = getattr(request, "organisation", None)
    if not isinstance(member, Membership) or not isinstance(organisation, Organisation):
        return {"help_contact": settings.GOODWORD_HELP_CONTACT}
    links = {name: reverse(name, args=[organisation.slug]) for _, name, _ in _NAVIGATION}
    here = max((url for url in links.values() if request.path.startswith(url)), key=len, default="")
    shown = [row for row in _NAVIGATION if member.may_work or row[1] not in {"library", "settings"}]
    return {
        "organisation": organisation,
        "member": {"name": member.user.name, "email": member.user.email, "kind": member.get_kind_display()},
        "membership": member,
        "nav": [
            {"name": name, "label": label, "url": links[name], "icon": icon, "current": links[name] == here}
            for label, name, icon in shown
        ],
        "search_url": reverse("search", args=[organisation.slug]),
        "search_query": request.GET.get("q", "") if request.path.endswith("/search/") else "",
        "help_url": links["help"],
        "settings_url": links["settings"],
        "account_url": reverse("account"),
        "sign_out_url": reverse("account_logout"),
        "help_contact": settings.GOODWORD_HELP_CONTACT,
    }
