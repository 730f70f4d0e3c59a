"""Role > Assessment settings, Reference check settings."""

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponseBase, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from goodword.accounts import access
from goodword.accounts.access import MemberRequest
from goodword.assessments.plans.versions import built_by_member
from goodword.core import clock
from goodword.roles.domain.settings import change_settings, set_requirement
from goodword.roles.models import Role, Step
from goodword.roles.queries import visible_roles
from goodword.workspace.role.check_form import CheckForm
from goodword.workspace.role.slot_forms import ACTION, after_action
from goodword.workspace.role.step_forms import StepForm


@require_http_methods(["GET", "HEAD", "POST"])
@access.member(kinds=access.WORKS)
def step_settings(request: MemberRequest, pk: int, step_pk: int) -> HttpResponseBase:
    """Settings of one step of a role."""
    role = access.owned(visible_roles(request.member), pk)
    steps = Step.objects.of(request.organisation).select_related("organisation").filter(role=role)
    step = access.owned(steps, step_pk)
    data = request.POST if request.method == "POST" else None
    if step.kind == Step.Kind.REFERENCE_CHECK:
        return _check(request, role, step, data)
    form = StepForm(data, step=step)
    if data is not None and form.is_valid():
        now = clock.now()
        with transaction.atomic():
            if "requirement" in form.fields:
                text = form.cleaned_data["requirement"]
                set_requirement(step=step, text=text, by=request.member, now=now)
            change_settings(step=step, settings=form.settings(), by=request.member, now=now)
        return _saved(request, role)
    context = {"role": role, "step": step, "form": form, "given": built_by_member(step)}
    return render(request, "workspace/role/step_settings.html", context)


def _check(request: MemberRequest, role: Role, step: Step, data: QueryDict | None) -> HttpResponseBase:
    acted = data is not None and bool(data.get(ACTION))
    if data is not None and acted:
        data = after_action(data)
    form = CheckForm(data, step=step)
    sentences = form.sentences()
    if data is not None and not acted and form.is_valid():
        now = clock.now()
        with transaction.atomic():
            change_settings(step=step, settings=form.settings_to_keep(now=now), by=request.member, now=now)
        return _saved(request, role)
    if data is not None and acted:
        form = CheckForm.unvalidated(data, step=step)
    context = {"role": role, "step": step, "form": form, "sentences": sentences}
    return render(request, "workspace/role/check_settings.html", context)


def _saved(request: MemberRequest, role: Role) -> HttpResponseBase:
    messages.success(request, _("Saved. Applies from now on."))
    return redirect("role", request.organisation.slug, role.pk)
