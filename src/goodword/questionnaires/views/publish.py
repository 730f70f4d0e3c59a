from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from goodword.accounts.access import MemberRequest
from goodword.core import clock
from goodword.questionnaires.domain import drafts
from goodword.questionnaires.domain.drafts import QuestionnaireDraft
from goodword.questionnaires.domain.versions import versions_in_all_languages
from goodword.questionnaires.editor.changes import changes, outdated_translations
from goodword.questionnaires.editor.descriptions import language_name
from goodword.questionnaires.editor.entries import REASON_ABOVE, competencies_of, gaps
from goodword.questionnaires.editor.forms.questionnaire import PublishForm
from goodword.questionnaires.parse import QuestionError
from goodword.questionnaires.queries import facts_of, roles_of
from goodword.questionnaires.views.access import at_draft, revision_of
from goodword.questionnaires.views.editor import advice_of


@require_http_methods(["GET", "HEAD", "POST"])
@at_draft
def publish(request: MemberRequest, draft: QuestionnaireDraft) -> HttpResponseBase:
    open_texts = {row.language: gaps(draft.entries, row.questions) for row in draft.translations}
    unfinished = [language for language, count in open_texts.items() if count]
    form = PublishForm(
        request.POST if request.method == "POST" else None,
        needs_reason=len(competencies_of(draft.entries)) > REASON_ABOVE,
        unfinished=unfinished,
    )
    if request.method == "POST" and form.is_valid():
        number = _publish(request, draft, form)
        if number:
            messages.success(
                request,
                _("Version %(number)s published. New checks use it; open checks keep theirs.")
                % {"number": number},
            )
            return redirect("questionnaire", request.organisation.slug, draft.questionnaire.pk)
    before = {row.language: row.questions for row in versions_in_all_languages(draft.questionnaire)}
    after = {row.language: row.questions for row in draft.rows}
    facts = facts_of(draft.source)
    return render(
        request,
        "questionnaires/editor/publish.html",
        {
            "questionnaire": draft.questionnaire,
            "draft": draft,
            "form": form,
            "facts": facts,
            "is_first": not before,
            "changes": changes(before, after) if before and draft.entries else [],
            "outdated_translations": [
                language_name(code) for code in (outdated_translations(before, after) if before else [])
            ],
            "languages": [
                (language_name(row.language), open_texts.get(row.language, 0)) for row in draft.rows
            ],
            "advice": advice_of(draft, facts),
            "roles": roles_of(draft.questionnaire, request.member),
        },
    )


def _publish(request: MemberRequest, draft: QuestionnaireDraft, form: PublishForm) -> int:
    """The version number; 0 with an error in the form."""
    try:
        return drafts.publish(
            questionnaire=draft.questionnaire,
            revision=revision_of(request),
            reason=form.cleaned_data.get("reason", ""),
            without=form.cleaned_data.get("without", []),
            by=request.member,
            now=clock.now(),
        )
    except drafts.NoQuestions:
        form.add_error(None, _("Add a question first."))
    except drafts.NeedsReason:
        form.add_error(None, _("Explain why the job needs more than eight competencies rated."))
    except drafts.NotTranslated as wrong:
        names = ", ".join(language_name(language) for language in wrong.languages)
        form.add_error(
            "without" if "without" in form.fields else None,
            _("Not fully translated: %(languages)s. Translate the rest, or tick to publish without.")
            % {"languages": names},
        )
    except QuestionError as wrong:
        form.add_error(None, str(wrong))
    return 0


@require_http_methods(["GET", "HEAD", "POST"])
@at_draft
def discard(request: MemberRequest, draft: QuestionnaireDraft) -> HttpResponseBase:
    rows = versions_in_all_languages(draft.questionnaire)
    if request.method == "POST":
        stays = drafts.DRAFTS.discard(
            draft.questionnaire,
            revision=revision_of(request),
            by=request.member,
            now=clock.now(),
        )
        messages.success(request, _("QuestionnaireDraft discarded."))
        if stays:
            return redirect("questionnaire", request.organisation.slug, draft.questionnaire.pk)
        return redirect("questionnaires", request.organisation.slug)
    return render(
        request,
        "questionnaires/editor/discard.html",
        {
            "questionnaire": draft.questionnaire,
            "draft": draft,
            "newest": rows[0].number if rows else None,
        },
    )
