"""Candidate > Rate after the start: a member rates a person hired, by the competencies of the role's questionnaire."""

from dataclasses import replace
from datetime import datetime

from django.contrib import messages
from django.http import Http404, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from goodword.accounts import access
from goodword.accounts.access import MemberRequest
from goodword.candidates.models import Application
from goodword.candidates.performance.importing import may_be_rated, rate, rated_by
from goodword.candidates.performance.reading import Scale
from goodword.candidates.queries import visible_applications
from goodword.core import clock
from goodword.questionnaires.forms import QuestionForm
from goodword.questionnaires.parse import fill_placeholders, parse
from goodword.questionnaires.types import RATING_LEVELS, Rating
from goodword.references.domain.invitations import version_for
from goodword.roles.models import Step


@require_http_methods(["GET", "HEAD", "POST"])
@access.member()
def rate_hire(request: MemberRequest, pk: int) -> HttpResponseBase:
    rows = visible_applications(request.member).select_related("organisation", "candidate", "role")
    application = access.owned(rows, pk)
    now = clock.now()
    if not may_be_rated(application, organisation=request.organisation, now=now):
        raise Http404("not rated in Goodword")
    rated_on = rated_by(application, request.member)
    questions = _questions(application, now=now)
    form = QuestionForm(questions, data=request.POST if request.method == "POST" else None)
    if form.is_bound and rated_on is None and form.is_valid():
        values = {
            question.competency: answer["level"]
            for question in questions
            if isinstance(answer := form.answers.get(question.id), dict) and answer.get("level")
        }
        scale = Scale(RATING_LEVELS[0], RATING_LEVELS[-1])
        if not values:
            form.add_error(None, _("Rate at least one competency."))
        else:
            if rate(application=application, values=values, scale=scale, by=request.member, now=now):
                messages.success(request, _("Rating saved."))
            return redirect("candidate", request.organisation.slug, application.pk)
    context = {
        "application": application,
        "candidate": application.candidate,
        "form": form,
        "rated_on": rated_on,
    }
    status = 422 if form.is_bound and rated_on is None else 200
    return render(request, "workspace/validity/rating.html", context, status=status)


def _questions(application: Application, *, now: datetime) -> tuple[Rating, ...]:
    """The ratings that everybody is asked for, once per competency, without comments."""
    if application.role is None:
        raise Http404("without a role")
    steps = Step.objects.of(application.organisation).select_related("organisation")
    version = version_for(steps.get(role=application.role, kind=Step.Kind.REFERENCE_CHECK), now=now)
    asked = fill_placeholders(
        parse(version.questions), candidate=application.candidate.short_name, language=version.language
    )
    by_competency: dict[str, Rating] = {}
    for one in asked:
        if isinstance(one, Rating) and one.when is None and not one.only_for:
            by_competency.setdefault(one.competency, replace(one, comment=False))
    if not by_competency:
        raise Http404("the questionnaire has no ratings")
    return tuple(by_competency.values())
