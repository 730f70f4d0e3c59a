"""What the acts on a candidate's page have in common: who may, a click, a page with a form, and what is said."""

from collections.abc import Callable, Mapping
from typing import Any

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from goodword.accounts import access
from goodword.accounts.access import MemberRequest
from goodword.accounts.domain.audit import write
from goodword.candidates.models import Application
from goodword.candidates.visible import visible_applications
from goodword.core import clock
from goodword.references.domain.by_member import Refused
from goodword.references.domain.guard import Closed
from goodword.references.models import Check, Referee

#: does it, and returns what is said of it; raises Refused or Closed
Act = Callable[[], str]


def check_of(request: MemberRequest, pk: int, check_pk: int) -> tuple[Application, Check]:
    """A check of an application that the member sees, or 404."""
    application = access.owned(visible_applications(request.member), pk)
    checks = Check.objects.of(request.organisation).filter(step_request__application=application)
    return application, access.owned(checks, check_pk)


def referee_of(request: MemberRequest, pk: int, referee_pk: int) -> tuple[Application, Referee]:
    """A referee of an application that the member sees, or 404."""
    application = access.owned(visible_applications(request.member), pk)
    referees = Referee.objects.of(request.organisation).select_related("request")
    return application, access.owned(
        referees.filter(check_run__step_request__application=application), referee_pk
    )


def clicked(
    request: MemberRequest, application: Application, act: Act, *, action: str, details: Mapping[str, int]
) -> HttpResponseBase:
    """Act at once, and back to the candidate with what is said of it."""
    sentence, problem = _tried(request, act, action=action, details=details)
    if problem:
        messages.error(request, problem)
    else:
        messages.success(request, sentence)
    return back(request, application)


def filled(
    request: MemberRequest,
    application: Application,
    form: forms.Form,
    act: Act,
    *,
    action: str,
    page: Mapping[str, Any],
    details: Mapping[str, int],
) -> HttpResponseBase:
    """A page with a form: act once it is valid, and show it again with what was typed where that is refused."""
    if request.method == "POST" and form.is_valid():
        sentence, problem = _tried(request, act, action=action, details=details)
        if not problem:
            messages.success(request, sentence)
            return back(request, application)
        form.add_error(None, problem)
    context = {"application": application, "candidate": application.candidate, "form": form, **page}
    return render(request, "workspace/act.html", context)


def back(request: MemberRequest, application: Application) -> HttpResponseBase:
    """To the reference check on the candidate's page."""
    target = redirect("candidate", request.organisation.slug, application.pk)
    target["Location"] += "#reference_check"
    return target


def _tried(request: MemberRequest, act: Act, *, action: str, details: Mapping[str, int]) -> tuple[str, str]:
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
        return "", _("This reference check is over and can no longer be changed.")
    return sentence, ""
