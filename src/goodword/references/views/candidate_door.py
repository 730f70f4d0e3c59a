"""Access to the candidate's portal: from a link's token to their check, or to the neutral page.

Pages behind it are never cached or indexed, and are in the candidate's language (domain/languages.py), which can be
changed on each of them. Opening one changes nothing: mail scanners open links.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import wraps

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone, translation

from goodword.core import clock
from goodword.notifications.domain import links
from goodword.references.domain import deadlines, locking
from goodword.references.domain.context import (
    CheckContext,
    candidate_language,
    check_context,
    choose_candidate_language,
    store_candidate_language,
)
from goodword.references.models import Check
from goodword.references.queries import latest_check
from goodword.references.views import doors
from goodword.steps import languages
from goodword.steps.portal import closed_page, unknown_page, visit_of
from goodword.steps.states import UNFINISHED, takes_answers

type CandidateView = Callable[..., HttpResponse]


@dataclass(frozen=True, kw_only=True)
class AtCheck:
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


def opens(
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
            at = AtCheck(
                token=token, check=check, context=check_context(check, language=check.language), now=now
            )
            if is_over(at) or visit.link.ended_at is not None:
                if keep and request.method == "POST" and links.is_alive(visit.link, now=now):
                    keep(request, at, **more)
                return doors.closed(request, at.context)
            if not links.is_alive(visit.link, now=now):
                return doors.private(redirect("portal_fresh", token=token))
            at = _switched(request, at)
            if only_open and not at.is_open:
                return doors.to_first_page(request, "portal_check", token)
            if request.method == "POST":
                store_candidate_language(check, language=check.language)
                deadlines.note_zone(check, request.POST.get(deadlines.ZONE_FIELD, ""))
            with translation.override(at.context.language), timezone.override(at.context.organisation.zone):
                try:
                    return doors.private(view(request, at, **more))
                except locking.Closed:  # it ended, or was sent from another tab, since the page was opened
                    return doors.to_first_page(request, "portal_check", token)

        return wrapped

    return decorate


def page(request: HttpRequest, template: str, at: AtCheck, **context: object) -> HttpResponse:
    """A page of the portal, with the languages to choose from.

    With `form_id` they are buttons of that form of the page, so that what is typed in it stays.
    """
    return doors.page(request, template, at, **layout(at), **context)


def layout(at: AtCheck) -> dict[str, object]:
    """What the layout of every page here shows."""
    offered = at.check.languages
    return {
        "layout": "references/candidate/page.html",
        "languages": languages.named(offered) if len(offered) > 1 else [],
        "language": at.context.language,
        "contact_url": reverse("portal_ask", args=[at.token]),
        "privacy_url": reverse("portal_check_notice", args=[at.token]),
    }


def is_over(at: AtCheck) -> bool:
    """Closed by whatever closed it, unfinished so long after its deadline that nothing counts any more, or of
    somebody whose data is to go."""
    check = at.check
    too_late = check.progress in UNFINISHED and not takes_answers(check, now=at.now)
    return check.closed_at is not None or too_late or at.context.application.is_going


def _switched(request: HttpRequest, at: AtCheck) -> AtCheck:
    """With the language that a button of the page has just chosen."""
    wanted = request.POST.get("language", "") if request.method == "POST" else ""
    if not choose_candidate_language(at.check, at.context.candidate, language=wanted):
        return at
    facts = check_context(at.check, language=wanted)
    return AtCheck(token=at.token, check=at.check, context=facts, now=at.now, switched=True)
