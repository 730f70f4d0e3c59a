"""Role > Add candidate, and from the list of all candidates the choice of a role."""

from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import QuerySet
from django.db.models.functions import Lower
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from goodword.accounts import access
from goodword.accounts.access import MemberRequest
from goodword.candidates.domain.adding import AlreadyOnRole, RoleArchived
from goodword.candidates.models import Application
from goodword.candidates.queries import visible_applications
from goodword.core import clock
from goodword.roles.models import Role
from goodword.roles.queries import visible_roles
from goodword.workspace.adding.forms import PersonForm
from goodword.workspace.adding.steps import StepChoice, add_and_invite, step_choices

ARCHIVED = gettext_lazy("This role is archived. Restore it to add candidates.")


class AddForm(PersonForm):
    def __init__(self, *args: Any, choices: list[StepChoice], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.choices = choices
        for choice in choices:
            self.fields[choice.step.kind] = forms.BooleanField(
                label=_("Invite to the assessment now")
                if choice.step.kind == choice.step.Kind.ASSESSMENT
                else _("Invite to the reference check now"),
                help_text=choice.hint,
                required=False,
            )


@require_http_methods(["GET", "HEAD", "POST"])
@access.member(kinds=access.WORKS)
def add(request: MemberRequest, pk: int) -> HttpResponseBase:
    role = access.owned(visible_roles(request.member).filter(archived_at=None), pk)
    choices = step_choices(role)
    form = AddForm(
        request.POST if request.method == "POST" else None, organisation=request.organisation, choices=choices
    )
    if not form.is_valid():
        return _page(request, role, form)
    wanted = [choice for choice in choices if form.cleaned_data[choice.step.kind]]
    try:
        application = add_and_invite(
            role=role,
            person=form.person,
            steps=[choice.step for choice in wanted],
            member=request.member,
            now=clock.now(),
        )
    except AlreadyOnRole as there:
        form.add_error("email", _already(request, there.application))
        return _page(request, role, form)
    except RoleArchived:
        messages.error(request, ARCHIVED)
        return redirect("role", request.organisation.slug, role.pk)
    messages.success(request, _said(application, wanted))
    return redirect("candidate", request.organisation.slug, application.pk)


class RoleForm(forms.Form):
    use_required_attribute = False

    def __init__(self, *args: Any, roles: QuerySet[Role], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"] = forms.ModelChoiceField(
            queryset=roles,
            label=_("Role"),
            error_messages=dict.fromkeys(("required", "invalid_choice"), _("Choose a role.")),
        )


@require_safe
@access.member(kinds=access.WORKS)
def choose_role(request: MemberRequest) -> HttpResponseBase:
    roles = visible_roles(request.member).filter(archived_at=None).order_by(Lower("title"), "pk")
    form = RoleForm(request.GET if "then" in request.GET else None, roles=roles)
    if form.is_valid():
        name = "role_import" if request.GET["then"] == "import" else "role_candidate_add"
        return redirect(name, request.organisation.slug, form.cleaned_data["role"].pk)
    return render(request, "workspace/adding/choose_role.html", {"form": form})


def _said(application: Application, wanted: list[StepChoice]) -> str:
    name = {"name": application.candidate.name}
    if not wanted:
        return _("%(name)s added. Nobody has been e-mailed.") % name
    if all(choice.waits for choice in wanted):
        return _("%(name)s added. They are invited once the assessment is published.") % name
    return _("%(name)s added. The invitation is on its way.") % name


def _already(request: MemberRequest, application: Application) -> str:
    seen = visible_applications(request.member).filter(pk=application.pk).exists()
    if not seen:
        return _("There is already a candidate with this address on this role.")
    return _("%(name)s is already on this role with this address.") % {"name": application.candidate.name}


def _page(request: MemberRequest, role: Role, form: AddForm) -> HttpResponse:
    status = 422 if form.is_bound else 200
    return render(request, "workspace/adding/add.html", {"role": role, "form": form}, status=status)
