from django import forms
from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from goodword.accounts import access
from goodword.accounts.access import MemberRequest
from goodword.accounts.double_clicks import once
from goodword.assessments.catalogue.packs import (
    LARGEST,
    NeedsSignOff,
    NotADraft,
    discard_pack,
    import_pack,
    publish_pack,
)
from goodword.assessments.catalogue.packs import sign_off as sign
from goodword.assessments.catalogue.queries import versions_of
from goodword.assessments.models import TestVersion
from goodword.assessments.queries import content_of
from goodword.assessments.views.library import SelectedVersion, SignOffForm, draft_version, page_context
from goodword.core import clock
from goodword.core.validation import ReadingError


class ImportForm(forms.Form):
    use_required_attribute = False

    file = forms.FileField(
        label=gettext_lazy("File"),
        required=False,
        allow_empty_file=True,
        help_text=gettext_lazy("A JSON file of at most 1 MB."),
        widget=forms.FileInput(attrs={"accept": ".json,application/json"}),
    )
    text = forms.CharField(
        label=gettext_lazy("Or paste it here"),
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 12, "spellcheck": "false", "class": "mono"}),
    )

    def clean(self) -> None:
        file, text = self.cleaned_data.get("file"), self.cleaned_data.get("text") or ""
        if self.errors:
            return
        if file is not None and text.strip():
            self.add_error("text", _("Choose a file or paste text, not both."))
        elif file is None and not text.strip():
            self.add_error("file", _("Choose a file, or paste its text."))
        elif file is not None and file.size > LARGEST:
            self.add_error("file", _("The file is larger than 1 MB. Tests are far smaller."))

    @property
    def source(self) -> str:
        return "file" if self.cleaned_data.get("file") is not None else "text"

    @property
    def raw(self) -> bytes:
        file = self.cleaned_data.get("file")
        if file is not None:
            found: bytes = file.read(LARGEST + 1)
            return found
        return str(self.cleaned_data["text"]).encode("utf-8", "surrogatepass")


@require_http_methods(["GET", "HEAD", "POST"])
@access.member(kinds=access.WORKS)
@once
def import_(request: MemberRequest) -> HttpResponseBase:
    if request.method != "POST":
        return render(request, "assessments/library/import.html", {"form": ImportForm()})
    form = ImportForm(request.POST, request.FILES)
    if form.is_valid():
        try:
            made = import_pack(raw=form.raw, by=request.member, now=clock.now())
        except ReadingError as error:
            form.add_error(form.source, str(error))
        else:
            messages.success(request, _("Imported as a draft. Check it, then publish it."))
            return redirect(_at(request, made))
    return render(request, "assessments/library/import.html", {"form": form}, status=422)


@require_POST
@access.member(kinds=access.WORKS)
def sign_off(request: MemberRequest, pk: int, version_pk: int) -> HttpResponseBase:
    version = draft_version(request, pk, version_pk)
    form = SignOffForm(request.POST)
    if version.published_at is not None:
        return _no_draft(request, version)
    if not form.is_valid():
        found = SelectedVersion(
            test=version.test,
            rows=versions_of(version.test),
            version=version,
            form=content_of(version).offers()[0].id,
            language=version.language,
        )
        return render(
            request, "assessments/library/test.html", page_context(request, found, form=form), status=422
        )
    try:
        sign(
            version=version,
            name=form.cleaned_data["name"],
            why=form.cleaned_data["why"],
            by=request.member,
            now=clock.now(),
        )
    except NotADraft:
        return _no_draft(request, version)
    messages.success(request, _("Signed off. You can publish the version now."))
    return redirect(_at(request, version))


@require_POST
@access.member(kinds=access.WORKS)
def publish(request: MemberRequest, pk: int, version_pk: int) -> HttpResponseBase:
    version = draft_version(request, pk, version_pk)
    try:
        publish_pack(version=version, by=request.member, now=clock.now())
    except NeedsSignOff:
        messages.error(request, _("Not published: sign off the health-related items first."))
        return redirect(f"{_at(request, version)}#health")
    except NotADraft:
        return _no_draft(request, version)
    messages.success(request, _("Published. Roles can choose it now."))
    return redirect(_at(request, version))


@require_POST
@access.member(kinds=access.WORKS)
def discard(request: MemberRequest, pk: int, version_pk: int) -> HttpResponseBase:
    version = draft_version(request, pk, version_pk)
    try:
        stays = discard_pack(version=version, by=request.member, now=clock.now())
    except NotADraft:
        return _no_draft(request, version)
    messages.success(request, _("Draft discarded. You can import the file again."))
    if stays:
        return redirect("test", request.organisation.slug, pk)
    return redirect("library", request.organisation.slug)


def _at(request: MemberRequest, version: TestVersion) -> str:
    where = reverse("test", args=[request.organisation.slug, version.test_id])
    return f"{where}?version={version.number}&language={version.language}"


def _no_draft(request: MemberRequest, version: TestVersion) -> HttpResponseBase:
    messages.info(request, _("Not changed: the draft no longer exists. It was published or discarded."))
    return redirect("test", request.organisation.slug, version.test_id)
