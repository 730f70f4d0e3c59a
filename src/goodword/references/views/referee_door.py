"""The door of the referee's portal: from a link's token to their request, or to the kind page for when nothing opens.

Pages behind it are never cached or listed. Opening one changes nothing: mail scanners open links.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import wraps

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone, translation

from goodword.core import clock
from goodword.notifications.domain import links
from goodword.notifications.models import Link
from goodword.references.domain import guard
from goodword.references.domain.about import About, about
from goodword.references.models import Check, ReferenceRequest
from goodword.references.views import doors
from goodword.steps.portal import unknown_page
from goodword.steps.states import UNFINISHED, takes_answers

type RefereeView = Callable[..., HttpResponse]


@dataclass(frozen=True, kw_only=True)
class AtRequest:
    """A referee at their request."""

    token: str
    request: ReferenceRequest
    check: Check
    about: About
    now: datetime


def opens(*, only_open: bool = True) -> Callable[[RefereeView], RefereeView]:
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
                return doors.closed(request, at.about)
            if only_open and not asked.is_out:
                return doors.private(redirect("referee", token=token))
            with translation.override(at.about.language), timezone.override(at.about.organisation.zone):
                try:
                    return doors.private(view(request, at, **more))
                except guard.Closed:  # it was settled elsewhere since the page was opened
                    return doors.private(redirect("referee", token=token))

        return wrapped

    return decorate


def _is_over(at: AtRequest) -> bool:
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
