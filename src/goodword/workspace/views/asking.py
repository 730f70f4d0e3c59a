"""The candidate asks a person, from any page of their portal."""

from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils import timezone, translation
from django.views.decorators.http import require_http_methods

from goodword.core import clock
from goodword.steps.asking import ask_page
from goodword.steps.portal import unknown_page, visit_of
from goodword.workspace.views.portal import (
    has_switched,
    language_of,
    languages_of,
    page_instead,
    private,
    tasks_of,
)


@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest, token: str) -> HttpResponseBase:
    """Works as long as the portal does, also once a step is done: that is when somebody wants a person to look again.

    Where the step is closed, the neutral page says whom to write to.
    """
    visit = visit_of(token)
    if visit is None:
        return unknown_page(request)
    now = clock.now()
    candidate = visit.application.candidate
    with translation.override(language_of(request, visit)), timezone.override(visit.organisation.zone):
        if (instead := page_instead(request, visit, tasks_of(visit, now=now), now=now)) is not None:
            return instead
    switched = has_switched(request, visit)
    with translation.override(language_of(request, visit)), timezone.override(visit.organisation.zone):
        return private(
            ask_page(
                request,
                application=visit.application,
                by="candidate",
                name=candidate.name,
                address=candidate.email,
                back=reverse("portal", args=[token]),
                context={
                    "token": token,
                    "organisation": visit.organisation,
                    "contact_name": visit.recruiter.name,
                    "contact_email": visit.recruiter.address,
                    "data_url": reverse("portal_data", args=[token]),
                    "layout": "workspace/portal_layout.html",
                    **languages_of(request, visit),
                },
                switched=switched,
            )
        )
