"""Access to the referee's portal: from a link's token to their request, or to the neutral page.

Pages behind it are never cached or indexed, and are in the referee's language (domain/languages.py), which can be
changed on each of them. Opening one changes nothing: mail scanners open links.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import wraps

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone, translation

from goodword.core import clock
from goodword.notifications.domain import links
from goodword.notifications.models import Link
from goodword.references.domain import deadlines, locking
from goodword.references.domain.context import (
    CheckContext,
    check_context,
    choose_referee_language,
    referee_language,
    store_referee_language,
)
from goodword.references.models import Check, ReferenceRequest
from goodword.references.views import doors
from goodword.steps import languages
from goodword.steps.portal import unknown_page
from goodword.steps.states import UNFINISHED, takes_answers

State = ReferenceRequest.State

type RefereeView = Callable[..., HttpResponse]


@dataclass(frozen=True, kw_only=True)
class AtRequest:
    """A referee at their request. `switched`: they have just chosen another language, with a form half filled in."""

    token: str
    request: ReferenceRequest
    check: Check
    context: CheckContext
    now: datetime
    switched: bool = False


def opens(
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
            at = AtRequest(token=token, request=asked, check=asked.check_run, context=facts, now=now)
            revoked, alive = link.ended_at is not None, links.is_alive(link, now=now)
            closed = revoked or _is_closed(at)
            if closed and alive and keep and request.method == "POST":
                keep(request, at, **more)
            if closed and not doors.is_script(request):
                return doors.closed(request, at.context)
            if not closed and not alive:
                return doors.to_first_page(request, "referee_fresh", token)
            if closed or (only_open and not asked.is_out):
                return doors.to_first_page(request, "referee", token)
            if request.method == "POST":
                store_referee_language(asked, language=asked.language)
                deadlines.note_zone(asked, request.POST.get(deadlines.ZONE_FIELD, ""))
            at = _in_their_language(request, at)
            with translation.override(at.context.language), timezone.override(at.context.organisation.zone):
                try:
                    return doors.private(view(request, at, **more))
                except locking.Closed:  # it was settled elsewhere since the page was opened
                    if keep and request.method == "POST":
                        keep(request, at, **more)
                    return doors.to_first_page(request, "referee", token)

        return wrapped

    return decorate


def page(request: HttpRequest, template: str, at: AtRequest, **context: object) -> HttpResponse:
    """A page of the portal, with the languages to choose from.

    With `form_id` they are buttons of that form of the page, so that what is typed in it stays.
    """
    return doors.page(request, template, at, **layout(at), **context)


def layout(at: AtRequest) -> dict[str, object]:
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


def _in_their_language(request: HttpRequest, at: AtRequest) -> AtRequest:
    """With the language that a button of the page has just chosen."""
    wanted = request.POST.get("language", "") if request.method == "POST" else ""
    if wanted not in at.check.languages:
        return at
    choose_referee_language(at.request, language=wanted)
    facts = check_context(at.check, language=wanted)
    return AtRequest(
        token=at.token, request=at.request, check=at.check, context=facts, now=at.now, switched=True
    )


def _is_closed(at: AtRequest) -> bool:
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
