"""Opening and discarding the verification of a reasoning result."""

from typing import Any, Final

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from goodword.accounts import access
from goodword.accounts.access import MemberRequest
from goodword.assessments.models import Verification
from goodword.assessments.verification import (
    LinkInUse,
    discard,
    latest_link,
    new_link,
    open_verification,
    verifications_of,
    why_not,
)
from goodword.candidates.models import Application, visible_applications
from goodword.core import clock
from goodword.ui.fields import LongTextField
from goodword.workflow.domain.runs import Refused
from goodword.workspace.step_actions import back_to

#: anchor on the candidate's page
VERIFICATION: Final = "verification"
LONGEST_REASON: Final = 500


class DiscardForm(forms.Form):
    verification = forms.CharField(widget=forms.HiddenInput)
    reason = LongTextField(
        label=gettext_lazy("Why?"),
        help_text=gettext_lazy("For your team. The candidate can read it in the copy of their data."),
        longest=LONGEST_REASON,
        rows=3,
        error_messages={"required": gettext_lazy("Say why, for example “The fire alarm went off”.")},
    )


@require_http_methods(["GET", "HEAD", "POST"])
@access.member(kinds=access.WORKS)
def verify(request: MemberRequest, pk: int) -> HttpResponseBase:
    """Explain verification; the button opens one and shows its link once, since only the hash is stored."""
    application = _application(request, pk)
    if request.method != "POST":
        return _page(request, application, refused=why_not(application, now=clock.now()))
    now, seen = clock.now(), request.POST.get("seen", "")
    try:
        with transaction.atomic():
            verification = open_verification(application=application, member=request.member, now=now)
            url = new_link(
                verification=verification,
                member=request.member,
                now=now,
                seen=int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 19 else 0,
            )
    except LinkInUse:
        return _page(request, application, status=409, in_use=True)
    except Refused as error:
        return _page(request, application, refused=str(error), status=422)
    return _page(request, application, url=url)


@require_http_methods(["GET", "HEAD", "POST"])
@access.member(kinds=access.WORKS)
def discard_verification(request: MemberRequest, pk: int) -> HttpResponseBase:
    application = _application(request, pk)
    verification = _unfinished(application)
    if verification is None:
        messages.info(request, _("There is no verification to discard."))
        return back_to(request, application, VERIFICATION)
    posted = request.method == "POST"
    if posted and request.POST.get("verification") != str(verification.pk):
        messages.info(
            request, _("Nothing was discarded: another verification has started since you opened that page.")
        )
        return back_to(request, application, VERIFICATION)
    form = DiscardForm(request.POST if posted else None, initial={"verification": verification.pk})
    if form.is_valid():
        try:
            discard(
                verification=verification,
                reason=form.cleaned_data["reason"],
                member=request.member,
                now=clock.now(),
            )
        except Refused as error:
            messages.error(request, str(error))
        else:
            messages.success(request, _("Verification discarded. You can start another."))
        return back_to(request, application, VERIFICATION)
    context = {
        "application": application,
        "candidate": application.candidate,
        "form": form,
        "title": _("Discard the verification"),
        "effects": [
            _("The link stops working, and the answers so far are deleted."),
            _("The timeline shows that it was discarded. You can start another."),
        ],
        "button": _("Discard verification"),
        "danger": True,
        "anchor": VERIFICATION,
    }
    return render(request, "workspace/step_action.html", context, status=422 if form.errors else 200)


def _application(request: MemberRequest, pk: int) -> Application:
    rows = visible_applications(request.member).select_related("organisation", "candidate", "role")
    return access.get_or_404(rows, pk)


def _unfinished(application: Application) -> Verification | None:
    return verifications_of(application).filter(ended_at=None).first()


def _page(
    request: MemberRequest, application: Application, *, status: int = 200, **more: Any
) -> HttpResponse:
    unfinished = _unfinished(application)
    context = {
        "application": application,
        "candidate": application.candidate,
        "unfinished": unfinished,
        "seen": str(latest_link(unfinished)),
        "anchor": VERIFICATION,
        **more,
    }
    response = render(request, "workspace/candidate/verify.html", context, status=status)
    response["Cache-Control"] = "no-store"
    return response
