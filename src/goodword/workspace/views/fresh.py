"""Mails a new link after a candidate's has expired, to the address we know."""

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.html import format_html
from django.views.decorators.http import require_http_methods

from goodword.assessments.attempts import mails
from goodword.core import clock
from goodword.notifications.domain import links
from goodword.notifications.people import masked
from goodword.references.domain import fresh_link as of_check
from goodword.roles.models import Step
from goodword.steps.languages import carried
from goodword.steps.portal import Visit, closed_page, unknown_page, visit_of
from goodword.workspace.views.portal import language_links, language_of, private


@require_http_methods(["GET", "HEAD", "POST"])
def fresh(request: HttpRequest, token: str) -> HttpResponseBase:
    """Mail a new link to an assessment or reference check that the candidate can still open."""
    visit, now = visit_of(token), clock.now()
    if visit is None:
        return unknown_page(request)
    is_check = visit.step_request.step.kind == Step.Kind.REFERENCE_CHECK
    found = of_check.behind(visit.link, now=now) if is_check else mails.linked_attempt(visit.link, now=now)
    with (
        translation.override(language_of(request, visit)),
        timezone.override(visit.organisation.zone),
    ):
        if found is None or not found.is_live:
            return closed_page(request, organisation=visit.organisation, recruiter=visit.recruiter)
        if links.is_alive(visit.link, now=now):
            return private(redirect("portal", token))
        if request.method == "POST":
            (of_check.send_fresh if is_check else mails.send_fresh_link)(visit.link, now=now)
            return private(redirect(carried(request, f"{reverse('portal_fresh', args=[token])}?sent=1")))
        return private(_page(request, visit, found.address))


def _page(request: HttpRequest, visit: Visit, address: str) -> HttpResponse:
    return render(
        request,
        "references/expired.html",
        {
            "organisation": visit.organisation,
            "recruiter": visit.recruiter,
            "address": format_html('<span class="nowrap">{}</span>', masked(address)),
            "sent": "sent" in request.GET,
            "data_url": carried(request, reverse("portal_data", args=[visit.token])),
            **language_links(request, visit),
        },
    )
