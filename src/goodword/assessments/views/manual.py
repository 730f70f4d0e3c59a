from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.text import slugify
from django.views.decorators.http import require_safe

from goodword.accounts import access
from goodword.accounts.access import MemberRequest
from goodword.assessments.catalogue.queries import roles_by_test
from goodword.assessments.manual.chapters import TechnicalManual, technical_manual
from goodword.assessments.manual.facts import manual_facts
from goodword.assessments.manual.markdown import as_markdown
from goodword.assessments.views.library import SelectedVersion, selected_version
from goodword.core import clock


@require_safe
@access.member(kinds=access.WORKS)
def manual(request: MemberRequest, pk: int) -> HttpResponseBase:
    found = _selected(request, pk)
    return render(
        request,
        "assessments/library/manual.html",
        {"test": found.test, "chosen": found, "version": found.version, "manual": _manual(request, found)},
    )


@require_safe
@access.member(kinds=access.WORKS)
def download(request: MemberRequest, pk: int) -> HttpResponseBase:
    found = _selected(request, pk)
    made = _manual(request, found)
    name = slugify(f"technical-manual-{found.test.title[:60]}-v{found.version.number}-{found.language}")
    response = HttpResponse(
        as_markdown(made.title, made.sections), content_type="text/markdown; charset=utf-8"
    )
    response["Content-Disposition"] = f'attachment; filename="{name}.md"'
    response["Cache-Control"] = "no-store"
    return response


def _selected(request: MemberRequest, pk: int) -> SelectedVersion:
    found = selected_version(request, pk)
    if found is None:
        raise Http404("nothing is published")
    return found


def _manual(request: MemberRequest, found: SelectedVersion) -> TechnicalManual:
    roles = roles_by_test(request.member).get(found.test.pk, ())
    facts = manual_facts(found.version, found.form, language=found.language, roles=roles)
    return technical_manual(facts, now=clock.now())
