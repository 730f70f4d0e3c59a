from typing import Any, Final

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from goodword.accounts import access
from goodword.accounts.access import MemberRequest
from goodword.accounts.domain.audit import write_by
from goodword.accounts.models import Organisation
from goodword.accounts.navigation import settings_nav
from goodword.assessments.psychometrics.validity import LEAST
from goodword.assessments.validity import LISTED, PAIRS, figures
from goodword.candidates.models import visible_applications
from goodword.candidates.ratings import DAYS, imports_of
from goodword.core import clock
from goodword.questionnaires.forms import QuestionForm
from goodword.roles.models import Role
from goodword.workspace.job_analysis.matrix import newest_of_roles
from goodword.workspace.validity.answering import (
    may_rate_in_goodword,
    questions_of,
    rate_as_member,
    rating_date,
    values_of,
)
from goodword.workspace.validity.asking import requests_by_role

#: maximum number of newest imports and ratings by members
SHOWN: Final = 50


class RoleForm(forms.Form):
    role: Any = forms.ModelChoiceField(
        label=gettext_lazy("Role"), queryset=None, empty_label=gettext_lazy("All roles")
    )

    def __init__(self, data: QueryDict | None, *, organisation: Organisation) -> None:
        super().__init__(data)
        field: Any = self.fields["role"]
        field.queryset = Role.objects.of(organisation).order_by("plain_title", "pk")
        field.label_from_instance = lambda role: role.title


@require_safe
@access.member(kinds=access.ADMIN)
def page(request: MemberRequest) -> HttpResponse:
    """The page; with `?role=` only for this role."""
    organisation = request.organisation
    roles = RoleForm(request.GET if request.GET.get("role") else None, organisation=organisation)
    role: Role | None = roles.cleaned_data["role"] if roles.is_valid() else None
    if role is not None:
        role.organisation = organisation
    found = figures(organisation, role)
    computed = sum(row.validity is not None for criterion in found for row in criterion.rows)
    if computed:
        write_by(
            request.member,
            "validity.computed",
            now=clock.now(),
            details={"role": role.pk if role else None, "correlations": computed},
        )
    context = {
        "settings_nav": settings_nav(request),
        "roles": roles,
        "found": found,
        "imports": list(imports_of(organisation)[:SHOWN]),
        "least": LEAST,
        "listed": LISTED,
        "pairs": PAIRS,
        "days": DAYS,
        "asked": requests_by_role(organisation)[:SHOWN],
        "analysed": newest_of_roles(organisation)[:SHOWN],
    }
    return render(request, "workspace/validity/page.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@access.member()
def rate_hire(request: MemberRequest, pk: int) -> HttpResponseBase:
    rows = visible_applications(request.member).select_related("organisation", "candidate", "role")
    application = access.get_or_404(rows, pk)
    now = clock.now()
    if not may_rate_in_goodword(application, now=now):
        raise Http404("not rated in Goodword")
    rated_on = rating_date(application, request.member)
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
                    _("Not saved: you have rated this person before, or ratings for them are closed."),
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
