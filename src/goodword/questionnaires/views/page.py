"""The page of a questionnaire: what its versions ask and who uses it; archive, bring back, export."""

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from goodword.accounts import access
from goodword.accounts.access import MemberRequest
from goodword.core import clock
from goodword.questionnaires.builtin import GENERAL_PROFESSIONAL
from goodword.questionnaires.domain import archive as archiving
from goodword.questionnaires.domain.drafts import draft_of, is_own
from goodword.questionnaires.domain.published import languages_rows, numbers
from goodword.questionnaires.editor.facts import facts_of
from goodword.questionnaires.editor.files import Contents, to_file
from goodword.questionnaires.editor.languages import language_name
from goodword.questionnaires.models import QuestionnaireVersion
from goodword.questionnaires.queries import roles_of
from goodword.questionnaires.views.doors import questionnaire_of
from goodword.questionnaires.views.shown import shown

DRAFT = "draft"


@require_safe
@access.member(kinds=access.WORKS)
def questionnaire(request: MemberRequest, pk: int) -> HttpResponseBase:
    """A published version to read, in one of its languages; one that has none yet leads to its draft."""
    found = questionnaire_of(request, pk)
    draft = draft_of(found)
    all_numbers = numbers(found)
    if not all_numbers:
        return redirect("questionnaire_edit", request.organisation.slug, pk)
    rows = languages_rows(found, number=_asked_number(request, all_numbers))
    row = next((row for row in rows if row.language == request.GET.get("language")), rows[0])
    return render(
        request,
        "questionnaires/editor/questionnaire.html",
        {
            "questionnaire": found,
            "own": is_own(found),
            "asked_by_default": found.key == GENERAL_PROFESSIONAL,
            "draft": draft,
            "version": row,
            "is_newest": row.number == all_numbers[0],
            "numbers": all_numbers,
            "languages": [(other.language, language_name(other.language)) for other in rows],
            "facts": facts_of(row),
            "questions": shown(row.questions),
            "roles": roles_of(found, request.member),
        },
    )


@require_POST
@access.member(kinds=access.WORKS)
def archive(request: MemberRequest, pk: int) -> HttpResponseBase:
    """Take it out of what roles can choose."""
    found = questionnaire_of(request, pk)
    try:
        archiving.archive(questionnaire=found, by=request.member, now=clock.now())
    except archiving.AskedByDefault:
        messages.info(request, _("This one stays: roles that name no questionnaire ask it."))
        return redirect("questionnaire", request.organisation.slug, pk)
    messages.success(request, _("Archived. Roles and checks that use it go on with it."))
    return redirect("questionnaires", request.organisation.slug)


@require_POST
@access.member(kinds=access.WORKS)
def bring_back(request: MemberRequest, pk: int) -> HttpResponseBase:
    """Put it back."""
    archiving.bring_back(questionnaire=questionnaire_of(request, pk), by=request.member, now=clock.now())
    messages.success(request, _("It is back, and roles can choose it again."))
    return redirect("questionnaire", request.organisation.slug, pk)


@require_safe
@access.member(kinds=access.WORKS)
def export(request: MemberRequest, pk: int) -> HttpResponseBase:
    """The draft (`?version=draft`), or a published version, as one file with all languages."""
    found = questionnaire_of(request, pk)
    rows: list[QuestionnaireVersion]
    if request.GET.get("version") == DRAFT:
        draft = draft_of(found)
        rows = list(draft.rows) if draft else []
        part = DRAFT
    else:
        rows = languages_rows(found, number=_asked_number(request, numbers(found)))
        part = f"v{rows[0].number}" if rows else ""
    if not rows:
        raise Http404("there is no such version")
    text = to_file(
        Contents(
            title=found.title,
            description=found.description,
            languages={row.language: row.questions for row in rows},
        )
    )
    name = f"{slugify(found.title)[:60] or 'questionnaire'}-{part}.json"
    response = HttpResponse(text, content_type="application/json; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _asked_number(request: MemberRequest, there: list[int]) -> int | None:
    asked = request.GET.get("version", "")
    if not asked:
        return None
    if asked.isascii() and asked.isdigit() and len(asked) < 9 and int(asked) in there:
        return int(asked)
    raise Http404("there is no such version")
