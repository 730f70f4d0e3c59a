"""Doors of the two portals: from a link's token to a check or a request, or to the kind page for when nothing opens.

Pages behind them are never cached or listed, and speak the language of the check's questions. Opening one changes
nothing: mail scanners open links.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import wraps

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone, translation

from goodword.candidates.queries import recruiter_of
from goodword.core import clock
from goodword.notifications.domain import links
from goodword.notifications.models import Link
from goodword.references.domain import guard
from goodword.references.domain.about import About, about
from goodword.references.models import Check, ReferenceRequest
from goodword.references.queries import latest_check
from goodword.steps.portal import closed_page, unknown_page, visit_of
from goodword.steps.states import UNFINISHED, takes_answers


@dataclass(frozen=True, kw_only=True)
class AtCheck:
    """A candidate at their check."""

    token: str
    check: Check
    about: About
    now: datetime

    @property
    def is_open(self) -> bool:
        """Whether there is still something to do."""
        return takes_answers(self.check, now=self.now)


@dataclass(frozen=True, kw_only=True)
class AtRequest:
    """A referee at their request."""

    token: str
    request: ReferenceRequest
    check: Check
    about: About
    now: datetime


type CandidateView = Callable[..., HttpResponse]
type RefereeView = Callable[..., HttpResponse]


def candidate(*, only_open: bool = True) -> Callable[[CandidateView], CandidateView]:
    """Let the candidate's view in with an AtCheck; with `only_open` a finished check leads to its first page."""

    def decorate(view: CandidateView) -> CandidateView:
        @wraps(view)
        def wrapped(request: HttpRequest, token: str, **more: object) -> HttpResponse:
            now, visit = clock.now(), visit_of(token)
            if visit is None:
                return unknown_page(request)
            check = latest_check(visit.application)
            if check is None:
                return closed_page(request, organisation=visit.organisation, recruiter=visit.recruiter)
            at = AtCheck(token=token, check=check, about=about(check), now=now)
            if _is_over(at) or not links.is_alive(visit.link, now=now):
                return _closed(request, at.about)
            if only_open and not at.is_open:
                return _private(redirect("portal_check", token=token))
            with translation.override(at.about.language), timezone.override(at.about.organisation.zone):
                try:
                    return _private(view(request, at, **more))
                except guard.Closed:  # it ended, or was sent from another tab, since the page was opened
                    return _private(redirect("portal_check", token=token))

        return wrapped

    return decorate


def referee(*, only_open: bool = True) -> Callable[[RefereeView], RefereeView]:
    """Let the referee's view in with an AtRequest; with `only_open` a settled request leads to its first page."""

    def decorate(view: RefereeView) -> RefereeView:
        @wraps(view)
        def wrapped(request: HttpRequest, token: str, **more: object) -> HttpResponse:
            now, link = clock.now(), links.resolve(token, purpose=Link.Purpose.REFEREE)
            asked = (
                ReferenceRequest.objects.of(link.organisation)
                .select_related(
                    "referee",
                    "check_run__organisation",
                    "check_run__version",
                    "check_run__start__step",
                    "check_run__start__application__candidate",
                )
                .filter(pk=link.subject_id)
                .first()
                if link
                else None
            )
            if link is None or asked is None:
                return unknown_page(request)
            check = asked.check_run
            at = AtRequest(token=token, request=asked, check=check, about=about(check), now=now)
            if _is_over(at) or not _has_page(at) or not links.is_alive(link, now=now):
                return _closed(request, at.about)
            if only_open and not asked.is_out:
                return _private(redirect("referee", token=token))
            with translation.override(at.about.language), timezone.override(at.about.organisation.zone):
                try:
                    return _private(view(request, at, **more))
                except guard.Closed:  # it was settled elsewhere since the page was opened
                    return _private(redirect("referee", token=token))

        return wrapped

    return decorate


def page(request: HttpRequest, template: str, at: AtCheck | AtRequest, **context: object) -> HttpResponse:
    """A page of either portal, with what its layout shows."""
    return render(
        request,
        template,
        {
            "token": at.token,
            "organisation": at.about.organisation,
            "contact_name": at.about.recruiter.name,
            "contact_email": at.about.recruiter.address,
            "candidate": at.about.candidate.name,
            "title": at.about.title,
            "check": at.check,
            **context,
        },
    )


def _closed(request: HttpRequest, about: About) -> HttpResponse:
    with translation.override(about.language):
        recruiter = recruiter_of(about.application)
        return closed_page(request, organisation=about.organisation, recruiter=recruiter)


def _is_over(at: AtCheck | AtRequest) -> bool:
    """Closed by whatever closed it, unfinished so long after its deadline that nothing counts any more, or of
    somebody whose data is to go."""
    check = at.check
    too_late = check.progress in UNFINISHED and not takes_answers(check, now=at.now)
    return check.closed_at is not None or too_late or at.about.application.is_going


def _has_page(at: AtRequest) -> bool:
    """An answered or declined request keeps its page; one that is out has one while its check takes answers."""
    state = ReferenceRequest.State
    if at.request.state in {state.ANSWERED, state.DECLINED}:
        return True
    return at.request.is_out and takes_answers(at.check, now=at.now)


def _private(response: HttpResponse) -> HttpResponse:
    response["Cache-Control"] = "no-store"
    response["X-Robots-Tag"] = "noindex"
    return response
