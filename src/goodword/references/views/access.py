"""Access to both portals. Opening a page changes nothing, since mail scanners open links."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import wraps

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.urls import reverse
from django.utils import timezone, translation

from goodword.candidates.models import recruiter_of
from goodword.core import clock
from goodword.notifications.domain import links
from goodword.notifications.models import Link
from goodword.references.domain import checks
from goodword.references.domain.checks import (
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
from goodword.workflow import portal
from goodword.workflow.models import UNFINISHED, takes_answers
from goodword.workflow.portal import closed_page, unknown_page, visit_of

State = ReferenceRequest.State


@dataclass(frozen=True, kw_only=True)
class PortalVisit:
    """`switched`: the language was just changed, and the form may be partly filled in."""

    token: str
    check: Check
    context: CheckContext
    now: datetime
    switched: bool = False

    @property
    def is_over(self) -> bool:
        """Whether the check is closed, has been overdue for too long, or is about to be erased."""
        too_late = self.check.progress in UNFINISHED and not takes_answers(self.check, now=self.now)
        return self.check.closed_at is not None or too_late or self.context.application.is_being_erased


def portal_page(request: HttpRequest, template: str, visit: PortalVisit, **context: object) -> HttpResponse:
    return render(
        request,
        template,
        {
            "token": visit.token,
            "organisation": visit.context.organisation,
            "contact_name": visit.context.recruiter.name,
            "contact_email": visit.context.recruiter.address,
            "candidate": visit.context.candidate.name,
            "title": visit.context.title,
            "check": visit.check,
            **context,
        },
    )


def neutral_page(request: HttpRequest, about: CheckContext) -> HttpResponse:
    with translation.override(about.language):
        recruiter = recruiter_of(about.application)
        return closed_page(request, organisation=about.organisation, recruiter=recruiter)


def never_cached(response: HttpResponse) -> HttpResponse:
    response["Cache-Control"] = "no-store"
    response["X-Robots-Tag"] = "noindex"
    return response


def is_script(request: HttpRequest) -> bool:
    return "HX-Request" in request.headers


def to_first_page(request: HttpRequest, name: str, token: str) -> HttpResponse:
    """Redirect to the page for the current state, for scripts, too."""
    if not is_script(request):
        return never_cached(redirect(name, token=token))
    return never_cached(HttpResponse(status=204, headers={"HX-Redirect": resolve_url(name, token=token)}))


type CandidateView = Callable[..., HttpResponse]


@dataclass(frozen=True, kw_only=True)
class CandidateVisit(PortalVisit):
    @property
    def is_open(self) -> bool:
        return takes_answers(self.check, now=self.now)


def for_candidate(
    *, only_open: bool = True, keep: Callable[..., None] | None = None
) -> Callable[[CandidateView], CandidateView]:
    """`only_open`: redirect if the check is finished. `keep`: stores what is posted afterwards as a draft."""

    def decorate(view: CandidateView) -> CandidateView:
        @wraps(view)
        def wrapped(request: HttpRequest, token: str, **more: object) -> HttpResponse:
            now, portal_visit = clock.now(), visit_of(token)
            if portal_visit is None:
                return unknown_page(request)
            check = latest_check(portal_visit.application)
            if check is None:
                return closed_page(
                    request, organisation=portal_visit.organisation, recruiter=portal_visit.recruiter
                )
            candidate = portal_visit.application.candidate
            check.language = candidate_language(check, candidate, browser=portal.browser_languages(request))
            visit = CandidateVisit(
                token=token, check=check, context=check_context(check, language=check.language), now=now
            )
            if visit.is_over or portal_visit.link.ended_at is not None:
                if keep and request.method == "POST" and links.is_alive(portal_visit.link, now=now):
                    keep(request, visit, **more)
                return neutral_page(request, visit.context)
            if not links.is_alive(portal_visit.link, now=now):
                return never_cached(redirect("portal_fresh", token=token))
            visit = _candidate_language_switched(request, visit)
            if only_open and not visit.is_open:
                return to_first_page(request, "portal_check", token)
            if request.method == "POST":
                store_candidate_language(check, language=check.language)
                checks.store_time_zone(check, request.POST.get(checks.ZONE_FIELD, ""))
            with (
                translation.override(visit.context.language),
                timezone.override(visit.context.organisation.zone),
            ):
                try:
                    return never_cached(view(request, visit, **more))
                except checks.CheckClosed:  # ended, or sent from another tab, since the page was opened
                    return to_first_page(request, "portal_check", token)

        return wrapped

    return decorate


def candidate_page(
    request: HttpRequest, template: str, visit: CandidateVisit, **context: object
) -> HttpResponse:
    """`form_id`: the form that the language buttons submit, so that typed text is kept."""
    return portal_page(request, template, visit, **candidate_layout(visit), **context)


def candidate_layout(visit: CandidateVisit) -> dict[str, object]:
    offered = visit.check.languages
    return {
        "layout": "references/candidate/page.html",
        "languages": portal.language_choices(offered) if len(offered) > 1 else [],
        "language": visit.context.language,
        "contact_url": reverse("portal_ask", args=[visit.token]),
        "privacy_url": reverse("portal_check_notice", args=[visit.token]),
    }


def _candidate_language_switched(request: HttpRequest, visit: CandidateVisit) -> CandidateVisit:
    wanted = request.POST.get("language", "") if request.method == "POST" else ""
    if not choose_candidate_language(visit.check, visit.context.candidate, language=wanted):
        return visit
    return replace(visit, context=check_context(visit.check, language=wanted), switched=True)


type RefereeView = Callable[..., HttpResponse]


@dataclass(frozen=True, kw_only=True)
class RefereeVisit(PortalVisit):
    request: ReferenceRequest


def for_referee(
    *, only_open: bool = True, keep: Callable[..., None] | None = None
) -> Callable[[RefereeView], RefereeView]:
    """Call the view with the referee's visit if the link works. Otherwise, checked in this order: an unknown link shows
    the page for unknown links; a revoked one, or one of a request that no longer takes answers, the neutral page; an
    expired one leads to `fresh_link`. `only_open`: redirect if the request is settled. `keep`: stores what is posted
    afterwards as a draft."""

    def decorate(view: RefereeView) -> RefereeView:
        @wraps(view)
        def wrapped(request: HttpRequest, token: str, **more: object) -> HttpResponse:
            now, link = clock.now(), links.resolve(token, purpose=Link.Purpose.REFEREE)
            asked = request_of(link) if link else None
            if link is None or asked is None:
                return unknown_page(request)
            asked.language = referee_language(asked, browser=portal.browser_languages(request))
            facts = check_context(asked.check_run, language=asked.language)
            visit = RefereeVisit(token=token, request=asked, check=asked.check_run, context=facts, now=now)
            revoked, alive = link.ended_at is not None, links.is_alive(link, now=now)
            closed = revoked or _is_over_for_referee(visit)
            if closed and alive and keep and request.method == "POST":
                keep(request, visit, **more)
            if closed and not is_script(request):
                return neutral_page(request, visit.context)
            if not closed and not alive:
                return to_first_page(request, "referee_fresh", token)
            if closed or (only_open and not asked.is_out):
                return to_first_page(request, "referee", token)
            if request.method == "POST":
                store_referee_language(asked, language=asked.language)
                checks.store_time_zone(asked, request.POST.get(checks.ZONE_FIELD, ""))
            visit = _referee_language_switched(request, visit)
            with (
                translation.override(visit.context.language),
                timezone.override(visit.context.organisation.zone),
            ):
                try:
                    return never_cached(view(request, visit, **more))
                except checks.CheckClosed:  # settled or erased elsewhere since the page was opened
                    if keep and request.method == "POST":
                        keep(request, visit, **more)
                    return to_first_page(request, "referee", token)

        return wrapped

    return decorate


def referee_page(request: HttpRequest, template: str, visit: RefereeVisit, **context: object) -> HttpResponse:
    """`form_id`: the form that the language buttons submit, so that typed text is kept."""
    return portal_page(request, template, visit, **referee_layout(visit), **context)


def referee_layout(visit: RefereeVisit) -> dict[str, object]:
    offered = visit.check.languages
    return {
        "layout": "references/referee/page.html",
        "languages": portal.language_choices(offered) if len(offered) > 1 else [],
        "language": visit.context.language,
        "contact_url": reverse("referee_ask", args=[visit.token]),
    }


def request_of(link: Link) -> ReferenceRequest | None:
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


def _referee_language_switched(request: HttpRequest, visit: RefereeVisit) -> RefereeVisit:
    wanted = request.POST.get("language", "") if request.method == "POST" else ""
    if wanted not in visit.check.languages:
        return visit
    choose_referee_language(visit.request, language=wanted)
    return replace(visit, context=check_context(visit.check, language=wanted), switched=True)


def _is_over_for_referee(visit: RefereeVisit) -> bool:
    """Whether to show the neutral page. While the check is open, answered and declined requests have other pages."""
    if visit.is_over:
        return True
    if visit.request.state in {State.ANSWERED, State.DECLINED}:
        return False
    return not checks.request_takes_answers(visit.check, visit.request, now=visit.now)
