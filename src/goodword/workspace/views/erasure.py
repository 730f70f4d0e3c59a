"""Erasing a person by hand, now instead of in some days, or not at all. For admins."""

from datetime import datetime

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from goodword.accounts import access
from goodword.accounts.access import MemberRequest
from goodword.accounts.domain.audit import write
from goodword.candidates.domain.carry_out import carry_out
from goodword.candidates.domain.erasure import BY_PEOPLE, Reason, ask_erasure, cancel_erasure
from goodword.candidates.domain.holds import hold_against_erasure, hold_on
from goodword.candidates.domain.person import hold_person
from goodword.candidates.models import Application
from goodword.candidates.visible import visible_applications
from goodword.core import clock
from goodword.workspace.erasing import Erasing, erasing_of, foresee, listed, notes_of


class KeepForm(forms.Form):
    """Why the data is kept although it was to go."""

    reason = forms.CharField(
        label=gettext_lazy("Why it is kept"),
        max_length=300,
        help_text=gettext_lazy("Shown on the candidate's page."),
        error_messages={"required": gettext_lazy("Say why the data is kept.")},
    )


@require_http_methods(["GET", "HEAD", "POST"])
@access.member(kinds=access.ADMIN)
def erase(request: MemberRequest, pk: int) -> HttpResponseBase:
    """The page that says what goes and what stays; posted, it goes at once."""
    application = _application(request, pk)
    erasing = _pending(application)
    if application.erased_at is not None:
        return redirect("candidate", request.organisation.slug, pk)
    if hold_on(application.candidate) is not None:
        messages.error(request, _("This data is under a legal hold. Nothing is erased until it is lifted."))
        return redirect("candidate_hold", request.organisation.slug, pk)
    if request.method == "POST":
        if not _erase(request, application, erasing, now=clock.now()):
            messages.error(
                request, _("Nothing was erased: a hold was placed, or another member was quicker.")
            )
        else:
            messages.success(request, _("The personal data was erased."))
        return redirect("candidate", request.organisation.slug, pk)
    return _page(request, application, erasing, KeepForm())


@require_POST
@access.member(kinds=access.ADMIN)
def keep(request: MemberRequest, pk: int) -> HttpResponseBase:
    """Keep the data after all, with a reason; what the erasure had closed is open again."""
    application = _application(request, pk)
    erasing = _pending(application)
    if erasing is None:
        messages.info(request, _("Nothing is waiting to be erased here."))
        return redirect("candidate", request.organisation.slug, pk)
    form = KeepForm(request.POST)
    if not form.is_valid():
        return _page(request, application, erasing, form, status=422)
    now = clock.now()
    with transaction.atomic():
        kept = cancel_erasure(
            erasing.erasure,
            because=form.cleaned_data["reason"],
            now=now,
            by=f"member:{request.member.pk}",
            member=request.member,
        )
        if kept:
            write(
                organisation=request.organisation,
                action="erasure.cancelled",
                member=request.member,
                now=now,
                details={"erasure": erasing.erasure.pk},
            )
    messages.success(request, _("The data is kept. What this had closed is open again; nothing was sent."))
    return redirect("candidate", request.organisation.slug, pk)


def _application(request: MemberRequest, pk: int) -> Application:
    return access.owned(visible_applications(request.member).select_related("role"), pk)


def _pending(application: Application) -> Erasing | None:
    erasing = erasing_of(application)
    return erasing if erasing is not None and erasing.state == "pending" else None


def _erase(
    request: MemberRequest, application: Application, erasing: Erasing | None, *, now: datetime
) -> bool:
    """Request the erasure. False, without a change, if the person was kept or erased a moment ago."""
    by = f"member:{request.member.pk}"
    if erasing is not None:
        return carry_out(erasure_id=erasing.erasure.pk, now=now, member=request.member)
    with transaction.atomic():
        candidate, _applications = hold_person(application.candidate_id)
        if candidate.erased_at is not None or hold_against_erasure(candidate) is not None:
            return False
        asked = ask_erasure(
            of=application.candidate, reason=Reason.MEMBER, now=now, by=by, member=request.member, due_at=now
        )
        return carry_out(erasure_id=asked.pk, now=now, member=request.member)


def _page(
    request: MemberRequest,
    application: Application,
    erasing: Erasing | None,
    form: KeepForm,
    *,
    status: int = 200,
) -> HttpResponse:
    one = erasing is not None and erasing.erasure.application_id is not None
    others = (
        []
        if one
        else list(
            Application.objects.of(request.organisation)
            .filter(candidate=application.candidate, erased_at=None)
            .select_related("role")
            .order_by("-created_at", "-pk")
        )
    )
    return render(
        request,
        "workspace/erase.html",
        {
            "application": application,
            "candidate": application.candidate,
            "erasing": erasing,
            "only_application": one,
            "by_member": erasing is None or erasing.erasure.reason in BY_PEOPLE,
            "applications": others,
            "going": listed(foresee(application.candidate, only=application if one else None)),
            "notes": notes_of([row.pk for row in others] or [application.pk]),
            "form": form,
        },
        status=status,
    )
