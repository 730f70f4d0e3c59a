"""An expired link: one button, and a fresh one goes to the address that we know."""

from typing import Final

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
from goodword.references.domain.about import About, about
from goodword.references.domain.fresh_link import Behind, behind, masked, send_fresh
from goodword.references.views import doors
from goodword.steps.portal import closed_page, unknown_page

FORMS: Final = ["GET", "HEAD", "POST"]


@require_http_methods(FORMS)
def candidate(request: HttpRequest, token: str) -> HttpResponse:
    """Of a candidate's link."""
    return _fresh(request, token, purpose=Link.Purpose.CANDIDATE, door="portal")


@require_http_methods(FORMS)
def referee(request: HttpRequest, token: str) -> HttpResponse:
    """Of a referee's link."""
    return _fresh(request, token, purpose=Link.Purpose.REFEREE, door="referee")


def _fresh(request: HttpRequest, token: str, *, purpose: str, door: str) -> HttpResponse:
    now, link = clock.now(), links.resolve(token, purpose=purpose)
    found = behind(link, now=now) if link else None
    if link is None or found is None:
        return unknown_page(request)
    facts = about(found.check, language=found.language)
    if not found.is_live:
        return _closed(request, facts)
    if links.is_alive(link, now=now):
        return doors.private(redirect(door, token))
    if request.method == "POST":
        send_fresh(link, now=now)
        return doors.private(redirect(f"{reverse(f'{door}_fresh', args=[token])}?sent=1"))
    return _page(request, found, facts)


def _page(request: HttpRequest, found: Behind, facts: About) -> HttpResponse:
    with translation.override(found.language):
        response = render(
            request,
            "references/expired.html",
            {
                "organisation": facts.organisation,
                "recruiter": facts.recruiter,
                "address": format_html('<span class="nowrap">{}</span>', masked(found.address)),
                "sent": "sent" in request.GET,
            },
        )
    return doors.private(response)


def _closed(request: HttpRequest, facts: About) -> HttpResponse:
    with translation.override(facts.language):
        return closed_page(
            request, organisation=facts.organisation, recruiter=recruiter_of(facts.application)
        )
