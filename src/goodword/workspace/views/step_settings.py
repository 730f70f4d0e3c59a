"""Role > [ . . . ] > Assessment settings, Reference check settings."""

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from goodword.accounts import access
from goodword.accounts.access import MemberRequest
from goodword.core import clock
from goodword.roles.domain.settings import change_settings, set_requirement
from goodword.roles.models import Step
from goodword.roles.queries import visible_roles
from goodword.workspace.step_form import StepForm


@require_http_methods(["GET", "HEAD", "POST"])
@access.member(kinds=access.WORKS)
def step_settings(request: MemberRequest, pk: int, step_pk: int) -> HttpResponseBase:
    """The settings of one step of a role, which count from then on."""
    role = access.owned(visible_roles(request.member), pk)
    step = access.owned(Step.objects.of(request.organisation).filter(role=role), step_pk)
    form = StepForm(request.POST or None, step=step)
    if request.method == "POST" and form.is_valid():
        now = clock.now()
        with transaction.atomic():
            if "requirement" in form.fields:
                text = form.cleaned_data["requirement"]
                set_requirement(step=step, text=text, by=request.member, now=now)
            change_settings(step=step, settings=form.settings(), by=request.member, now=now)
        messages.success(request, _("Saved. This counts from now on."))
        return redirect("role", request.organisation.slug, role.pk)
    return render(request, "workspace/step_settings.html", {"role": role, "step": step, "form": form})
