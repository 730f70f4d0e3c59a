"""The page of a test: its technical sheet, in a version, language and form; archive, bring back, export."""

import json
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from goodword.accounts import access
from goodword.accounts.access import MemberRequest
from goodword.assessments.catalogue import packs
from goodword.assessments.catalogue.queries import roles_by_test
from goodword.assessments.kinds.health import flags_of
from goodword.assessments.kinds.pack_file import plain
from goodword.assessments.kinds.reasoning.content import ReasoningTest
from goodword.assessments.kinds.sheet import technical_sheet
from goodword.assessments.norms.queries import known_of
from goodword.assessments.views.library.doors import Chosen, chosen, test_of
from goodword.assessments.views.library.forms import SignOffForm
from goodword.core import clock


@require_safe
@access.member(kinds=access.WORKS)
def test(request: MemberRequest, pk: int) -> HttpResponseBase:
    """What is known of a version, and what is not; a draft that was imported is signed off and published here."""
    found = chosen(request, pk)
    if found is None:
        return render(
            request,
            "assessments/library/nothing_yet.html",
            {"test": test_of(request, pk), "is_written_here": True},
        )
    return render(request, "assessments/library/test.html", page(request, found))


def page(request: MemberRequest, found: Chosen, *, form: SignOffForm | None = None) -> dict[str, Any]:
    """What the page shows of a version."""
    known = known_of(found.version, found.form)
    flags = () if isinstance(found.content, ReasoningTest) else flags_of(found.content)
    asks = found.is_draft and found.imported and bool(flags)
    return {
        "test": found.test,
        "chosen": found,
        "version": found.version,
        "is_written_here": not found.builtin and not found.imported,
        "sheet": technical_sheet(found.content, found.form, known=known),
        "flags": flags if found.imported else (),
        "must_sign": asks and found.version.signed_off_at is None,
        "sign_form": (form or SignOffForm(initial={"name": request.member.user.name})) if asks else None,
        "roles": roles_by_test(request.member).get(found.test.pk, []),
    }


@require_POST
@access.member(kinds=access.WORKS)
def archive(request: MemberRequest, pk: int) -> HttpResponseBase:
    """Take it out of what roles can choose."""
    try:
        packs.archive(test=test_of(request, pk), by=request.member, now=clock.now())
    except packs.ComesWithGoodword:
        messages.info(request, _("This one comes with Goodword and cannot be removed."))
        return redirect("test", request.organisation.slug, pk)
    messages.success(request, _("Archived. Roles that use it go on with it."))
    return redirect("library", request.organisation.slug)


@require_POST
@access.member(kinds=access.WORKS)
def bring_back(request: MemberRequest, pk: int) -> HttpResponseBase:
    """Put it back."""
    packs.bring_back(test=test_of(request, pk), by=request.member, now=clock.now())
    messages.success(request, _("It is back, and roles can choose it again."))
    return redirect("test", request.organisation.slug, pk)


@require_safe
@access.member(kinds=access.WORKS)
def export(request: MemberRequest, pk: int) -> HttpResponseBase:
    """One version in one language as a file, of the same content as the one that was imported."""
    found = chosen(request, pk)
    if found is None:
        raise Http404("nothing is published")
    # stored JSON keeps no order of names: written anew, a file begins with what it is
    content = found.version.content if isinstance(found.content, ReasoningTest) else plain(found.content)
    text = json.dumps(content, ensure_ascii=False, indent=1) + "\n"
    name = "-".join(
        part
        for part in (
            slugify(found.test.title)[:60] or "test",
            f"v{found.version.number}",
            found.version.language,
        )
        if part
    )
    response = HttpResponse(text, content_type="application/json; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}.json"'
    return response
