from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from goodword.accounts import access
from goodword.accounts.access import MemberRequest
from goodword.core import clock
from goodword.roles.models import Step
from goodword.roles.queries import visible_roles
from goodword.workflow.languages import language_choices
from goodword.workspace.step_preview.example import wanted_language
from goodword.workspace.step_preview.mails import step_mails


@require_safe
@access.member(kinds=access.WORKS)
def mails(request: MemberRequest, pk: int, step_pk: int) -> HttpResponse:
    """The e-mails of a step to candidates and referees, in one of its languages."""
    role = access.owned(visible_roles(request.member), pk)
    steps = Step.objects.of(request.organisation).select_related("organisation", "role")
    step = access.owned(steps.filter(role=role), step_pk)
    shown = step_mails(step, language=wanted_language(request), now=clock.now())
    context = {
        "role": role,
        "step": step,
        "mails": shown.mails,
        "language": shown.language,
        "languages": language_choices(shown.languages),
    }
    return render(request, "workspace/step_preview/step_mails.html", context)
