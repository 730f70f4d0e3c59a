from collections.abc import Mapping
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from goodword.accounts.access import MemberRequest
from goodword.greenhouse.models import Connection
from goodword.greenhouse.setup.connections import connection_of, oldest_connection


def connected(request: MemberRequest, pk: int) -> Connection:
    connection = connection_of(request.organisation, pk)
    if connection is None:
        raise Http404("not connected")
    return connection


def settings_page(
    request: MemberRequest, name: str, context: Mapping[str, Any], *, status: int = HttpResponse.status_code
) -> HttpResponse:
    """A settings page that browsers must not store, since it may show the secret key or personal data."""
    response = render(
        request,
        f"greenhouse/{name}.html",
        {"settings_nav": settings_nav(request), **context},
        status=status,
    )
    response["Cache-Control"] = "no-store"
    return response


def settings_nav(request: MemberRequest) -> list[dict[str, Any]]:
    links = [(_("Integrations"), "integrations", "plug")]
    if request.member.is_admin and oldest_connection(request.organisation):
        links.append((_("Webhook deliveries"), "greenhouse_inbox", "list"))
    if request.member.is_admin:
        links.append((_("Notes in Greenhouse"), "note_settings", "note"))
        links.append((_("Organisation"), "organisation_settings", "building"))
        links.append((_("E-mail texts"), "mail_texts", "edit"))
        links.append((_("Sender domain"), "sender_domain", "globe"))
        links.append((_("Members"), "members", "candidates"))
        links.append((_("Sign-in"), "sign_in_rules", "lock"))
        links.append((_("Audit log"), "audit_log", "history"))
        links.append((_("Retention"), "retention", "clock"))
        links.append((_("Fairness"), "fairness", "scales"))
        links.append((_("Validity"), "validity", "results"))
    links.append((_("Undelivered mail"), "undelivered", "alert"))
    links.append((_("Your notifications"), "notification_settings", "mail"))
    urls = [(label, reverse(name, args=[request.organisation.slug]), icon) for label, name, icon in links]
    here = max((url for _label, url, _icon in urls if request.path.startswith(url)), key=len, default="")
    return [{"label": label, "url": url, "icon": icon, "current": url == here} for label, url, icon in urls]
