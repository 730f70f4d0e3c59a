"""Candidate > Rate after hire: a member rates a new hire, by the competencies of the role's questionnaire."""

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from goodword.accounts import access
from goodword.accounts.access import MemberRequest
from goodword.candidates.models import visible_applications
from goodword.candidates.performance.importing import may_be_rated, rate, rated_by
from goodword.core import clock
from goodword.questionnaires.forms import QuestionForm
from goodword.workspace.validity.asking import SCALE, note_rated, questions_of, values_of


@require_http_methods(["GET", "HEAD", "POST"])
@access.member()
def rate_hire(request: MemberRequest, pk: int) -> HttpResponseBase:
    rows = visible_applications(request.member).select_related("organisation", "candidate", "role")
    application = access.owned(rows, pk)
    now = clock.now()
    if not may_be_rated(application, organisation=request.organisation, now=now):
        raise Http404("not rated in Goodword")
    rated_on = rated_by(application, request.member)
    questions = questions_of(application, now=now)
    if not questions:
        raise Http404("without ratings to ask for")
    form = QuestionForm(questions, data=request.POST if request.method == "POST" else None)
    if form.is_bound and rated_on is None and form.is_valid():
        values = values_of(application, form.answers, now=now)
        if not values:
            form.add_error(None, _("Rate at least one competency."))
        else:
            with transaction.atomic():
                stored = rate(application=application, values=values, scale=SCALE, by=request.member, now=now)
                if stored:
                    note_rated(application, by=request.member, now=now)
            if stored:
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
