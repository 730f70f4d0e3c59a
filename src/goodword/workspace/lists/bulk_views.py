"""The preview and the report of an act on several candidates of a list."""

from dataclasses import replace
from typing import Final

from django import forms
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from goodword.accounts import access
from goodword.accounts.access import MemberRequest
from goodword.candidates.queries import visible_applications
from goodword.core import clock
from goodword.roles.domain.settings import LONGEST_DEADLINE
from goodword.roles.models import Step
from goodword.workspace.candidate.details import WITHDRAWN, reason_field
from goodword.workspace.lists.bulk import ACTS, CHOOSES_STEP, BulkAct, Outcome, kinds_meant, perform
from goodword.workspace.lists.pages import PAGE
from goodword.workspace.lists.query import ListQuery, whole_number
from goodword.workspace.lists.states import STEPS
from goodword.workspace.lists.views import role_of

#: suggested to extend by
DAYS: Final = 5


#: both steps
BOTH: Final = "both"


class BulkForm(forms.Form):
    act = forms.ChoiceField(choices=[(name, name) for name in ACTS])
    step = forms.ChoiceField(
        label=gettext_lazy("Which step?"),
        choices=[
            *((name, Step.Kind(kind).label) for name, kind in STEPS.items()),
            (BOTH, gettext_lazy("Both steps")),
        ],
        required=False,
        widget=forms.RadioSelect,
    )
    reason = reason_field()
    days = forms.IntegerField(
        label=gettext_lazy("Working days from today"),
        min_value=1,
        max_value=LONGEST_DEADLINE,
        error_messages=dict.fromkeys(
            ("required", "invalid", "min_value", "max_value"),
            gettext_lazy("Choose 1 to %(n)s working days.") % {"n": LONGEST_DEADLINE},
        ),
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )


@require_POST
@access.member(kinds=access.WORKS)
def bulk(request: MemberRequest, pk: int | None = None) -> HttpResponseBase:
    """Shows what would happen; with `confirmed` does it and shows what was done."""
    role = role_of(request, pk)
    query = ListQuery.of(request.GET)
    back = (
        reverse("candidates", args=[request.organisation.slug])
        if role is None
        else reverse("role", args=[request.organisation.slug, role.pk])
    ) + query.url()
    ids = [pk for one in request.POST.getlist("application")[:PAGE] if (pk := whole_number(one)) is not None]
    data = request.POST.copy()
    data.setdefault("days", str(DAYS))
    data.setdefault("reason", "organisation")
    form = BulkForm(data)
    valid = form.is_valid()
    if not ids or "act" in form.errors or "step" in form.errors:
        return redirect(back)
    rows = visible_applications(request.member).select_related("role").filter(pk__in=ids)
    if role is not None:
        rows = rows.filter(role=role)
    by_id = {one.pk: one for one in rows}
    applications = [by_id[one] for one in dict.fromkeys(ids) if one in by_id]
    step = form.cleaned_data["step"]
    act = BulkAct(
        name=form.cleaned_data["act"],
        kinds=tuple(kind for name, kind in STEPS.items() if step in {"", BOTH, name}),
        days=form.cleaned_data.get("days") or DAYS,
        runs=frozenset(request.POST.getlist("run")),
        reason=WITHDRAWN if form.cleaned_data.get("reason") == "candidate" else "",
    )
    now = clock.now()
    asks = False
    if not step and act.name in CHOOSES_STEP:
        meant = kinds_meant(act, applications, member=request.member, now=now)
        asks = len(meant) > 1
        if len(meant) == 1:
            act = replace(act, kinds=meant)
            [step] = (name for name, kind in STEPS.items() if kind in meant)
    form.fields["step"].required = asks
    if asks and request.POST.get("asked"):
        form.add_error("step", _("Choose a step."))
        valid = False
    confirmed = valid and not asks and bool(request.POST.get("confirmed"))
    outcomes = (
        [] if asks else perform(act, applications, member=request.member, now=now, preview=not confirmed)
    )
    done = [one for one in outcomes if one.done]
    return render(
        request,
        "workspace/lists/bulk.html",
        {
            "role": role,
            "form": form,
            "act": act.name,
            "step": step,
            "confirmed": confirmed,
            "asks": asks,
            "title": _question(act.name) if asks else _title(act.name, outcomes, confirmed=confirmed),
            "done": done,
            "refused": [one for one in outcomes if not one.done],
            "application_ids": dict.fromkeys(
                [one.pk for one in applications]
                if asks
                else [one.application.pk for one in (outcomes if act.name == "extend" else done)]
            ),
            "runs": [one.run for one in done if one.run] if act.name == "again" else [],
            "button": _button(act.name, len(done)),
            "action": request.get_full_path(),
            "back": back,
        },
        status=200 if valid else 422,
    )


def _question(act: str) -> str:
    return {"cancel": _("Cancel steps"), "invite": _("Invite candidates")}[act]


def _title(act: str, outcomes: list[Outcome], *, confirmed: bool) -> str:
    values = {"n": sum(one.done for one in outcomes), "of": len(outcomes)}
    if confirmed:
        return {
            "remind": _("%(n)s of %(of)s reminded"),
            "extend": _("%(n)s of %(of)s extended"),
            "cancel": _("%(n)s of %(of)s cancelled"),
            "invite": _("%(n)s of %(of)s invited"),
            "again": _("%(n)s of %(of)s invited again"),
            "reject": _("%(n)s of %(of)s rejected"),
            "hire": _("%(n)s of %(of)s marked as hired"),
        }[act] % values
    return {
        "remind": _("Remind %(n)s of %(of)s"),
        "extend": _("Extend %(n)s of %(of)s"),
        "cancel": _("Cancel %(n)s of %(of)s"),
        "invite": _("Invite %(n)s of %(of)s"),
        "again": _("Invite %(n)s of %(of)s again"),
        "reject": _("Reject %(n)s of %(of)s"),
        "hire": _("Mark %(n)s of %(of)s as hired"),
    }[act] % values


def _button(act: str, n: int) -> str:
    return {
        "remind": ngettext("Send %(n)s reminder", "Send %(n)s reminders", n),
        "extend": ngettext("Extend %(n)s deadline", "Extend %(n)s deadlines", n),
        "cancel": ngettext("Cancel %(n)s step", "Cancel %(n)s steps", n),
        "invite": ngettext("Send %(n)s invitation", "Send %(n)s invitations", n),
        "again": ngettext("Send %(n)s new invitation", "Send %(n)s new invitations", n),
        "reject": ngettext("Reject %(n)s candidate", "Reject %(n)s candidates", n),
        "hire": ngettext("Mark %(n)s candidate as hired", "Mark %(n)s candidates as hired", n),
    }[act] % {"n": n}
