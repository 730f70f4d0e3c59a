"""Links to the portal, and short-lived ones to *Your data*, mailed to the known address only."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from goodword.accounts.models import Organisation
from goodword.candidates.models import Application
from goodword.candidates.queries import Recruiter, recruiter_of
from goodword.core.addresses import is_same
from goodword.notifications.domain import links
from goodword.notifications.domain.queue import Correspondent, LinkFor, queue
from goodword.notifications.models import Email, Link
from goodword.roles.models import Step
from goodword.workflow.domain.eligibility import lock_application
from goodword.workflow.models import StepRequest, StepRun
from goodword.workflow.states import takes_answers

#: first page of each kind of step
PAGES: Final = {Step.Kind.ASSESSMENT: "portal_assessment", Step.Kind.REFERENCE_CHECK: "portal_check"}
_DATA_PAGES: Final = {Link.Purpose.CANDIDATE: "portal_data", Link.Purpose.REFEREE: "referee_data"}


@dataclass(frozen=True, kw_only=True)
class Visit:
    """A candidate at their portal. An application has one portal, which every step's link opens."""

    token: str
    link: Link
    step_request: StepRequest
    application: Application
    organisation: Organisation
    recruiter: Recruiter


def visit_of(token: str, *, purpose: Link.Purpose = Link.Purpose.CANDIDATE) -> Visit | None:
    """The target of a candidate's link; None if unknown. Changes nothing."""
    link = links.resolve(token, purpose=purpose)
    if link is None:
        return None
    step_request = (
        StepRequest.objects.of(link.organisation)
        .select_related("application__candidate", "application__role__owner__user", "step")
        .filter(pk=link.subject_id)
        .first()
    )
    if step_request is None:
        return None
    step_request.organisation = step_request.application.organisation = link.organisation
    return Visit(
        token=token,
        link=link,
        step_request=step_request,
        application=step_request.application,
        organisation=link.organisation,
        recruiter=recruiter_of(step_request.application),
    )


def open_step_url(application: Application, *, kind: Step.Kind, token: str, now: datetime) -> str:
    """The first page of the application's step of this kind while it takes answers, else ""."""
    for model in StepRun.__subclasses__():
        runs = model.objects.of(application.organisation).filter(
            step_request__application=application, step_request__step__kind=kind
        )
        run = runs.order_by("-pk").first()
        if run is not None and takes_answers(run, now=now):
            return reverse(PAGES[kind], args=[token])
    return ""


def closed_page(request: HttpRequest, *, organisation: Organisation, recruiter: Recruiter) -> HttpResponse:
    """The neutral page, whatever closed the step. It links to *Your data*, a right that outlasts the step."""
    return _page(
        request,
        "workflow/closed.html",
        200,
        organisation=organisation,
        recruiter=recruiter,
        data_url=_data_url(request),
    )


def unknown_page(request: HttpRequest) -> HttpResponse:
    return _page(request, "workflow/unknown.html", 404)


def _data_url(request: HttpRequest) -> str:
    match = request.resolver_match
    token = str(match.kwargs.get("token", "")) if match is not None else ""
    for purpose, name in _DATA_PAGES.items():
        if token and request.path_info.startswith(links.PATHS[purpose]):
            link = links.resolve(token, purpose=purpose)
            return reverse(name, args=[token]) if link is not None and link.ended_at is None else ""
    return ""


def _page(request: HttpRequest, template: str, status: int, **context: object) -> HttpResponse:
    response = render(request, template, context, status=status)
    response["Cache-Control"] = "no-store"
    response["X-Robots-Tag"] = "noindex"
    return response


KIND = "workflow.own_data"
#: minimum time between two links
EVERY = timedelta(minutes=10)
MOST_A_DAY = 5


def send_own_data_link(
    *,
    application_id: int,
    purpose: Link.Purpose,
    subject_id: int,
    to: Correspondent,
    sender: Correspondent,
    language: str,
    now: datetime,
) -> bool:
    """Sent even to people who want no e-mail: they asked for it. False without an address, or if requested too
    often."""
    with transaction.atomic():
        application = lock_application(application_id)
        if not to.address or application.erased_at is not None:
            return False
        before = Email.objects.of(application.organisation).filter(
            application=application, kind=KIND, to_address__same_address=to.address
        )
        today = before.filter(created_at__gt=now - timedelta(days=1))
        if today.filter(created_at__gt=now - EVERY).exists() or today.count() >= MOST_A_DAY:
            return False
        queue(
            organisation=application.organisation,
            kind=KIND,
            key=f"data:{purpose}:{subject_id}:{now.timestamp():.0f}",
            to=to,
            sender=sender,
            template="workflow/mail/own_data",
            context={},
            link=LinkFor(purpose=purpose, subject_id=subject_id),
            application=application,
            quotes=application.candidate if purpose == Link.Purpose.CANDIDATE_DATA else None,
            language=language,
            now=now,
        )
        return True


def went_to(link: Link, address: str) -> bool:
    """Whether the link was mailed to this address, which may have changed since."""
    return link.email is not None and is_same(link.email.to_address, address)
