"""Mails a new link after a referee's has expired, to the address we know."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import translation
from django.utils.html import format_html
from django.views.decorators.http import require_http_methods

from goodword.candidates.queries import recruiter_of
from goodword.core import clock
from goodword.notifications.domain import links
from goodword.notifications.models import Link
from goodword.notifications.people import masked
from goodword.references.domain.context import check_context, referee_language
from goodword.references.domain.invitations import linked_check, send_fresh_link
from goodword.references.views import doors
from goodword.steps.languages import carried, links_for, of_address, of_browser
from goodword.steps.portal import closed_page, unknown_page


@require_http_methods(["GET", "HEAD", "POST"])
def fresh(request: HttpRequest, token: str) -> HttpResponse:
    """For a referee's link. The candidate's: workspace.views.fresh."""
    now, link = clock.now(), links.resolve(token, purpose=Link.Purpose.REFEREE)
    found = linked_check(link, now=now) if link else None
    if link is None or found is None:
        return unknown_page(request)
    language = found.language
    if found.request is not None:
        language = referee_language(found.request, browser=of_browser(request))
    language = of_address(request, found.check.languages) or language
    facts = check_context(found.check, language=language)
    with translation.override(language):
        if not found.is_live:
            recruiter = recruiter_of(facts.application)
            return closed_page(request, organisation=facts.organisation, recruiter=recruiter)
        if links.is_alive(link, now=now):
            return doors.private(redirect("referee", token))
        if request.method == "POST":
            send_fresh_link(link, now=now)
            return doors.private(
                redirect(carried(request, f"{reverse('referee_fresh', args=[token])}?sent=1"))
            )
        shown = {
            "organisation": facts.organisation,
            "recruiter": facts.recruiter,
            "address": format_html('<span class="nowrap">{}</span>', masked(found.address)),
            "sent": "sent" in request.GET,
            "data_url": carried(request, reverse("referee_data", args=[token])),
            **links_for(request, found.check.languages, current=language),
        }
        return doors.private(render(request, "references/expired.html", shown))
