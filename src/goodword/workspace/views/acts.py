"""What a recruiter does with a step in one click."""

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from goodword.accounts import access
from goodword.accounts.access import MemberRequest
from goodword.accounts.domain.audit import write
from goodword.assessments.domain import invite_again as attempts
from goodword.candidates.models import Application
from goodword.candidates.visible import visible_applications
from goodword.core import clock
from goodword.references.domain import invite_again as checks
from goodword.roles.models import Step
from goodword.steps.models import StepStart


@require_POST
@access.member(kinds=access.WORKS)
def invite_again(request: MemberRequest, pk: int, start_pk: int) -> HttpResponseBase:
    """Invite the candidate again: a new mail with a fresh link, and a new deadline."""
    application = access.owned(visible_applications(request.member), pk)
    start = access.owned(
        StepStart.objects.of(request.organisation).filter(application=application).select_related("step"),
        start_pk,
    )
    if application.status != Application.Status.ACTIVE:
        messages.error(
            request, _("Only an active candidate can be invited. Greenhouse says otherwise of this one.")
        )
        return redirect("candidate", request.organisation.slug, application.pk)
    if start.state != StepStart.State.STARTED:
        messages.error(request, _("This step has not begun yet. Its card says what it waits for."))
        return redirect("candidate", request.organisation.slug, application.pk)
    now = clock.now()
    try:
        with transaction.atomic():
            if start.step.kind == Step.Kind.ASSESSMENT:
                attempts.invite_again(start=start, member=request.member, now=now)
            else:
                checks.invite_again(start=start, member=request.member, now=now)
            write(
                organisation=request.organisation,
                action="step.invited_again",
                member=request.member,
                now=now,
                details={"start": start.pk},
            )
    except (attempts.MayNotInvite, checks.Hindered):
        messages.error(
            request, _("Greenhouse has no address for this candidate, or says not to e-mail them.")
        )
        return redirect("candidate", request.organisation.slug, application.pk)
    messages.success(request, _("A new invitation is on its way."))
    return redirect("candidate", request.organisation.slug, application.pk)
