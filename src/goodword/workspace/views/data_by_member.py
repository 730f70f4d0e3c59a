"""Members hand out what is kept of a candidate, and erase a single referee."""

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from goodword.accounts import access
from goodword.accounts.access import MemberRequest
from goodword.accounts.domain.audit import write
from goodword.candidates.domain.holds import hold_on
from goodword.candidates.models import Application
from goodword.candidates.visible import visible_applications
from goodword.core import clock
from goodword.core.downloads import as_download
from goodword.references.domain.erase_referee import erase_referee
from goodword.references.models import Referee
from goodword.steps.states import DONE
from goodword.workspace.exporting import bundle_of, may_be_exported


@require_POST
@access.member(kinds=access.WORKS)
def export(request: MemberRequest, pk: int) -> HttpResponse:
    """All that is kept of the candidate, as one file; each export stands in the audit log."""
    application = _application(request, pk)
    if not may_be_exported(application):
        raise Http404("this person is erased")
    now, candidate = clock.now(), application.candidate
    bundle = bundle_of(candidate, member=request.member, now=now)
    write(
        organisation=request.organisation,
        action="person.exported",
        member=request.member,
        now=now,
        details={"candidate": candidate.pk, "application": application.pk},
    )
    name = slugify(candidate.name) or f"candidate-{candidate.pk}"
    return as_download(bundle, name=f"{name}.zip", content_type="application/zip")


@require_http_methods(["GET", "HEAD", "POST"])
@access.member(kinds=access.ADMIN)
def erase_one_referee(request: MemberRequest, pk: int, referee_pk: int) -> HttpResponseBase:
    """The page that says what goes and what stays; posted, it goes at once."""
    application = _application(request, pk)
    referees = Referee.objects.of(request.organisation).filter(
        check_run__step_request__application=application, erased_at=None
    )
    referee = access.owned(referees.select_related("check_run", "request__reference"), referee_pk)
    if hold_on(application) is not None:
        messages.error(request, _("This data is under a legal hold. Nothing is erased until it is lifted."))
        return redirect("candidate_hold", request.organisation.slug, pk)
    if request.method == "POST":
        by = f"member:{request.member.pk}"
        erase_referee(referee_id=referee.pk, by=by, now=clock.now(), member=request.member)
        messages.success(request, _("The referee was erased."))
        return redirect("candidate", request.organisation.slug, pk)
    asked = getattr(referee, "request", None)
    return render(
        request,
        "workspace/erase_referee.html",
        {
            "application": application,
            "candidate": application.candidate,
            "referee": referee,
            "answered": getattr(asked, "reference", None) is not None,
            "done": referee.check_run.progress in DONE,
        },
    )


def _application(request: MemberRequest, pk: int) -> Application:
    return access.owned(visible_applications(request.member).select_related("role"), pk)
