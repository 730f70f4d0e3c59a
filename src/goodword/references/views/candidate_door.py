"""The door of the candidate's portal: from a link's token to their check, or to the kind page for when nothing opens.

Pages behind it are never cached or listed, and speak the language of the check's questions. Opening one changes
nothing: mail scanners open links.
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
from goodword.references.domain import guard
from goodword.references.domain.about import About, about
from goodword.references.models import Check
from goodword.references.queries import latest_check
from goodword.references.views import doors
from goodword.steps.portal import closed_page, unknown_page, visit_of
from goodword.steps.states import UNFINISHED, takes_answers

type CandidateView = Callable[..., HttpResponse]


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


def opens(*, only_open: bool = True) -> Callable[[CandidateView], CandidateView]:
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
                return doors.closed(request, at.about)
            if only_open and not at.is_open:
                return doors.private(redirect("portal_check", token=token))
            with translation.override(at.about.language), timezone.override(at.about.organisation.zone):
                try:
                    return doors.private(view(request, at, **more))
                except guard.Closed:  # it ended, or was sent from another tab, since the page was opened
                    return doors.private(redirect("portal_check", token=token))

        return wrapped

    return decorate


def _is_over(at: AtCheck) -> bool:
    """Closed by whatever closed it, unfinished so long after its deadline that nothing counts any more, or of
    somebody whose data is to go."""
    check = at.check
    too_late = check.progress in UNFINISHED and not takes_answers(check, now=at.now)
    return check.closed_at is not None or too_late or at.about.application.is_going
