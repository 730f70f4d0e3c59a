"""How a referee says no: they would rather not, they are somebody else, or want no more such mail."""

from typing import Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from goodword.references.domain import declines
from goodword.references.models import ReferenceRequest
from goodword.references.reasons import DeclineForm
from goodword.references.views import referee_door
from goodword.references.views.referee_door import AtRequest, page

FORMS: Final = ["GET", "HEAD", "POST"]
Why = ReferenceRequest.Why


@require_http_methods(FORMS)
@referee_door.opens()
def say_no(request: HttpRequest, at: AtRequest) -> HttpResponse:
    """Decline, "I am not this person", "do not contact me again"."""
    hint = _("For %(recruiter)s only. %(candidate)s never sees it.") % {
        "recruiter": at.context.recruiter.name,
        "candidate": at.context.candidate.name,
    }
    if request.method == "POST" and not at.switched:
        form = DeclineForm(request.POST, hint=hint)
    else:
        form = DeclineForm(hint=hint, initial=_initial(request))
    if form.is_valid():
        declines.decline_request(
            request_id=at.request.pk,
            why=form.cleaned_data["why"],
            reason=form.cleaned_data["reason"],
            never_again=form.cleaned_data["never_again"],
            now=at.now,
        )
        return redirect("referee", token=at.token)
    return page(request, "references/referee/decline.html", at, form=form, form_id="answers")


@require_POST
@referee_door.opens(only_open=False)
def never_again(request: HttpRequest, at: AtRequest) -> HttpResponse:
    """No more such mail, from somebody who has answered or declined already."""
    declines.opt_out(request_id=at.request.pk, now=at.now)
    messages.success(
        request,
        _("%(organisation)s won't write to this address for any other candidate.")
        % {"organisation": at.context.organisation.name},
    )
    return redirect("referee", token=at.token)


def _initial(request: HttpRequest) -> dict[str, object]:
    """What was filled in before the language was changed, or what the link that was followed says."""
    if request.method == "POST":
        sent = DeclineForm(request.POST)
        return {name: sent[name].data for name in sent.fields}
    chosen = request.GET.get("as", "")
    return {
        "why": Why.NOT_ME if chosen == "not-me" else Why.WOULD_RATHER_NOT,
        "never_again": chosen == "never-again",
    }
