"""The links of a report version: make, copy, revoke."""

from typing import Any, Final

from django import forms
from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST

from goodword.accounts import access
from goodword.accounts.access import MemberRequest
from goodword.candidates.queries import visible_applications
from goodword.core import clock
from goodword.reports.domain.sharing import NotReady, revoke, share, shared_links
from goodword.reports.models import Report

#: days to choose from, besides the organisation's
DAYS: Final = (7, 30, 90)


class ShareForm(forms.Form):
    use_required_attribute = False
    days = forms.TypedChoiceField(
        label=gettext_lazy("Works for"),
        coerce=int,
        error_messages=dict.fromkeys(("required", "invalid_choice"), gettext_lazy("Choose how long.")),
    )

    def __init__(self, *args: Any, usual: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        days = self.fields["days"]
        days.initial = usual
        assert isinstance(days, forms.ChoiceField)
        days.choices = [
            (n, ngettext("%(n)s day", "%(n)s days", n) % {"n": n}) for n in sorted({*DAYS, usual})
        ]


@require_http_methods(["GET", "HEAD", "POST"])
@access.member(kinds=access.WORKS)
def report_links(request: MemberRequest, pk: int) -> HttpResponseBase:
    """A new link is shown in the answer, once: only its hash is stored."""
    report = _report(request, pk)
    data = request.POST if request.method == "POST" else None
    form, url = ShareForm(data, usual=request.organisation.report_link_days), ""
    if form.is_valid():
        try:
            url = share(report=report, days=form.cleaned_data["days"], member=request.member, now=clock.now())
        except NotReady:
            messages.error(request, _("This version can't be shared any more."))
            return redirect("candidate", request.organisation.slug, report.step_request.application_id)
    return _page(request, report, form, url)


@require_POST
@access.member(kinds=access.WORKS)
def report_link_revoke(request: MemberRequest, pk: int, link_pk: int) -> HttpResponseBase:
    report = _report(request, pk)
    if revoke(report=report, link_id=link_pk, member=request.member, now=clock.now()):
        messages.success(request, _("Link revoked. It no longer opens the report."))
    return redirect("report_links", request.organisation.slug, report.pk)


def _report(request: MemberRequest, pk: int) -> Report:
    reports = Report.objects.of(request.organisation).filter(
        state=Report.State.READY, step_request__application__in=visible_applications(request.member)
    )
    rows = reports.select_related("organisation", "step_request__step")
    return access.owned(
        rows.select_related("step_request__application__candidate", "step_request__application__role"), pk
    )


def _page(request: MemberRequest, report: Report, form: ShareForm, url: str) -> HttpResponse:
    context = {
        "report": report,
        "application": report.step_request.application,
        "form": form,
        "url": url,
        "links": shared_links(report, now=clock.now()),
    }
    status = 422 if form.errors else 200
    response = render(request, "reports/links.html", context, status=status)
    response["Cache-Control"] = "no-store"
    return response
