"""Access to the candidate's pages. Opening a link changes nothing."""

import contextlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache, cached_property, wraps
from typing import Any, Concatenate

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from goodword.assessments.attempts import parts
from goodword.assessments.attempts.overview import Overview, PartView, overview
from goodword.assessments.attempts.parts import (
    NotOffered,
    TooLate,
    attempt_language,
    choose_language,
    offered_languages,
)
from goodword.assessments.kinds.items import Item, Solution
from goodword.assessments.models import Attempt, AttemptPart
from goodword.assessments.queries import gets_result, latest_attempt
from goodword.assessments.verification import awaits_verification
from goodword.candidates.domain.people import choose_language as choose_for_all
from goodword.core import clock
from goodword.core.responses import private
from goodword.core.validation import Json
from goodword.notifications.domain.links import is_alive
from goodword.roles.models import Step
from goodword.workflow.models import StepRun, takes_answers
from goodword.workflow.portal import (
    Visit,
    browser_languages,
    closed_page,
    language_choices,
    open_step_url,
    unknown_page,
    visit_of,
)

#: after expiry, a link still opens an attempt in progress
LINK_GRACE = timedelta(hours=4)
ENDED_TEMPLATES = {
    StepRun.Progress.COMPLETED.value: "assessments/portal/thanks.html",
    StepRun.Progress.DECLINED.value: "assessments/portal/declined.html",
}


@dataclass(kw_only=True)
class AttemptSession:
    visit: Visit
    attempt: Attempt
    now: datetime
    #: context of the preview banner; None for candidates
    preview: object | None = None
    shown_in: str = ""
    #: whether a language button was pressed, perhaps in a partly completed form
    switched: bool = False

    @cached_property
    def overview(self) -> Overview:
        return overview(self.attempt, now=self.now, language=self.shown_in)

    def part(self, order: int) -> PartView:
        for part in self.overview.parts:
            if part.order == order:
                return part
        raise Http404

    def url(self, name: str, *args: object) -> str:
        return reverse(name, args=[self.visit.token, *args])

    def next_url(self, view: PartView) -> str:
        if view.waits_for_start:
            return self.url("portal_assessment_part", view.order)
        if view.next_number is None:
            return self.url("portal_assessment_finish", view.order)
        return self.url("portal_assessment_item", view.order, view.next_number)

    def before(self, order: int) -> PartView | None:
        return next(
            (part for part in reversed(self.overview.parts) if part.over and part.order < order), None
        )

    def following(self, order: int) -> PartView | None:
        return next((part for part in self.overview.parts if not part.over and part.order != order), None)

    def after_part(self, order: int) -> str:
        following = self.following(order)
        return self.url("portal_assessment_part", following.order) if following else self.overview_url

    def solution(self, item: Item, value: Json) -> Solution | None:
        return item.solution(value)

    @property
    def overview_url(self) -> str:
        return self.url("portal_assessment")

    @property
    def addresses(self) -> dict[str, str]:
        return {
            "first": self.overview_url,
            "adjust": self.url("portal_assessment_adjustment"),
            "decline": self.url("portal_assessment_decline"),
            "link": self.url("portal_assessment_link"),
        }


type Page[**P] = Callable[Concatenate[HttpRequest, AttemptSession, P], HttpResponse]


