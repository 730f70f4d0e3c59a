"""The navigation of members' pages and of the settings, by URL names, and the layout's context."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

from goodword.accounts.access import MemberRequest
from goodword.accounts.models import Membership, Organisation

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
#: label, URL name, icon, whether only admins see it
_SETTINGS = (
    ("Integrations", "integrations", "plug", False),
    ("Webhook deliveries", "greenhouse_inbox", "list", True),
    ("Notes in Greenhouse", "note_settings", "note", True),
    ("Organisation", "organisation_settings", "building", True),
    ("E-mail texts", "mail_texts", "edit", True),
    ("Sender domain", "sender_domain", "globe", True),
    ("Members", "members", "candidates", True),
    ("Sign-in", "sign_in_rules", "lock", True),
    ("Audit log", "audit_log", "history", True),
    ("Retention", "retention", "clock", True),
    ("Fairness", "fairness", "scales", True),
    ("Validity", "validity", "results", True),
    ("Undelivered mail", "undelivered", "alert", False),
    ("Your notifications", "notification_settings", "mail", False),
)

#: URL name of a settings page -> whether to show its entry
_conditions: dict[str, Callable[[Organisation], object]] = {}


def show_if(name: str, condition: Callable[[Organisation], object]) -> None:
    """Show the entry of this settings page only to organisations that meet the condition."""
    _conditions[name] = condition


def member_layout(request: HttpRequest) -> dict[str, Any]:
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


def settings_nav(request: MemberRequest) -> list[dict[str, Any]]:
    member, organisation = request.member, request.organisation
    shown = [
        (label, reverse(name, args=[organisation.slug]), icon)
        for label, name, icon, admins_only in _SETTINGS
        if (member.is_admin or not admins_only)
        and (name not in _conditions or _conditions[name](organisation))
    ]
    here = max((url for _, url, _ in shown if request.path.startswith(url)), key=len, default="")
    return [{"label": label, "url": url, "icon": icon, "current": url == here} for label, url, icon in shown]
