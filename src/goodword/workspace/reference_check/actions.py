from collections.abc import Callable, Mapping
from typing import Any

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from goodword.accounts import access
from goodword.accounts.access import MemberRequest
from goodword.accounts.domain.audit import write
from goodword.candidates.models import Application
from goodword.candidates.queries import visible_applications
from goodword.core import clock
from goodword.references.domain.checks import Closed, Refused
from goodword.references.domain.reminders import Reminded
from goodword.references.models import Check, Referee


def reminder_message(done: Reminded) -> str:
    values = {"n": done.left}
    if done.out_of_hours:
        return (
            ngettext(
                "Reminder on its way, outside working hours. %(n)s left.",
                "Reminder on its way, outside working hours. %(n)s left.",
                done.left,
            )
            % values
            if done.left
            else _("Reminder on its way, outside working hours. It was the last one.")
        )
    if not done.left:
        return _("Reminder on its way. It was the last one.")
    return (
        ngettext(
            "Reminder on its way. %(n)s left.",
            "Reminder on its way. %(n)s left.",
            done.left,
        )
        % values
    )


#: performs the action and returns the message; raises Refused or Closed
Action = Callable[[], str]


def check_of(request: MemberRequest, pk: int, check_pk: int) -> tuple[Application, Check]:
    application = access.owned(visible_applications(request.member), pk)
    checks = Check.objects.of(request.organisation).filter(step_request__application=application)
    return application, access.owned(checks, check_pk)


def referee_of(request: MemberRequest, pk: int, referee_pk: int) -> tuple[Application, Referee]:
    application = access.owned(visible_applications(request.member), pk)
    referees = Referee.objects.of(request.organisation).select_related("request")
    return application, access.owned(
        referees.filter(check_run__step_request__application=application), referee_pk
    )


def act_at_once(
    request: MemberRequest, application: Application, act: Action, *, action: str, details: Mapping[str, int]
) -> HttpResponseBase:
    sentence, problem = _perform(request, act, action=action, details=details)
    if problem:
        messages.error(request, problem)
    else:
        messages.success(request, sentence)
    return back_to_check(request, application)


def act_with_form(
    request: MemberRequest,
    application: Application,
    form: forms.Form,
    act: Action,
    *,
    action: str,
    page: Mapping[str, Any],
    details: Mapping[str, int],
) -> HttpResponseBase:
    """Show a form; once it is valid, act. Refusals are shown as form errors."""
    if request.method == "POST" and form.is_valid():
        sentence, problem = _perform(request, act, action=action, details=details)
        if not problem:
            messages.success(request, sentence)
            return back_to_check(request, application)
        form.add_error(None, problem)
    context = {"application": application, "candidate": application.candidate, "form": form, **page}
    return render(request, "workspace/reference_check/action.html", context)


def back_to_check(request: MemberRequest, application: Application) -> HttpResponseBase:
    return redirect(
        f"{reverse('candidate', args=[request.organisation.slug, application.pk])}#reference_check"
    )


def _perform(
    request: MemberRequest, act: Action, *, action: str, details: Mapping[str, int]
) -> tuple[str, str]:
    try:
        with transaction.atomic():
            sentence = act()
            write(
                organisation=request.organisation,
                action=action,
                member=request.member,
                now=clock.now(),
                details=details,
            )
    except Refused as no:
        return "", str(no)
    except Closed:
        return "", _("This reference check has ended and can't be changed.")
    return sentence, ""
