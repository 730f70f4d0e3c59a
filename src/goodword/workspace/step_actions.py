"""Members' actions on a step, with or without a form or confirmation, and the forms they share."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from goodword.accounts.access import MemberRequest
from goodword.accounts.domain.audit import write_by
from goodword.accounts.models import Organisation
from goodword.candidates.models import Application
from goodword.core import clock
from goodword.core.text import written_weekday
from goodword.references.domain.checks import CheckClosed
from goodword.references.models import Check, open_requests
from goodword.roles.domain.settings import LONGEST_DEADLINE
from goodword.workflow.domain.runs import Refused, Reminded, candidate_complained

ALREADY_THAT_DAY: Final = gettext_lazy("The deadline is already %(day)s. Choose a later one.")
_DAYS = gettext_lazy("Choose 1 to %(n)s working days.") % {"n": LONGEST_DEADLINE}


class ConfirmForm(forms.Form):
    pass


class DaysForm(forms.Form):
    days = forms.IntegerField(
        label=gettext_lazy("Working days from today"),
        help_text=gettext_lazy("Until the end of that day."),
        min_value=1,
        max_value=LONGEST_DEADLINE,
        initial=5,
        error_messages=dict.fromkeys(("required", "invalid", "min_value", "max_value"), _DAYS),
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )


def extended_message(
    before: Sequence[datetime], after: Sequence[datetime], *, organisation: Organisation
) -> str:
    """`before`, `after`: the deadlines, the step's first. Raises Refused if none was extended."""
    if before == after:
        raise Refused(ALREADY_THAT_DAY % {"day": written_weekday(after[0].astimezone(organisation.zone))})
    return _("Deadline extended.")


def deadlines_of(check: Check) -> list[datetime]:
    return [check.deadline_at, *(request.deadline_at for request in open_requests(check))]


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


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionTarget:
    """The target of an action. `ids`: ids for the audit log. `anchor`: where to return to on the candidate's page;
    empty for its top."""

    application: Application
    ids: Mapping[str, int]
    anchor: str = ""


def resumed(application: Application) -> str:
    if candidate_complained(application):
        return _("Resumed. The candidate gets no reminders: they marked our e-mail as spam.")
    return _("Resumed. Reminders whose day hasn't passed will be sent.")


def act_at_once(
    request: MemberRequest, target: ActionTarget, act: Action, *, action: str
) -> HttpResponseBase:
    sentence, problem = _perform(request, act, action=action, ids=target.ids)
    if problem:
        messages.error(request, problem)
    else:
        messages.success(request, sentence)
    return back_to(request, target.application, target.anchor)


def act_with_form(
    request: MemberRequest,
    target: ActionTarget,
    form: forms.Form,
    act: Action,
    *,
    action: str,
    page: Mapping[str, Any],
) -> HttpResponseBase:
    """Show a form and act once it is valid. Refusals are shown as form errors. `page`: its texts (step_action.html)."""
    if request.method == "POST" and form.is_valid():
        sentence, problem = _perform(request, act, action=action, ids=target.ids)
        if not problem:
            messages.success(request, sentence)
            return back_to(request, target.application, target.anchor)
        form.add_error(None, problem)
    context = {
        "application": target.application,
        "candidate": target.application.candidate,
        "form": form,
        "anchor": target.anchor,
        **page,
    }
    return render(request, "workspace/step_action.html", context)


def back_to(request: MemberRequest, application: Application, anchor: str) -> HttpResponseBase:
    url = reverse("candidate", args=[request.organisation.slug, application.pk])
    return redirect(f"{url}#{anchor}" if anchor else url)


def _perform(request: MemberRequest, act: Action, *, action: str, ids: Mapping[str, int]) -> tuple[str, str]:
    try:
        with transaction.atomic():
            sentence = act()
            write_by(request.member, action, now=clock.now(), details=ids)
    except Refused as error:
        return "", str(error)
    except CheckClosed:
        return "", _("This reference check has ended and can't be changed.")
    return sentence, ""
