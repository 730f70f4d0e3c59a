"""Role > Assessment settings > Preview: the whole assessment as a candidate walks through it. Nothing of it is kept."""

from collections.abc import Callable
from functools import update_wrapper

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from goodword.accounts import access
from goodword.accounts.access import MemberRequest
from goodword.assessments.attempts.preview import PreviewPosition
from goodword.assessments.models import Assessment, AssessmentPart
from goodword.assessments.plans.versions import draft_of, versions_of
from goodword.assessments.views import preview as pages
from goodword.assessments.views.door import kept_private
from goodword.assessments.views.preview import Rehearsal
from goodword.core import clock
from goodword.roles.models import Step
from goodword.workspace.plan.doors import step_of
from goodword.workspace.plan.rehearsal import State, number_of, rehearsal, state_of

#: in an address, in place of a version's number
DRAFT = "draft"

type Page = Callable[..., HttpResponse]


def _walked(page: Page, *, begun: bool = False) -> Callable[..., HttpResponseBase]:
    """Give the page a sitting without a candidate, in the language that is asked for; `begun`: its part has begun."""

    def view(request: MemberRequest, /, pk: int, which: str, **places: int) -> HttpResponseBase:
        step = step_of(request, pk)
        assessment = _assessment(step, which)
        if assessment is None:
            messages.info(request, _("The draft no longer exists. It was published or discarded."))
            return redirect("role_assessment", request.organisation.slug, pk)
        parts = _parts(assessment)
        if not parts:
            messages.info(request, _("There are no tests yet. Add one, then preview it as a candidate."))
            return redirect("role_assessment_draft", request.organisation.slug, pk)
        state = state_of(
            request.GET,
            slug=request.organisation.slug,
            role=pk,
            which=which,
            parts=parts,
            wanted=request.organisation.language,
        )
        sitting = _sitting(request, step, assessment, parts, state, begun=begun, order=places.get("order"))
        with translation.override(state.language), timezone.override(request.organisation.zone):
            return kept_private(page(request, sitting, **places))

    update_wrapper(view, page)
    return require_http_methods(["GET", "HEAD", "POST"])(access.member(kinds=access.WORKS)(view))


def _sitting(
    request: MemberRequest,
    step: Step,
    assessment: Assessment,
    parts: list[AssessmentPart],
    state: State,
    *,
    begun: bool,
    order: int | None,
) -> Rehearsal:
    # a page of a part is that of somebody who has done those before it
    done = min(number_of(request.GET.get("done", "")), len(parts)) if order is None else order - 1
    return rehearsal(
        step,
        assessment,
        parts,
        state,
        walk=PreviewPosition(done=max(done, 0), begun=begun, open_forms=state.open_forms),
        leave=_leave(request, step, assessment),
        here=request.path,
        now=clock.now(),
    )


def _assessment(step: Step, which: str) -> Assessment | None:
    """The draft, None if there is none; a version that is not there is a 404."""
    if which == DRAFT:
        return draft_of(step)
    found = next((one for one in versions_of(step) if str(one.number) == which), None)
    if found is None:
        raise Http404
    return found


def _parts(assessment: Assessment) -> list[AssessmentPart]:
    rows = AssessmentPart.objects.of(assessment.organisation).filter(assessment=assessment)
    return list(rows.select_related("test__organisation").order_by("order"))


def _leave(request: MemberRequest, step: Step, assessment: Assessment) -> str:
    at = [request.organisation.slug, step.role_id]
    if assessment.published_at is None:
        return reverse("role_assessment_draft", args=at)
    return reverse("role_assessment_version", args=[*at, assessment.number])


first = _walked(pages.first)
part = _walked(pages.part)
practice = _walked(pages.practice)
item = _walked(pages.item, begun=True)
last = _walked(pages.last, begun=True)
decline = _walked(pages.decline)
adjust = _walked(pages.adjust)
beyond = _walked(pages.beyond)
language = _walked(pages.language)
form = _walked(pages.form)
