"""The door of the candidate's pages: from a link's token to an attempt that is open, or to the page that says why not.

Opening a link changes nothing.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, Concatenate

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.views.decorators.http import require_http_methods

from goodword.assessments.domain import guard
from goodword.assessments.models import Attempt
from goodword.assessments.queries import latest_attempt
from goodword.core import clock
from goodword.notifications.domain.links import is_alive
from goodword.steps.models import Run
from goodword.steps.portal import Visit, closed_page, unknown_page, visit_of
from goodword.steps.states import takes_answers


@dataclass(frozen=True, kw_only=True)
class Sitting:
    """A candidate with their attempt."""

    visit: Visit
    attempt: Attempt

    def url(self, name: str, *args: object) -> str:
        """The address of one of the assessment's pages, for this link."""
        return reverse(name, args=[self.visit.token, *args])

    @property
    def first_page(self) -> str:
        """The address that always shows where things stand."""
        return self.url("portal_assessment")


type Page[**P] = Callable[Concatenate[HttpRequest, Sitting, P], HttpResponse]

#: pages of an attempt that has ended by the candidate's own hand
ENDED = {
    Run.Progress.COMPLETED.value: "assessments/portal/thanks.html",
    Run.Progress.DECLINED.value: "assessments/portal/declined.html",
}


def door[**P](page: Page[P]) -> Callable[..., HttpResponse]:
    """Give the page a Sitting, in the attempt's language, if something can still come in.

    An ended or closed attempt shows its last page instead; a form sent too late is led there.
    """

    @require_http_methods(["GET", "HEAD", "POST"])
    @wraps(page)
    def enter(request: HttpRequest, token: str, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        visit = visit_of(token)
        if visit is None:
            return unknown_page(request)
        now = clock.now()
        attempt = latest_attempt(visit.application)
        if attempt is None or visit.application.is_going or not is_alive(visit.link, now=now):
            return _closed(request, visit)
        sitting = Sitting(visit=visit, attempt=attempt)
        with translation.override(attempt.language), timezone.override(visit.organisation.zone):
            if takes_answers(attempt, now=now):
                try:
                    return kept_private(page(request, sitting, *args, **kwargs))
                except guard.Closed:  # it ended while this was on its way
                    return to_first_page(request, sitting)
            if request.method == "POST":
                return to_first_page(request, sitting)
            if template := ENDED.get(attempt.progress):
                return show(request, sitting, template)
        return _closed(request, visit)

    return enter


def show(
    request: HttpRequest, sitting: Sitting, template: str, *, status: int = 200, **context: Any
) -> HttpResponse:
    """Draw one of the candidate's pages, with what each of them shows."""
    visit = sitting.visit
    response = render(
        request,
        template,
        {
            "token": visit.token,
            "organisation": visit.organisation,
            "candidate": visit.application.candidate,
            "recruiter": visit.recruiter,
            "contact_name": visit.recruiter.name,
            "contact_email": visit.recruiter.address,
            **context,
        },
        status=status,
    )
    return kept_private(response)


def to_first_page(request: HttpRequest, sitting: Sitting) -> HttpResponse:
    """Lead to the page that says where things stand, from a form or from a request of htmx."""
    if request.headers.get("HX-Request"):
        return kept_private(HttpResponse(status=204, headers={"HX-Redirect": sitting.first_page}))
    return kept_private(redirect(sitting.first_page))


def kept_private(response: HttpResponse) -> HttpResponse:
    """Keep what a link shows out of caches and search engines."""
    response["Cache-Control"] = "no-store"
    response["X-Robots-Tag"] = "noindex"
    return response


def _closed(request: HttpRequest, visit: Visit) -> HttpResponse:
    return closed_page(request, organisation=visit.organisation, recruiter=visit.recruiter)
