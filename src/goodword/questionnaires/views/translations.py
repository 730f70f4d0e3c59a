from django.contrib import messages
from django.http import Http404, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from goodword.accounts.access import MemberRequest
from goodword.core import clock
from goodword.drafts.pages import DraftForm, revision_of
from goodword.drafts.versions import NoLanguage
from goodword.questionnaires.domain.drafts import (
    QuestionnaireDraft,
    add_language,
    remove_language,
    save_texts,
)
from goodword.questionnaires.editor.descriptions import language_codes, language_name
from goodword.questionnaires.editor.entries import gaps
from goodword.questionnaires.editor.forms.questionnaire import TranslationForm
from goodword.questionnaires.views.access import PAGES


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
    if edit.save(
        lambda revision: save_texts(
            questionnaire=draft.questionnaire, language=language, texts=form.texts(), revision=revision
        )
    ):
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
            _("%(language)s removed from the draft. Published versions keep it.")
            % {"language": language_name(language)},
        )
    return PAGES.to_editor(request)
