"""The candidate's first page, which also says where things stand; the notice, their language, and a no to all of it."""

from typing import Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from goodword.references import candidate_page
from goodword.references.domain import declines
from goodword.references.reasons import ReasonForm
from goodword.references.views import candidate_door
from goodword.references.views.candidate_door import AtCheck, page
from goodword.steps.models import StepRun

FORMS: Final = ["GET", "HEAD", "POST"]


@require_safe
@candidate_door.opens(only_open=False)
def home(request: HttpRequest, at: AtCheck) -> HttpResponse:
    """What is asked, why, by when and who reads it; who is named; after *Send* who has answered; at the end thanks."""
    if at.check.progress == StepRun.Progress.DECLINED:
        return page(request, "references/candidate/declined.html", at)
    shown = candidate_page.shown(at.check, at.context, now=at.now)
    return page(request, "references/candidate/home.html", at, shown=shown, is_open=at.is_open)


@require_safe
@candidate_door.opens(only_open=False)
def notice(request: HttpRequest, at: AtCheck) -> HttpResponse:
    """What is kept of the candidate and their referees, who reads it, how long, and what rights they have."""
    shown = candidate_page.shown(at.check, at.context, now=at.now)
    return page(request, "references/candidate/notice.html", at, shown=shown)


@require_POST
@candidate_door.opens(only_open=False)
def language(request: HttpRequest, at: AtCheck) -> HttpResponse:
    """Back to the page where another language was chosen; the door has noted which."""
    back, home_url = request.POST.get("back", ""), reverse("portal", args=[at.token])
    inside = back.startswith(home_url) and url_has_allowed_host_and_scheme(back, allowed_hosts=None)
    return redirect(back if inside else home_url)


@require_http_methods(FORMS)
@candidate_door.opens()
def decline_check(request: HttpRequest, at: AtCheck) -> HttpResponse:
    """The candidate does not want to, or cannot."""
    form = ReasonForm(
        request.POST if request.method == "POST" else None,
        hint=_("Only %(recruiter)s and the hiring team read it.") % {"recruiter": at.context.recruiter.name},
    )
    if not at.switched and form.is_valid():
        declines.decline_check(check_id=at.check.pk, reason=form.cleaned_data["reason"], now=at.now)
        return redirect("portal_check", token=at.token)
    return page(request, "references/candidate/decline.html", at, form=form, form_id="decline")