def candidate_page[**P](page: Page[P]) -> Callable[..., HttpResponse]:
    """Pass an AttemptSession to the view while the attempt takes answers; otherwise show its last page, also for forms
    sent too late."""

    @require_http_methods(["GET", "HEAD", "POST"])
    @wraps(page)
    def enter(request: HttpRequest, token: str, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        visit = visit_of(token)
        if visit is None:
            return _cannot_save(token) if is_script(request) else unknown_page(request)
        now = clock.now()
        attempt = latest_attempt(visit.application)
        if attempt is None or visit.application.is_being_erased or visit.link.ended_at is not None:
            return _closed(request, visit)
        shows = takes_answers(attempt, now=now) or attempt.progress in ENDED_TEMPLATES
        if shows and not _is_alive(visit, attempt, now=now):
            return _expired(request, visit)
        session = _in_their_language(request, AttemptSession(visit=visit, attempt=attempt, now=now))
        with translation.override(attempt.language), timezone.override(visit.organisation.zone):
            if takes_answers(attempt, now=now):
                try:
                    return private(page(request, session, *args, **kwargs))
                except (
                    parts.AttemptClosed,
                    parts.PartOver,
                    parts.PartNotBegun,
                    parts.OutOfOrder,
                    parts.AwaitingAdjustment,
                ):
                    # it has just ended, or another part comes first, as the overview shows
                    return to_overview(request, session)
                except Http404:
                    if is_script(request):  # an answer left over from an earlier attempt with more parts
                        return _cannot_save(token)
                    raise
            if request.method == "POST":
                return to_overview(request, session)
            if template := ENDED_TEMPLATES.get(attempt.progress):
                return render_page(request, session, template, overview=session.overview, **_more(session))
        return _closed(request, visit)

    return enter


def _more(session: AttemptSession) -> dict[str, Any]:
    if session.attempt.progress == StepRun.Progress.DECLINED:
        references_url = open_step_url(
            session.visit.application,
            kind=Step.Kind.REFERENCE_CHECK,
            token=session.visit.token,
            now=session.now,
        )
        return {"references_url": references_url}
    attempt = session.attempt
    return {
        "result_url": session.url("portal_assessment_result") if gets_result(attempt) else "",
        "verification": awaits_verification(attempt),
    }


def _in_their_language(request: HttpRequest, session: AttemptSession) -> AttemptSession:
    """The attempt in the candidate's language until it starts. Submitting a page stores its language; a language button
    overrides the browser's language."""
    attempt, candidate = session.attempt, session.visit.application.candidate
    pressed = request.POST.get("language", "") if request.method == "POST" else ""
    language = pressed or attempt_language(attempt, candidate, browser=browser_languages(request))
    if request.method != "POST":
        if language != attempt.language:
            attempt.language = session.shown_in = language
        return session
    if not pressed and language == attempt.language:
        # no lock, since reading another part than the submitted page could save the answer to another item
        return session
    with contextlib.suppress(NotOffered, TooLate, parts.AttemptClosed):
        chosen = choose_language(attempt_id=attempt.pk, language=language, now=session.now)
        attempt.language = chosen.language
        if pressed:
            choose_for_all(candidate, language=pressed)
            session.switched = True
    return session


def render_page(
    request: HttpRequest, session: AttemptSession, template: str, *, status: int = 200, **context: Any
) -> HttpResponse:
    visit = session.visit
    response = render(
        request,
        template,
        {
            "token": visit.token,
            "at": session.addresses,
            "preview": session.preview,
            "organisation": visit.organisation,
            "candidate": visit.application.candidate,
            "recruiter": visit.recruiter,
            "contact_name": visit.recruiter.name,
            "contact_email": visit.recruiter.address,
            "contact_url": session.url("portal_ask"),
            "responsible": visit.organisation.name,
            "data_url": session.url("portal_data"),
            **_languages(session),
            **context,
        },
        status=status,
    )
    return private(response)


def _languages(session: AttemptSession) -> dict[str, object]:
    attempt = session.attempt
    if session.preview is not None or attempt.progress != StepRun.Progress.PENDING:
        return {}

    @cache
    def to_choose() -> list[tuple[str, str]]:
        languages = offered_languages(attempt)
        return language_choices(languages) if len(languages) > 1 else []

    return {
        "languages": to_choose,  # only pages that show it evaluate it
        "language": attempt.language,
        "language_url": session.url("portal_assessment_language"),
    }


def to_overview(request: HttpRequest, session: AttemptSession) -> HttpResponse:
    if is_script(request):
        return private(JsonResponse({"saved": False, "go": session.overview_url}, status=409))
    return private(redirect(session.overview_url))


def too_late(request: HttpRequest, session: AttemptSession, order: int) -> HttpResponse:
    messages.info(
        request, gettext("This part is over. Your last answer came too late; your earlier answers count.")
    )
    return to_overview(request, session) if is_script(request) else redirect(session.after_part(order))


def is_script(request: HttpRequest) -> bool:
    return request.headers.get("X-Goodword") == "script"


def _is_alive(visit: Visit, attempt: Attempt, *, now: datetime) -> bool:
    late = LINK_GRACE if attempt.progress == StepRun.Progress.IN_PROGRESS else timedelta(0)
    return is_alive(visit.link, now=now - late)


def _expired(request: HttpRequest, visit: Visit) -> HttpResponse:
    go = reverse("portal_fresh", args=[visit.token])
    if is_script(request):
        return private(JsonResponse({"saved": False, "go": go}, status=410))
    return private(redirect(go))


def _cannot_save(token: str) -> HttpResponse:
    """Tell a page's script that its answer can't be saved. Otherwise the browser would keep trying."""
    go = reverse("portal_assessment", args=[token])
    return private(JsonResponse({"saved": False, "go": go}, status=410))


def _closed(request: HttpRequest, visit: Visit) -> HttpResponse:
    if is_script(request):  # a page would look like success
        return _cannot_save(visit.token)
    return closed_page(request, organisation=visit.organisation, recruiter=visit.recruiter)


def device_of(request: HttpRequest) -> AttemptPart.Device:
    """Phone or computer, by "Mobi" in the user agent (MDN, "Browser detection using the user agent")."""
    agent = request.headers.get("User-Agent", "")
    return AttemptPart.Device.PHONE if "Mobi" in agent else AttemptPart.Device.COMPUTER
