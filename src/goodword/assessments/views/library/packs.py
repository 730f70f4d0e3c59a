"""Imported tests: import, sign off, publish, throw away."""

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from goodword.accounts import access
from goodword.accounts.access import MemberRequest
from goodword.assessments.catalogue.packs import (
    NeedsSignOff,
    NotADraft,
    discard_pack,
    import_pack,
    publish_pack,
)
from goodword.assessments.catalogue.packs import sign_off as sign
from goodword.assessments.catalogue.queries import versions_of
from goodword.assessments.content import content_of
from goodword.assessments.models import TestVersion
from goodword.assessments.views.library.doors import Chosen, draft_version
from goodword.assessments.views.library.forms import ImportForm, SignOffForm
from goodword.assessments.views.library.page import page
from goodword.core import clock
from goodword.questionnaires.reading import ReadingError


@require_http_methods(["GET", "HEAD", "POST"])
@access.member(kinds=access.WORKS)
def import_(request: MemberRequest) -> HttpResponseBase:
    """From a file or a text, whole or not at all."""
    if request.method != "POST":
        return render(request, "assessments/library/import.html", {"form": ImportForm()})
    form = ImportForm(request.POST, request.FILES)
    if form.is_valid():
        try:
            made = import_pack(raw=form.raw, by=request.member, now=clock.now())
        except ReadingError as wrong:
            form.add_error(form.source, str(wrong))
        else:
            messages.success(request, _("Imported as a draft. Look it over, then publish it."))
            return redirect(_at(request, made))
    return render(request, "assessments/library/import.html", {"form": form}, status=422)


@require_POST
@access.member(kinds=access.WORKS)
def sign_off(request: MemberRequest, pk: int, version_pk: int) -> HttpResponseBase:
    """Take a name and a reason for items that touch health."""
    version = draft_version(request, pk, version_pk)
    form = SignOffForm(request.POST)
    if version.published_at is not None:
        return _no_draft(request, version)
    if not form.is_valid():
        found = Chosen(
            test=version.test,
            rows=versions_of(version.test),
            version=version,
            form=content_of(version).offers()[0].id,
            language=version.language,
        )
        return render(request, "assessments/library/test.html", page(request, found, form=form), status=422)
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
    messages.success(request, _("Signed off. The version can be published now."))
    return redirect(_at(request, version))


@require_POST
@access.member(kinds=access.WORKS)
def publish(request: MemberRequest, pk: int, version_pk: int) -> HttpResponseBase:
    """Freeze a draft and offer it to roles."""
    version = draft_version(request, pk, version_pk)
    try:
        publish_pack(version=version, by=request.member, now=clock.now())
    except NeedsSignOff:
        messages.error(request, _("Nothing was published: sign off the items that touch health first."))
        return redirect(f"{_at(request, version)}#health")
    except NotADraft:
        return _no_draft(request, version)
    messages.success(request, _("Published. Roles can choose it now, and it never changes."))
    return redirect(_at(request, version))


@require_POST
@access.member(kinds=access.WORKS)
def discard(request: MemberRequest, pk: int, version_pk: int) -> HttpResponseBase:
    """Throw a draft away."""
    version = draft_version(request, pk, version_pk)
    try:
        stays = discard_pack(version=version, by=request.member, now=clock.now())
    except NotADraft:
        return _no_draft(request, version)
    messages.success(request, _("The draft is gone. The file can be imported again."))
    if stays:
        return redirect("test", request.organisation.slug, pk)
    return redirect("library", request.organisation.slug)


def _at(request: MemberRequest, version: TestVersion) -> str:
    """The page of a test, at this version and language."""
    where = reverse("test", args=[request.organisation.slug, version.test_id])
    return f"{where}?version={version.number}&language={version.language}"


def _no_draft(request: MemberRequest, version: TestVersion) -> HttpResponseBase:
    messages.info(request, _("Nothing was changed: this version is no longer an imported draft."))
    return redirect("test", request.organisation.slug, version.test_id)
