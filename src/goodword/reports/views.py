"""Opening, sharing and verifying reports."""

from datetime import datetime
from mmap import ACCESS_READ, mmap
from typing import Any, Final

from allauth.core import ratelimit
from django import forms
from django.contrib import messages
from django.core.files.uploadedfile import TemporaryUploadedFile, UploadedFile
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from goodword.accounts import access
from goodword.accounts.access import MemberRequest, membership_of
from goodword.accounts.models import Membership
from goodword.candidates.models import recruiter_of, visible_applications
from goodword.core import clock
from goodword.core.responses import private
from goodword.core.text import written_day
from goodword.notifications.domain import links
from goodword.notifications.models import Link
from goodword.reports.domain import sharing
from goodword.reports.domain.rendering import NotRendered, content_of, render_again
from goodword.reports.domain.sharing import LinkExists, NotReady, open_report
from goodword.reports.domain.verification import VerificationResult, verify
from goodword.reports.models import Report
from goodword.workflow.portal import unknown_page


@require_safe
def shared_report(request: HttpRequest, token: str) -> HttpResponseBase:
    """The PDF of a version, or once the link has ended, a page that says what to do."""
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
    now, application = clock.now(), report.step_request.application
    hidden = sharing.is_hidden(link, application.candidate)
    if hidden or not links.is_alive(link, now=now):
        member = (
            membership_of(request.user, slug=report.organisation.slug)
            if request.user.is_authenticated
            else None
        )
        response = render(
            request,
            "reports/expired.html",
            {
                "organisation": report.organisation,
                "report": report,
                "recruiter": recruiter_of(application),
                "revoked": hidden or link.ended_at is not None,  # outsiders needn't know that it is private
                "withdrawn": withdrawn,
                "member": member,
                "sees": member is not None
                and visible_applications(member).filter(pk=application.pk).exists(),
            },
            status=410,
        )
        return private(response)
    return _answer(request, report, now=now, link=link)


@require_safe
@access.member()
def report_pdf(request: MemberRequest, pk: int) -> HttpResponse:
    return _answer(request, _report(request, pk), now=clock.now(), member=request.member)


@require_POST
@access.member(kinds=access.WORKS)
def report_render_again(request: MemberRequest, pk: int) -> HttpResponseBase:
    reports = Report.objects.of(request.organisation).filter(
        step_request__application__in=visible_applications(request.member)
    )
    report = access.get_or_404(reports.select_related("step_request"), pk)
    if render_again(report_id=report.pk, member=request.member, now=clock.now()):
        messages.success(request, "The report is being created again.")
    return redirect("candidate", request.organisation.slug, report.step_request.application_id)


def _answer(
    request: HttpRequest,
    report: Report,
    *,
    now: datetime,
    link: Link | None = None,
    member: Membership | None = None,
) -> HttpResponse:
    """Return the PDF. HEAD requests aren't recorded as openings, since they come from link checkers."""
    try:
        if request.method == "HEAD":
            return _pdf(report, content_of(report, now=now))
        return _pdf(report, open_report(report, now=now, link=link, member=member))
    except NotRendered as error:
        context = {
            "for_good": error.for_good,
            "organisation": report.organisation,
            "recruiter": recruiter_of(report.step_request.application),
        }
        return private(render(request, "reports/not_rendered.html", context, status=503))


def _pdf(report: Report, content: bytes) -> HttpResponse:
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{report.code}-v{report.version}.pdf"'
    # Some browsers show PDFs with a plug-in, which our usual policy forbids.
    response["Content-Security-Policy"] = "frame-ancestors 'none'"
    return private(response)


#: in addition to the organisation's setting
DAYS: Final = (7, 30, 90)


