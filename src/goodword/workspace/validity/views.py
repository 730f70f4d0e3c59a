from typing import Any, Final

from django import forms
from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from goodword.accounts import access
from goodword.accounts.access import MemberRequest
from goodword.accounts.domain.audit import write
from goodword.accounts.models import Organisation
from goodword.assessments.psychometrics.validity import LEAST
from goodword.assessments.validity.figures import LISTED, PAIRS, figures
from goodword.candidates.performance.importing import DAYS, imports_of
from goodword.core import clock
from goodword.greenhouse.settings_pages import settings_nav
from goodword.roles.models import Role
from goodword.workspace.job_analysis.matrix import newest_of_roles
from goodword.workspace.validity.asking import requests_by_role

#: newest imports and ratings by members
SHOWN: Final = 50


class RoleForm(forms.Form):
    role: Any = forms.ModelChoiceField(
        label=gettext_lazy("Role"), queryset=None, empty_label=gettext_lazy("All roles")
    )

    def __init__(self, data: QueryDict | None, *, organisation: Organisation) -> None:
        super().__init__(data)
        field: Any = self.fields["role"]
        field.queryset = Role.objects.of(organisation).order_by("title", "pk")
        field.label_from_instance = lambda role: role.title


@require_safe
@access.member(kinds=access.ADMIN)
def page(request: MemberRequest) -> HttpResponse:
    """`?role=`: only this role."""
    organisation = request.organisation
    roles = RoleForm(request.GET if request.GET.get("role") else None, organisation=organisation)
    role: Role | None = roles.cleaned_data["role"] if roles.is_valid() else None
    if role is not None:
        role.organisation = organisation
    found = figures(organisation, role)
    computed = sum(row.validity is not None for one in found for row in one.rows)
    if computed:
        write(
            organisation=organisation,
            action="validity.computed",
            member=request.member,
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
