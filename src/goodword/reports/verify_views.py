"""/verify: checks whether a file is an unchanged report that was issued here. Public; stores nothing."""

from mmap import ACCESS_READ, mmap
from typing import Any, Final

from allauth.core import ratelimit
from django import forms
from django.core.files.uploadedfile import TemporaryUploadedFile, UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from goodword.core.text import written_day
from goodword.reports.domain.verification import Answer, verify

#: readers accept PDFs that start this late (ISO 32000-1, annex H)
_BEGINS_WITHIN: Final = 1024


class VerifyForm(forms.Form):
    use_required_attribute = False
    file = forms.FileField(
        label=_("Report (PDF)"),
        help_text=_("Up to 16 MB."),
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"accept": ".pdf,application/pdf"}),
        error_messages={
            "required": _("Choose the PDF of a report."),
            "invalid": _("Choose the PDF of a report."),
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
    """Django writes large files to disk, so they are mapped: several at once must not fill the memory."""
    if isinstance(file, TemporaryUploadedFile) and file.file and file.size:
        return mmap(file.file.fileno(), 0, access=ACCESS_READ)
    content: bytes = file.read()
    return content


@require_http_methods(["GET", "HEAD", "POST"])
def verify_report(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        return _page(request, VerifyForm())
    if not ratelimit.consume(request, action="verify_report"):
        response = _page(request, VerifyForm(), limited=True, status=429)
        response["Retry-After"] = "60"
        return response
    form = VerifyForm(request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, form, status=422)
    return _page(
        request,
        VerifyForm(),
        answer=verify(form.cleaned_data["file"]),
        file_name=form.file_name,
    )


def _page(
    request: HttpRequest,
    form: VerifyForm,
    *,
    answer: Answer | None = None,
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
    response = render(request, "reports/verify.html", context, status=status)
    response["Cache-Control"] = "no-store"
    response["X-Robots-Tag"] = "noindex"
    return response
