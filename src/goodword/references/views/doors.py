"""What the doors of both portals share: the page, the closed page, and that nothing behind them is kept or listed."""

from datetime import datetime
from typing import Protocol

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.utils import translation

from goodword.candidates.queries import recruiter_of
from goodword.references.domain.context import CheckContext
from goodword.references.models import Check
from goodword.steps.portal import closed_page


class Inside(Protocol):
    """Who stands behind a door, with the check that they came for."""

    @property
    def token(self) -> str:
        """The secret part of their link."""

    @property
    def check(self) -> Check:
        """The check."""

    @property
    def context(self) -> CheckContext:
        """Whose it is, for which role."""

    @property
    def now(self) -> datetime:
        """When the page was asked for."""


def page(request: HttpRequest, template: str, at: Inside, **context: object) -> HttpResponse:
    """A page of either portal, with what its layout shows."""
    return render(
        request,
        template,
        {
            "token": at.token,
            "organisation": at.context.organisation,
            "contact_name": at.context.recruiter.name,
            "contact_email": at.context.recruiter.address,
            "candidate": at.context.candidate.name,
            "title": at.context.title,
            "check": at.check,
            **context,
        },
    )


def closed(request: HttpRequest, about: CheckContext) -> HttpResponse:
    """The neutral page, in the language of what it closes."""
    with translation.override(about.language):
        recruiter = recruiter_of(about.application)
        return closed_page(request, organisation=about.organisation, recruiter=recruiter)


def private(response: HttpResponse) -> HttpResponse:
    """Never cached, never listed."""
    response["Cache-Control"] = "no-store"
    response["X-Robots-Tag"] = "noindex"
    return response


def is_script(request: HttpRequest) -> bool:
    """Whether a script of the page asks, to save while somebody types."""
    return "HX-Request" in request.headers


def to_first_page(request: HttpRequest, name: str, token: str) -> HttpResponse:
    """Lead to the page that says where things stand, from a form or from a script of the page."""
    if not is_script(request):
        return private(redirect(name, token=token))
    return private(HttpResponse(status=204, headers={"HX-Redirect": resolve_url(name, token=token)}))
