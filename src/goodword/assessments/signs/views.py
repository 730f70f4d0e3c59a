"""Dismissing a sign on an attempt, with a note."""

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from goodword.accounts import access
from goodword.accounts.access import MemberRequest
from goodword.assessments.models import AttemptSign
from goodword.assessments.signs.dismiss import dismiss
from goodword.assessments.signs.shown import sign_in_words
from goodword.candidates.models import Application
from goodword.candidates.queries import visible_applications
from goodword.core import clock
from goodword.steps.signs.dismiss import DismissForm


@require_http_methods(["GET", "HEAD", "POST"])
@access.member(kinds=access.WORKS)
def dismiss_sign(request: MemberRequest, pk: int, sign_pk: int) -> HttpResponseBase:
    """A sign on its own page, to be dismissed with a note. One that was dismissed meanwhile leads back."""
    application = access.owned(visible_applications(request.member), pk)
    sign = access.owned(
        AttemptSign.objects.of(request.organisation).filter(attempt__step_request__application=application),
        sign_pk,
    )
    form = DismissForm(request.POST if request.method == "POST" else None)
    if sign.dismissed_at is None and form.is_valid():
        dismiss(sign_id=sign.pk, member=request.member, note=form.cleaned_data["note"], now=clock.now())
        messages.success(request, _("The flag is dismissed. Your note is shown with it."))
        return _back(request, application)
    if sign.dismissed_at is not None:
        messages.info(request, _("This sign was dismissed already. The note beside it says by whom and why."))
        return _back(request, application)
    return render(
        request,
        "steps/signs/dismiss.html",
        {"application": application, "sign": sign_in_words(sign), "form": form},
    )


def _back(request: MemberRequest, application: Application) -> HttpResponseBase:
    return redirect("candidate", slug=request.organisation.slug, pk=application.pk)
