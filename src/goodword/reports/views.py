from datetime import datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from goodword.accounts import access
from goodword.accounts.access import MemberRequest, membership_of
from goodword.accounts.models import Membership
from goodword.candidates.queries import recruiter_of, visible_applications
from goodword.core import clock
from goodword.notifications.domain import links
from goodword.notifications.models import Link
from goodword.reports.domain.files import NotDrawn, content_of, open_report, rebuild
from goodword.reports.models import Report
from goodword.workflow.portal import unknown_page


@require_safe
def share(request: HttpRequest, token: str) -> HttpResponseBase:
    """The PDF of one version; once the link has ended, a page that says what to do."""
    link = links.resolve(token, purpose=Link.Purpose.REPORT)
    report = (
        Report.objects.of(link.organisation)
        .select_related(
            "organisation",
            "step_request__application__candidate",
            "step_request__application__role__owner__user",
        )
        .filter(pk=link.subject_id, state__in=[Report.State.READY, Report.State.REDACTED])
        .first()
        if link
        else None
    )
    withdrawn = report is not None and report.state == Report.State.REDACTED
    if link is None or report is None or (withdrawn and link.ended_at is None):
        return unknown_page(request)
    now = clock.now()
    if not links.is_alive(link, now=now):
        application = report.step_request.application
        response = render(
            request,
            "reports/expired.html",
            {
                "organisation": report.organisation,
                "report": report,
                "recruiter": recruiter_of(application),
                "revoked": link.ended_at is not None,
                "withdrawn": withdrawn,
                "member": request.user.is_authenticated
                and membership_of(request.user, slug=report.organisation.slug),
            },
            status=410,
        )
        return _unlisted(response)
    return _answer(request, report, now=now, link=link)


@require_safe
@access.member()
def report_pdf(request: MemberRequest, pk: int) -> HttpResponse:
    reports = (
        Report.objects.of(request.organisation)
        .filter(state=Report.State.READY, step_request__application__in=visible_applications(request.member))
        .select_related(
            "organisation",
            "step_request__application__candidate",
            "step_request__application__role__owner__user",
        )
    )
    report = access.owned(reports, pk)
    return _answer(request, report, now=clock.now(), member=request.member)


@require_POST
@access.member(kinds=access.WORKS)
def report_rebuild(request: MemberRequest, pk: int) -> HttpResponseBase:
    reports = Report.objects.of(request.organisation).filter(
        step_request__application__in=visible_applications(request.member)
    )
    report = access.owned(reports.select_related("step_request"), pk)
    if rebuild(report_id=report.pk, member=request.member, now=clock.now()):
        messages.success(request, _("The report is being created again."))
    return redirect("candidate", request.organisation.slug, report.step_request.application_id)


def _answer(
    request: HttpRequest,
    report: Report,
    *,
    now: datetime,
    link: Link | None = None,
    member: Membership | None = None,
) -> HttpResponse:
    """The file, recorded as opened except for HEAD requests of link checkers."""
    try:
        if request.method == "HEAD":
            return _pdf(report, content_of(report, now=now))
        return _pdf(report, open_report(report, now=now, link=link, member=member))
    except NotDrawn:
        context = {
            "organisation": report.organisation,
            "recruiter": recruiter_of(report.step_request.application),
        }
        return _unlisted(render(request, "reports/not_drawn.html", context, status=503))


def _pdf(report: Report, content: bytes) -> HttpResponse:
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{report.code}-v{report.version}.pdf"'
    # Our usual policy forbids plug-ins, which some browsers use to show PDFs.
    response["Content-Security-Policy"] = "frame-ancestors 'none'"
    return _unlisted(response)


def _unlisted(response: HttpResponse) -> HttpResponse:
    response["Cache-Control"] = "no-store"
    response["X-Robots-Tag"] = "noindex"
    return response
