from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from goodword.accounts.access import MemberRequest
from goodword.accounts.double_clicks import once
from goodword.drafts.pages import DraftForm
from goodword.drafts.row_focus import focus_row
from goodword.questionnaires import builtin
from goodword.questionnaires.domain.drafts import (
    DRAFTS,
    QuestionnaireDraft,
    add_competency,
    add_question,
    change_question,
)
from goodword.questionnaires.editor.descriptions import (
    groups,
    language_name,
    outdated_translations,
    question_types,
)
from goodword.questionnaires.editor.entries import competencies_of, index_of
from goodword.questionnaires.editor.forms import QuestionForm
from goodword.questionnaires.editor.type_forms import ChoicesForm, RatingForm, form_for, reshaped
from goodword.questionnaires.questions import QuestionError
from goodword.questionnaires.views.editor import PAGES


@require_safe
@PAGES.view
def choose(request: MemberRequest, draft: QuestionnaireDraft) -> HttpResponseBase:
    asked = {name.casefold() for name in competencies_of(draft.entries)}
    library = [
        (competency, competency.name.casefold() in asked)
        for competency in builtin.competencies(draft.source.language)
    ]
    context = {"questionnaire": draft.questionnaire, "groups": groups(), "library": library}
    return PAGES.render(request, "questionnaires/editor/add.html", draft, context, name=_("Add a question"))


@require_POST
@PAGES.view
def competency(request: MemberRequest, draft: QuestionnaireDraft) -> HttpResponseBase:
    try:
        name = add_competency(questionnaire=draft.questionnaire, key=request.POST.get("key", ""))
    except LookupError:
        raise Http404("no such competency") from None
    except QuestionError as error:
        messages.error(request, str(error))
        return redirect("questionnaire_add", request.organisation.slug, draft.questionnaire.pk)
    return _to_editor(request, name, _("Added below the other ratings."))


@require_http_methods(["GET", "HEAD", "POST"])
@PAGES.view
@once
def new(request: MemberRequest, draft: QuestionnaireDraft, *, kind: str) -> HttpResponseBase:
    if kind not in question_types():
        raise Http404("no such type")
    entry = {"type": kind}
    if request.method != "POST":
        return _page(request, draft, form_for(draft.entries, entry, language=draft.source.language))
    form = _bound(request, draft, entry)
    if form.is_bound and form.is_valid():
        try:
            name = add_question(questionnaire=draft.questionnaire, entry=form.read())
        except QuestionError as error:
            form.add_error(None, str(error))
        else:
            return _saved(request, name, _("Added at the end."))
    return _page(request, draft, form)


@require_http_methods(["GET", "HEAD", "POST"])
@PAGES.view
def change(request: MemberRequest, draft: QuestionnaireDraft, *, question_id: str) -> HttpResponseBase:
    """Change a question. If somebody else has saved it in the meantime, the input is shown beside their version."""
    try:
        entry = draft.entries[index_of(draft.entries, question_id)]
    except KeyError:
        return PAGES.part_removed(request, draft, _("That question no longer exists."))
    if request.method != "POST":
        return _page(request, draft, form_for(draft.entries, entry, language=draft.source.language))
    form = _bound(request, draft, entry)
    edit = DraftForm(request=request, form=form, current=draft.revision)
    try:
        saved = edit.save(
            lambda revision: change_question(
                questionnaire=draft.questionnaire,
                question_id=question_id,
                entry=form.read(),
                revision=revision,
            )
        )
    except QuestionError as error:
        form.add_error(None, str(error))
    else:
        if saved:
            _remind_of_translations(request, draft, question_id)
            return _saved(request, question_id, _("Saved."))
    return _page(request, draft, form, edit)


def _remind_of_translations(request: MemberRequest, before: QuestionnaireDraft, question_id: str) -> None:
    after = DRAFTS.find(before.questionnaire)
    if after is None:
        return
    languages = outdated_translations(
        {row.language: row.questions for row in before.rows},
        {row.language: row.questions for row in after.rows},
    )
    if languages:
        names = get_text_list([language_name(language) for language in languages], _("and"))
        messages.warning(
            request,
            _("Question %(place)s still has the old text in %(languages)s. Please check the translation.")
            % {"place": index_of(after.entries, question_id) + 1, "languages": names},
        )


def _bound(request: MemberRequest, draft: QuestionnaireDraft, entry: Mapping[str, Any]) -> QuestionForm:
    other = reshaped(request.POST)
    return form_for(
        draft.entries,
        entry,
        language=draft.source.language,
        data=other if other is not None else request.POST,
        quiet=other is not None,
    )


def _page(
    request: MemberRequest,
    draft: QuestionnaireDraft,
    form: QuestionForm,
    edit: DraftForm[QuestionForm] | None = None,
) -> HttpResponse:
    choices = form if isinstance(form, ChoicesForm) else None
    place = len(draft.entries) + 1 if form.is_new else index_of(draft.entries, form.entry["id"]) + 1
    return PAGES.render(
        request,
        "questionnaires/editor/question.html",
        draft,
        {
            "kind": question_types()[form.entry["type"]],
            "is_new": form.is_new,
            "place": place,
            "rating": form if isinstance(form, RatingForm) else None,
            "choices": choices,
            "row_button": focus_row(choices, request.POST, first="choice") if choices else None,
            "stored": form.entry,
        },
        name=_("New question") if form.is_new else _("Question %(n)s") % {"n": place},
        edit=edit or DraftForm(request=request, form=form, current=draft.revision),
    )


def _saved(request: MemberRequest, question_id: str, sentence: str) -> HttpResponseBase:
    if request.POST.get("then") == "preview":
        messages.success(request, sentence)
        return redirect(f"{PAGES.url(request, 'questionnaire_preview')}?at={question_id}")
    return _to_editor(request, question_id, sentence)


def _to_editor(request: MemberRequest, question_id: str, sentence: str) -> HttpResponseBase:
    messages.success(request, sentence)
    return PAGES.to_editor(request, f"?new={question_id}")