class ShareForm(forms.Form):
    use_required_attribute = False
    days = forms.TypedChoiceField(
        label="Works for",
        coerce=int,
        error_messages=dict.fromkeys(("required", "invalid_choice"), "Choose how long."),
    )

    def __init__(self, *args: Any, usual: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        days = self.fields["days"]
        days.initial = usual
        assert isinstance(days, forms.ChoiceField)
        days.choices = [(n, f"{n} day" if n == 1 else f"{n} days") for n in sorted({*DAYS, usual})]


@require_http_methods(["GET", "HEAD", "POST"])
@access.member(kinds=access.WORKS)
def report_links(request: MemberRequest, pk: int) -> HttpResponseBase:
    """The URL of a new link is shown once, since only its hash is stored."""
    report = _report(request, pk)
    data = request.POST if request.method == "POST" else None
    form, url = ShareForm(data, usual=request.organisation.report_link_days), ""
    if form.is_valid():
        try:
            url = sharing.share(
                report=report,
                days=form.cleaned_data["days"],
                member=request.member,
                now=clock.now(),
                seen=request.POST.get("seen"),
            )
        except LinkExists:
            messages.info(request, "You have already created this link. It can't be shown again.")
            return redirect("report_links", request.organisation.slug, report.pk)
        except NotReady:
            messages.error(request, "This version can no longer be shared.")
            return redirect("candidate", request.organisation.slug, report.step_request.application_id)
    return _links_page(request, report, form, url)


@require_POST
@access.member(kinds=access.WORKS)
def report_link_revoke(request: MemberRequest, pk: int, link_pk: int) -> HttpResponseBase:
    report = _report(request, pk)
    if sharing.revoke(report=report, link_id=link_pk, member=request.member, now=clock.now()):
        messages.success(request, "Link revoked. It no longer opens the report.")
    return redirect("report_links", request.organisation.slug, report.pk)


def _report(request: MemberRequest, pk: int) -> Report:
    reports = Report.objects.of(request.organisation).filter(
        state=Report.State.READY, step_request__application__in=visible_applications(request.member)
    )
    rows = reports.select_related("organisation", "step_request__step")
    return access.get_or_404(
        rows.select_related("step_request__application__candidate", "step_request__application__role"), pk
    )


def _links_page(request: MemberRequest, report: Report, form: ShareForm, url: str) -> HttpResponse:
    context = {
        "report": report,
        "application": report.step_request.application,
        "form": form,
        "url": url,
        "links": sharing.shared_links(report, now=clock.now()),
        "seen": sharing.latest_link(report, by=request.member),
    }
    status = 422 if form.errors else 200
    response = render(request, "reports/links.html", context, status=status)
    response["Cache-Control"] = "no-store"
    return response


#: readers accept PDFs that start within this many bytes (ISO 32000-1, annex H)
_BEGINS_WITHIN: Final = 1024


class VerifyForm(forms.Form):
    use_required_attribute = False
    file = forms.FileField(
        label=gettext_lazy("Report (PDF)"),
        help_text=gettext_lazy("Up to 16 MB."),
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"accept": ".pdf,application/pdf"}),
        error_messages={
            "required": gettext_lazy("Choose the PDF of a report."),
            "invalid": gettext_lazy("Choose the PDF of a report."),
        },
    )

    file_name = ""

    def clean_file(self) -> bytes | mmap:
        file: UploadedFile[Any] = self.cleaned_data["file"]
        self.file_name = file.name or ""
        content = _content(file)
        if b"%PDF-" not in content[:_BEGINS_WITHIN]:
            raise forms.ValidationError(_("This file is not a PDF. Choose the PDF of a report."))
        return content


def _content(file: "UploadedFile[Any]") -> bytes | mmap:
    """Return the file's content. Large files, which Django writes to disk, are memory-mapped, so that several uploads
    don't fill the memory."""
    if isinstance(file, TemporaryUploadedFile) and file.file and file.size:
        return mmap(file.file.fileno(), 0, access=ACCESS_READ)
    content: bytes = file.read()
    return content


@require_http_methods(["GET", "HEAD", "POST"])
def verify_report(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        return _verify_page(request, VerifyForm())
    if not ratelimit.consume(request, action="verify_report"):
        response = _verify_page(request, VerifyForm(), limited=True, status=429)
        response["Retry-After"] = "60"
        return response
    form = VerifyForm(request.POST, request.FILES)
    if not form.is_valid():
        return _verify_page(request, form, status=422)
    return _verify_page(
        request,
        VerifyForm(),
        answer=verify(form.cleaned_data["file"]),
        file_name=form.file_name,
    )


def _verify_page(
    request: HttpRequest,
    form: VerifyForm,
    *,
    answer: VerificationResult | None = None,
    file_name: str = "",
    limited: bool = False,
    status: int = 200,
) -> HttpResponse:
    issued_on = ""
    if answer and answer.issued_at and answer.organisation:
        issued_on = written_day(answer.issued_at.astimezone(answer.organisation.zone))
    context = {
        "form": form,
        "answer": answer,
        "issued_on": issued_on,
        "file_name": file_name,
        "limited": limited,
    }
    return private(render(request, "reports/verify.html", context, status=status))
