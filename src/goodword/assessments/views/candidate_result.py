"""A candidate's own result, in plain words and in the language they took the assessment in.

It says where their answers lie and what could be learned from them. It compares them with nobody, and no end of a
scale is better than the other.
"""

from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation
from django.views.decorators.http import require_safe

from goodword.assessments.models import Attempt
from goodword.assessments.queries import latest_attempt
from goodword.assessments.results import result
from goodword.assessments.views.access import Sitting, render_page
from goodword.candidates.queries import public_title
from goodword.core import clock
from goodword.notifications.domain.links import is_alive
from goodword.workflow.models import StepRun
from goodword.workflow.portal import closed_page, unknown_page, visit_of


def gets_result(attempt: Attempt) -> bool:
    """Whether the candidate may see the result: the attempt is completed, and the role shares results."""
    return attempt.progress == StepRun.Progress.COMPLETED and attempt.assessment.shares_result


@require_safe
def candidate_result(request: HttpRequest, token: str) -> HttpResponse:
    """The candidate's result in their language, or the closed page."""
    visit = visit_of(token)
    if visit is None:
        return unknown_page(request)
    now = clock.now()
    attempt = latest_attempt(visit.application)
    if (
        attempt is not None
        and gets_result(attempt)
        and not visit.application.is_going
        and is_alive(visit.link, now=now)
    ):
        with translation.override(attempt.language), timezone.override(visit.organisation.zone):
            found = result(attempt)
            if found is not None:
                return render_page(
                    request,
                    Sitting(visit=visit, attempt=attempt, now=now),
                    "assessments/portal/own.html",
                    title=public_title(visit.application),
                    parts=found.for_candidate(),
                )
    return closed_page(request, organisation=visit.organisation, recruiter=visit.recruiter)
