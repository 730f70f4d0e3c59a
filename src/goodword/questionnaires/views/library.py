from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from goodword.accounts import access
from goodword.accounts.access import MemberRequest
from goodword.accounts.double_clicks import once
from goodword.core import clock
from goodword.questionnaires.builtin import GENERAL_PROFESSIONAL, keys
from goodword.questionnaires.domain import drafts as domain
from goodword.questionnaires.domain.drafts import DRAFTS, import_file
from goodword.questionnaires.domain.versions import ensure_all_builtin, numbers, versions_in_all_languages
from goodword.questionnaires.editor.descriptions import language_name
from goodword.questionnaires.editor.files import LARGEST_FILE, Contents, InvalidFile, to_file
from goodword.questionnaires.editor.forms import ImportForm, NewForm
from goodword.questionnaires.models import QuestionnaireVersion
from goodword.questionnaires.queries import ListedQuestionnaire, facts_of, list_questionnaires, roles_of
from goodword.questionnaires.views.editor import question_items, questionnaire_of

DRAFT = "draft"


def _as_offered(row: ListedQuestionnaire) -> int:
    known = keys()
    return known.index(row.questionnaire.key) if row.questionnaire.key in known else len(known)


@require_safe
@access.member(kinds=access.WORKS)
def questionnaires(request: MemberRequest) -> HttpResponse:
    ensure_all_builtin(request.organisation, now=clock.now())
    rows = list_questionnaires(request.member)
    archived = [row for row in rows if row.questionnaire.archived_at is not None]
    there = [row for row in rows if row.questionnaire.archived_at is None]
    return render(
        request,
        "questionnaires/editor/list.html",
        {
            "own": [row for row in there if row.questionnaire.is_own],
            "builtin": sorted((row for row in there if not row.questionnaire.is_own), key=_as_offered),
            "archived": archived,
        },
    )


@require_safe
@access.member(kinds=access.WORKS)
def questionnaire(request: MemberRequest, pk: int) -> HttpResponseBase:
    found = questionnaire_of(request, pk)
    draft = DRAFTS.find(found)
    all_numbers = numbers(found)
    if not all_numbers:
        return redirect("questionnaire_edit", request.organisation.slug, pk)
    rows = versions_in_all_languages(found, number=_asked_number(request, all_numbers))
    row = next((row for row in rows if row.language == request.GET.get("language")), rows[0])
    return render(
        request,
        "questionnaires/editor/questionnaire.html",
        {
            "questionnaire": found,
            "asked_by_default": found.key == GENERAL_PROFESSIONAL,
            "draft": draft,
            "version": row,
            "is_newest": row.number == all_numbers[0],
            "numbers": all_numbers,
            "languages": [(other.language, language_name(other.language)) for other in rows],
            "facts": facts_of(row),
            "questions": question_items(row.questions),
            "roles": roles_of(found, request.member),
        },
    )


@require_POST
@access.member(kinds=access.WORKS)
def archive(request: MemberRequest, pk: int) -> HttpResponseBase:
    found = questionnaire_of(request, pk)
    try:
        domain.archive(questionnaire=found, by=request.member, now=clock.now())
    except domain.UsedByDefault:
        messages.info(request, _("This questionnaire can't be archived, because roles use it by default."))
        return redirect("questionnaire", request.organisation.slug, pk)
    messages.success(request, _("Archived. Roles and checks already using it aren't affected."))
    return redirect("questionnaires", request.organisation.slug)


@require_POST
@access.member(kinds=access.WORKS)
def restore(request: MemberRequest, pk: int) -> HttpResponseBase:
    DRAFTS.set_archived(questionnaire_of(request, pk), archived=False, by=request.member, now=clock.now())
    messages.success(request, _("Restored. Roles can choose it again."))
    return redirect("questionnaire", request.organisation.slug, pk)


@require_safe
@access.member(kinds=access.WORKS)
def export(request: MemberRequest, pk: int) -> HttpResponseBase:
    found = questionnaire_of(request, pk)
    rows: list[QuestionnaireVersion]
    if request.GET.get("version") == DRAFT:
        draft = DRAFTS.find(found)
        rows = list(draft.rows) if draft else []
        part = DRAFT
    else:
        rows = versions_in_all_languages(found, number=_asked_number(request, numbers(found)))
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


@require_http_methods(["GET", "HEAD", "POST"])
@access.member(kinds=access.WORKS)
@once
def new(request: MemberRequest) -> HttpResponseBase:
    form = NewForm(request.POST or None, initial={"language": request.organisation.language})
    if request.method == "POST" and form.is_valid():
        made = domain.create(
            title=form.cleaned_data["title"],
            description=form.cleaned_data["description"],
            languages={form.cleaned_data["language"]: []},
            by=request.member,
            now=clock.now(),
        )
        return redirect("questionnaire_edit", request.organisation.slug, made.pk)
    return render(request, "questionnaires/editor/new.html", {"form": form})


@require_POST
@access.member(kinds=access.WORKS)
@once
def duplicate(request: MemberRequest, pk: int) -> HttpResponseBase:
    made = domain.duplicate(questionnaire=questionnaire_of(request, pk), by=request.member, now=clock.now())
    messages.success(request, _("Copied. Roles can choose the copy once you publish it."))
    return redirect("questionnaire_edit", request.organisation.slug, made.pk)


@require_http_methods(["GET", "HEAD", "POST"])
@access.member(kinds=access.WORKS)
@once
def import_(request: MemberRequest) -> HttpResponseBase:
    form = ImportForm(request.POST or None, request.FILES or None)
    if request.method == "POST":
        form = ImportForm(request.POST, request.FILES)
        if form.is_valid():
            raw = form.cleaned_data["file"].read(LARGEST_FILE + 1)
            try:
                made = import_file(raw=raw, by=request.member, now=clock.now())
            except InvalidFile as invalid:
                for problem in invalid.problems:
                    form.add_error("file", problem)
            else:
                messages.success(request, _("Imported as a draft. Check it, then publish it."))
                return redirect("questionnaire_edit", request.organisation.slug, made.pk)
    return render(request, "questionnaires/editor/import.html", {"form": form})
