"""Doors into the portals: from a link's token to what it opens, and the kind pages for when nothing does."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from goodword.accounts.models import Organisation
from goodword.candidates.models import Application
from goodword.candidates.queries import Recruiter, recruiter_of
from goodword.notifications.domain import links
from goodword.notifications.models import Link
from goodword.steps.models import StepStart


@dataclass(frozen=True, kw_only=True)
class Visit:
    """A candidate at their portal: one portal per application, entered by the link of one of its steps."""

    token: str
    link: Link
    start: StepStart
    application: Application
    organisation: Organisation
    recruiter: Recruiter


def visit_of(token: str) -> Visit | None:
    """What a candidate's link opens; None for an unknown one. Opening it changes nothing."""
    link = links.resolve(token, purpose=Link.Purpose.CANDIDATE)
    if link is None:
        return None
    start = (
        StepStart.objects.of(link.organisation)
        .select_related("application__candidate", "application__role__owner__user", "step")
        .filter(pk=link.subject_id)
        .first()
    )
    if start is None:
        return None
    return Visit(
        token=token,
        link=link,
        start=start,
        application=start.application,
        organisation=link.organisation,
        recruiter=recruiter_of(start.application),
    )


def closed_page(request: HttpRequest, *, organisation: Organisation, recruiter: Recruiter) -> HttpResponse:
    """The neutral page: the same for candidate and referee, whatever closed the step. It tells nothing."""
    return _page(request, "steps/closed.html", 200, organisation=organisation, recruiter=recruiter)


def unknown_page(request: HttpRequest) -> HttpResponse:
    """The page of a link that opens nothing: mistyped, cut off by a mail program, or erased."""
    return _page(request, "steps/unknown.html", 404)


def _page(request: HttpRequest, template: str, status: int, **context: object) -> HttpResponse:
    response = render(request, template, context, status=status)
    response["Cache-Control"] = "no-store"
    response["X-Robots-Tag"] = "noindex"
    return response
