"""Access to both portals: from a link's token to the check or request, or to the neutral page.

The pages are never cached or indexed, and are in the reader's language (domain/context.py), which can be changed on
each of them. Opening one changes nothing: mail scanners open links.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from typing import Protocol

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.urls import reverse
from django.utils import timezone, translation

from goodword.candidates.queries import recruiter_of
from goodword.core import clock
from goodword.notifications.domain import links
from goodword.notifications.models import Link
from goodword.references.domain import deadlines, locking
from goodword.references.domain.context import (
    CheckContext,
    candidate_language,
    check_context,
    choose_candidate_language,
    choose_referee_language,
    referee_language,
    store_candidate_language,
    store_referee_language,
)
from goodword.references.models import Check, ReferenceRequest
from goodword.references.queries import latest_check
from goodword.workflow import languages
from goodword.workflow.portal import closed_page, unknown_page, visit_of
from goodword.workflow.states import UNFINISHED, takes_answers

State = ReferenceRequest.State


class PortalVisit(Protocol):
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


def portal_page(request: HttpRequest, template: str, at: PortalVisit, **context: object) -> HttpResponse:
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


def neutral_page(request: HttpRequest, about: CheckContext) -> HttpResponse:
    """The neutral page, in the language of what it closes."""
    with translation.override(about.language):
        recruiter = recruiter_of(about.application)
        return closed_page(request, organisation=about.organisation, recruiter=recruiter)


def never_cached(response: HttpResponse) -> HttpResponse:
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
        return never_cached(redirect(name, token=token))
    return never_cached(HttpResponse(status=204, headers={"HX-Redirect": resolve_url(name, token=token)}))


type CandidateView = Callable[..., HttpResponse]


@dataclass(frozen=True, kw_only=True)
class CandidateVisit:
    """A candidate at their check. `switched`: they have just chosen another language, with a form half filled in."""

    token: str
    check: Check
    context: CheckContext
    now: datetime
    switched: bool = False

    @property
    def is_open(self) -> bool:
        """Whether there is still something to do."""
        return takes_answers(self.check, now=self.now)


def for_candidate(
    *, only_open: bool = True, keep: Callable[..., None] | None = None
) -> Callable[[CandidateView], CandidateView]:
    """Let the candidate's view in with an AtCheck; with `only_open` a finished check leads to its first page.

    `keep` is called, as the view would be, with what is sent to a page that has closed meanwhile.
    """

    def decorate(view: CandidateView) -> CandidateView:
        @wraps(view)
        def wrapped(request: HttpRequest, token: str, **more: object) -> HttpResponse:
            now, visit = clock.now(), visit_of(token)
            if visit is None:
                return unknown_page(request)
            check = latest_check(visit.application)
            if check is None:
                return closed_page(request, organisation=visit.organisation, recruiter=visit.recruiter)
            candidate = visit.application.candidate
            check.language = candidate_language(check, candidate, browser=languages.of_browser(request))
            at = CandidateVisit(
                token=token, check=check, context=check_context(check, language=check.language), now=now
            )
            if _is_over_for_candidate(at) or visit.link.ended_at is not None:
                if keep and request.method == "POST" and links.is_alive(visit.link, now=now):
                    keep(request, at, **more)
                return neutral_page(request, at.context)
            if not links.is_alive(visit.link, now=now):
                return never_cached(redirect("portal_fresh", token=token))
            at = _candidate_language_switched(request, at)
            if only_open and not at.is_open:
                return to_first_page(request, "portal_check", token)
            if request.method == "POST":
                store_candidate_language(check, language=check.language)
                deadlines.note_zone(check, request.POST.get(deadlines.ZONE_FIELD, ""))
            with translation.override(at.context.language), timezone.override(at.context.organisation.zone):
                try:
                    return never_cached(view(request, at, **more))
                except locking.Closed:  # it ended, or was sent from another tab, since the page was opened
                    return to_first_page(request, "portal_check", token)

        return wrapped

    return decorate


def candidate_page(
    request: HttpRequest, template: str, at: CandidateVisit, **context: object
) -> HttpResponse:
    """A page of the portal, with the languages to choose from.

    With `form_id` they are buttons of that form of the page, so that what is typed in it stays.
    """
    return portal_page(request, template, at, **candidate_layout(at), **context)


def candidate_layout(at: CandidateVisit) -> dict[str, object]:
    """What the layout of every page here shows."""
    offered = at.check.languages
    return {
        "layout": "references/candidate/page.html",
        "languages": languages.named(offered) if len(offered) > 1 else [],
        "language": at.context.language,
        "contact_url": reverse("portal_ask", args=[at.token]),
        "privacy_url": reverse("portal_check_notice", args=[at.token]),
    }


def _is_over_for_candidate(at: CandidateVisit) -> bool:
    """Closed by whatever closed it, unfinished so long after its deadline that nothing counts any more, or of
    somebody whose data is to go."""
    check = at.check
    too_late = check.progress in UNFINISHED and not takes_answers(check, now=at.now)
    return check.closed_at is not None or too_late or at.context.application.is_going


def _candidate_language_switched(request: HttpRequest, at: CandidateVisit) -> CandidateVisit:
    """With the language that a button of the page has just chosen."""
    wanted = request.POST.get("language", "") if request.method == "POST" else ""
    if not choose_candidate_language(at.check, at.context.candidate, language=wanted):
        return at
    facts = check_context(at.check, language=wanted)
    return CandidateVisit(token=at.token, check=at.check, context=facts, now=at.now, switched=True)


type RefereeView = Callable[..., HttpResponse]


@dataclass(frozen=True, kw_only=True)
class RefereeVisit:
    """A referee at their request. `switched`: they have just chosen another language, with a form half filled in."""

    token: str
    request: ReferenceRequest
    check: Check
    context: CheckContext
    now: datetime
    switched: bool = False


def for_referee(
    *, only_open: bool = True, keep: Callable[..., None] | None = None
) -> Callable[[RefereeView], RefereeView]:
    """Let the referee's view in with an AtRequest; with `only_open` a settled request leads to its first page.

    `keep` is called, as the view would be, with what is sent to a page that has closed meanwhile.
    """

    def decorate(view: RefereeView) -> RefereeView:
        @wraps(view)
        def wrapped(request: HttpRequest, token: str, **more: object) -> HttpResponse:
            now, link = clock.now(), links.resolve(token, purpose=Link.Purpose.REFEREE)
            asked = _request_of(link) if link else None
            if link is None or asked is None:
                return unknown_page(request)
            asked.language = referee_language(asked, browser=languages.of_browser(request))
            facts = check_context(asked.check_run, language=asked.language)
            at = RefereeVisit(token=token, request=asked, check=asked.check_run, context=facts, now=now)
            revoked, alive = link.ended_at is not None, links.is_alive(link, now=now)
            closed = revoked or _is_over_for_referee(at)
            if closed and alive and keep and request.method == "POST":
                keep(request, at, **more)
            if closed and not is_script(request):
                return neutral_page(request, at.context)
            if not closed and not alive:
                return to_first_page(request, "referee_fresh", token)
            if closed or (only_open and not asked.is_out):
                return to_first_page(request, "referee", token)
            if request.method == "POST":
                store_referee_language(asked, language=asked.language)
                deadlines.note_zone(asked, request.POST.get(deadlines.ZONE_FIELD, ""))
            at = _referee_language_switched(request, at)
            with translation.override(at.context.language), timezone.override(at.context.organisation.zone):
                try:
                    return never_cached(view(request, at, **more))
                except locking.Closed:  # it was settled elsewhere since the page was opened
                    if keep and request.method == "POST":
                        keep(request, at, **more)
                    return to_first_page(request, "referee", token)

        return wrapped

    return decorate


def referee_page(request: HttpRequest, template: str, at: RefereeVisit, **context: object) -> HttpResponse:
    """A page of the portal, with the languages to choose from.

    With `form_id` they are buttons of that form of the page, so that what is typed in it stays.
    """
    return portal_page(request, template, at, **referee_layout(at), **context)


def referee_layout(at: RefereeVisit) -> dict[str, object]:
    """What the layout of every page here shows."""
    offered = at.check.languages
    return {
        "layout": "references/referee/page.html",
        "languages": languages.named(offered) if len(offered) > 1 else [],
        "language": at.context.language,
        "contact_url": reverse("referee_ask", args=[at.token]),
    }


def _request_of(link: Link) -> ReferenceRequest | None:
    return (
        ReferenceRequest.objects.of(link.organisation)
        .select_related(
            "referee",
            "check_run__organisation",
            "check_run__version",
            "check_run__step_request__step",
            "check_run__step_request__application__candidate",
        )
        .filter(pk=link.subject_id)
        .first()
    )


def _referee_language_switched(request: HttpRequest, at: RefereeVisit) -> RefereeVisit:
    """With the language that a button of the page has just chosen."""
    wanted = request.POST.get("language", "") if request.method == "POST" else ""
    if wanted not in at.check.languages:
        return at
    choose_referee_language(at.request, language=wanted)
    facts = check_context(at.check, language=wanted)
    return RefereeVisit(
        token=at.token, request=at.request, check=at.check, context=facts, now=at.now, switched=True
    )


def _is_over_for_referee(at: RefereeVisit) -> bool:
    """Whether the neutral page stands here.

    That is so when the check was closed, whatever closed it, or is unfinished so long after its deadline that
    nothing counts any more, or is of somebody whose data is to go; and when the request ended without an answer,
    while an answered or declined one keeps its page.
    """
    check = at.check
    too_late = check.progress in UNFINISHED and not takes_answers(check, now=at.now)
    if check.closed_at is not None or too_late or at.context.application.is_going:
        return True
    if at.request.state in {State.ANSWERED, State.DECLINED}:
        return False
    return not locking.request_takes_answers(check, at.request, now=at.now)
