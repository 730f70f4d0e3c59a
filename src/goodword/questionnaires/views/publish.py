from django.contrib import messages
from django.http import Http404, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from goodword.accounts.access import MemberRequest
from goodword.core import clock
from goodword.core.text import language_codes
from goodword.drafts.pages import DraftForm, Language, revision_of
from goodword.drafts.versions import NoLanguage
from goodword.questionnaires.domain import drafts
from goodword.questionnaires.domain.drafts import (
    QuestionnaireDraft,
    add_language,
    remove_language,
    save_texts,
)
from goodword.questionnaires.domain.versions import versions_in_all_languages
from goodword.questionnaires.editor.descriptions import (
    changes,
    language_name,
    outdated_translations,
)
from goodword.questionnaires.editor.entries import REASON_ABOVE, competencies_of, gaps
from goodword.questionnaires.editor.forms import PublishForm, TranslationForm
from goodword.questionnaires.queries import facts_of, roles_of
from goodword.questionnaires.questions import QuestionError
from goodword.questionnaires.views.editor import PAGES, advice_of


@require_http_methods(["GET", "HEAD", "POST"])
@PAGES.view
def publish(request: MemberRequest, draft: QuestionnaireDraft) -> HttpResponseBase:
    open_texts = {row.language: gaps(draft.entries, row.questions) for row in draft.translations}
    unfinished = [language for language, count in open_texts.items() if count]
    form = PublishForm(
        request.POST if request.method == "POST" else None,
        needs_reason=len(competencies_of(draft.entries)) > REASON_ABOVE,
        unfinished=unfinished,
    )
    edit = DraftForm(request=request, form=form, current=draft.revision)
    try:
        if saved := edit.save(lambda revision: _publish(request, draft, form, revision)):
            messages.success(
                request,
                _("Version %(number)s published. New checks use it; open checks stay on their version.")
                % {"number": saved.result},
            )
            return PAGES.to_page(request)
    except drafts.NoQuestions:
        form.add_error(None, _("Add a question first."))
    except drafts.NeedsReason:
        form.add_error(None, _("Explain why the job needs more than eight competencies rated."))
    except drafts.NotTranslated as error:
        names = ", ".join(language_name(language) for language in error.languages)
        form.add_error(
            "without" if "without" in form.fields else None,
            _("Not fully translated: %(languages)s. Translate the rest, or tick to publish without.")
            % {"languages": names},
        )
    except QuestionError as error:
        form.add_error(None, str(error))
    before = {row.language: row.questions for row in versions_in_all_languages(draft.questionnaire)}
    after = {row.language: row.questions for row in draft.rows}
    facts = facts_of(draft.source)
    return PAGES.render(
        request,
        "questionnaires/editor/publish.html",
        draft,
        {
            "questionnaire": draft.questionnaire,
            "facts": facts,
            "is_first": not before,
            "changes": changes(before, after) if before and draft.entries else [],
            "outdated_translations": [
                language_name(code) for code in (outdated_translations(before, after) if before else [])
            ],
            "languages": [
                Language(name=language_name(row.language), missing=open_texts.get(row.language, 0))
                for row in draft.rows
            ],
            "advice": advice_of(draft, facts),
            "roles": roles_of(draft.questionnaire, request.member),
        },
        name=_("Publish"),
        edit=edit,
    )


def _publish(request: MemberRequest, draft: QuestionnaireDraft, form: PublishForm, revision: int) -> int:
    return drafts.publish(
        questionnaire=draft.questionnaire,
        revision=revision,
        reason=form.cleaned_data.get("reason", ""),
        without=form.cleaned_data.get("without", []),
        by=request.member,
        now=clock.now(),
    )


@require_POST
@PAGES.view
def add(request: MemberRequest, draft: QuestionnaireDraft) -> HttpResponseBase:
    language = request.POST.get("language", "")
    if language not in language_codes():
        raise Http404("no such language")
    add_language(questionnaire=draft.questionnaire, language=language, now=clock.now())
    return redirect(PAGES.url(request, "questionnaire_language", language))


@require_http_methods(["GET", "HEAD", "POST"])
@PAGES.view
def translate(request: MemberRequest, draft: QuestionnaireDraft, *, language: str) -> HttpResponseBase:
    row = draft.row(language)
    if row is None or row == draft.source:
        messages.info(request, _("The draft has no translation into that language."))
        return PAGES.to_editor(request)
    form = TranslationForm(request.POST or None, source=draft.entries, translated=row.questions)
    edit = DraftForm(request=request, form=form, current=row.revision)
    try:
        saved = edit.save(
            lambda revision: save_texts(
                questionnaire=draft.questionnaire, language=language, texts=form.texts(), revision=revision
            )
        )
    except NoLanguage:
        messages.info(request, _("The draft has no translation into that language."))
        return PAGES.to_editor(request)
    if saved:
        messages.success(request, _("Saved."))
        return PAGES.to_editor(request)
    return PAGES.render(
        request,
        "drafts/translate.html",
        draft,
        {
            "open": gaps(draft.entries, row.questions),
            "language": language,
            "language_name": language_name(language),
            "source_language": draft.source.language,
            "source_name": language_name(draft.source.language),
            "current": row.revision,
            "remove_url": PAGES.url(request, "questionnaire_language_remove", language),
        },
        name=language_name(language),
        edit=edit,
    )


@require_POST
@PAGES.view
def remove(request: MemberRequest, draft: QuestionnaireDraft, *, language: str) -> HttpResponseBase:
    try:
        remove_language(questionnaire=draft.questionnaire, language=language, revision=revision_of(request))
    except NoLanguage:
        messages.info(request, _("The draft has no translation into that language."))
    else:
        messages.success(
            request,
            _("%(language)s removed from the draft. Published versions don't change.")
            % {"language": language_name(language)},
        )
    return PAGES.to_editor(request)
