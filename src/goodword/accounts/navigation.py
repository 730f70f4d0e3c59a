"""The navigation of the settings, by URL names."""

from collections.abc import Callable
from typing import Any

from django.urls import reverse

from goodword.accounts.access import MemberRequest
from goodword.accounts.models import Organisation

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
