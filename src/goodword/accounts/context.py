"""Context of the layout of members' pages: organisation, member, navigation."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

from goodword.accounts.models import Membership, Organisation

#: label, URL name, icon
_RAIL = (
    ("Roles", "roles", "roles"),
    ("Candidates", "candidates", "candidates"),
    ("Results to review", "results", "results"),
    ("Library", "library", "library"),
    ("Settings", "settings", "settings"),
    ("Help", "help", "help"),
)


def shell(request: HttpRequest) -> dict[str, Any]:
    """Variables of ui/member.html; almost none for other requests."""
    member = getattr(request, "member", None)
    organisation = getattr(request, "organisation", None)
    if not isinstance(member, Membership) or not isinstance(organisation, Organisation):
        return {"help_contact": settings.GOODWORD_HELP_CONTACT}
    links = {name: reverse(name, args=[organisation.slug]) for _, name, _ in _RAIL}
    here = max((url for url in links.values() if request.path.startswith(url)), key=len, default="")
    shown = [row for row in _RAIL if member.may_work or row[1] not in {"library", "settings"}]
    return {
        "organisation": organisation,
        "member": {"name": member.user.name, "email": member.user.email, "kind": member.get_kind_display()},
        "membership": member,
        "nav": [
            {"label": label, "url": links[name], "icon": icon, "current": links[name] == here}
            for label, name, icon in shown
        ],
        "search_url": links["candidates"],
        # other lists have their own search
        "search_query": request.GET.get("q", "") if here == links["candidates"] else "",
        "help_url": links["help"],
        "settings_url": links["settings"],
        "sign_out_url": reverse("account_logout"),
        "help_contact": settings.GOODWORD_HELP_CONTACT,
    }
