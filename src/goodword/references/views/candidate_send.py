"""The very mails that referees will get, and *Send*."""

from typing import Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from goodword.references import candidate_page
from goodword.references.domain import sending
from goodword.references.domain.traces import note_trace
from goodword.references.views import candidate_door
from goodword.references.views.candidate_door import AtCheck, page

FORMS: Final = ["GET", "HEAD", "POST"]


@require_http_methods(FORMS)
@candidate_door.opens()
def review(request: HttpRequest, at: AtCheck) -> HttpResponse:
    """The very mail that each referee will get, and *Send*."""
    problem = ""
    if request.method == "POST" and not at.switched:
        note_trace(request, at.check, None, now=at.now)
        try:
            sending.send_requests(
                check_id=at.check.pk, seen=request.POST.get("seen", ""), link=_secret(), now=at.now
            )
        except sending.NotAsShown:
            problem = _("Something changed since you opened this page. Please read the e-mails again.")
        except sending.Barred as barred:
            problem = _("%(name)s has asked not to be contacted. Please name somebody else.") % {
                "name": barred.referee.name
            }
        else:
            return redirect("portal_check", token=at.token)
    mails = sending.preview_mails(at.check, now=at.now, link=_secret())
    if not mails:
        return redirect("portal_check", token=at.token)
    return page(
        request,
        "references/candidate/review.html",
        at,
        mails=mails,
        waiting=sum(mail.referee.after_offer for mail in mails),
        missing=candidate_page.missing(at.check),
        seen=sending.fingerprint(mails),
        problem=problem,
    )


def _secret() -> str:
    return _("(a personal link, only in this e-mail)")
