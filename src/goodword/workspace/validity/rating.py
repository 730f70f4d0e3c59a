"""Candidate > Rate after hire: a member rates a new hire, by the competencies of the role's questionnaire."""

from django.contrib import messages
from django.http import Http404, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from goodword.accounts import access
from goodword.accounts.access import MemberRequest
from goodword.candidates.models import visible_applications
from goodword.core import clock
from goodword.questionnaires.forms import QuestionForm
from goodword.workspace.validity.answering import has_rated, may_rate, questions_of, rate_as_member, values_of


@require_http_methods(["GET", "HEAD", "POST"])
@access.member()
def rate_hire(request: MemberRequest, pk: int) -> HttpResponseBase:
    rows = visible_applications(request.member).select_related("organisation", "candidate", "role")
    application = access.owned(rows, pk)
    now = clock.now()
    if not may_rate(application, now=now):
        raise Http404("not rated in Goodword")
    rated_on = has_rated(application, request.member)
    questions = questions_of(application, now=now)
    if not questions:
        raise Http404("without ratings to ask for")
    form = QuestionForm(questions, data=request.POST if request.method == "POST" else None)
    if form.is_bound and rated_on is None and form.is_valid():
        values = values_of(application, form.answers, now=now)
        if not values:
            form.add_error(None, _("Rate at least one competency."))
        else:
            if rate_as_member(application, values=values, by=request.member, now=now):
                messages.success(request, _("Rating saved."))
            else:
                messages.info(
                    request,
                    _("Not saved: you have rated this person before, or nobody is to rate them any more."),
                )
            return redirect("candidate", request.organisation.slug, application.pk)
    context = {
        "application": application,
        "candidate": application.candidate,
        "form": form,
        "rated_on": rated_on,
    }
    status = 422 if form.is_bound and rated_on is None else 200
    return render(request, "workspace/validity/rating.html", context, status=status)
