"""The languages of a draft: add one, translate side by side, take one out."""

from django.contrib import messages
from django.http import Http404, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from goodword.accounts.access import MemberRequest
from goodword.assessments.catalogue.drafts import Draft, Stale
from goodword.assessments.catalogue.judgement import NoLanguage, add_language, remove_language, save_texts
from goodword.assessments.editor.judgement import gaps
from goodword.assessments.editor.judgement_forms import TranslationForm
from goodword.assessments.kinds.builtin import LANGUAGES
from goodword.assessments.models import Test
from goodword.assessments.views.doors import at_draft, revision_of
from goodword.core import clock
from goodword.questionnaires.editor.languages import language_name

KIND = Test.Kind.JUDGEMENT


@require_POST
@at_draft(KIND)
def add(request: MemberRequest, draft: Draft) -> HttpResponseBase:
    """Another language, its texts empty."""
    language = request.POST.get("language", "")
    if language not in LANGUAGES:
        raise Http404("no such language")
    add_language(test=draft.test, language=language, revision=revision_of(request), now=clock.now())
    return redirect("judgement_language", request.organisation.slug, draft.test.pk, language)


@require_http_methods(["GET", "HEAD", "POST"])
@at_draft(KIND)
def translate(request: MemberRequest, draft: Draft, *, language: str) -> HttpResponseBase:
    """The texts side by side. What was typed stays when the draft has changed meanwhile."""
    row = draft.row(language)
    if row is None or row == draft.source:
        return _none(request, draft)
    form = TranslationForm(
        request.POST if request.method == "POST" else None, source=draft.content, translated=row.content
    )
    stale = False
    if form.is_bound and form.is_valid():
        try:
            save_texts(test=draft.test, language=language, texts=form.texts(), revision=revision_of(request))
        except Stale:
            stale = True
        else:
            messages.success(request, _("Saved."))
            return redirect("judgement_edit", request.organisation.slug, draft.test.pk)
    return render(
        request,
        "assessments/judgement/translate.html",
        {
            "test": draft.test,
            "draft": draft,
            "form": form,
            "open": gaps(draft.content, row.content),
            "language": language,
            "language_name": language_name(language),
            "source_language": draft.source.language,
            "source_name": language_name(draft.source.language),
            "revision": revision_of(request) if form.is_bound and not stale else draft.source.revision,
            "stale": stale,
        },
    )


@require_POST
@at_draft(KIND)
def remove(request: MemberRequest, draft: Draft, *, language: str) -> HttpResponseBase:
    """Take a language out of the draft."""
    try:
        remove_language(test=draft.test, language=language, revision=revision_of(request))
    except NoLanguage:
        return _none(request, draft)
    messages.success(
        request,
        _("%(language)s is no longer in the draft. Published versions keep it.")
        % {"language": language_name(language)},
    )
    return redirect("judgement_edit", request.organisation.slug, draft.test.pk)


def _none(request: MemberRequest, draft: Draft) -> HttpResponseBase:
    messages.info(request, _("The draft has no translation into that language."))
    return redirect("judgement_edit", request.organisation.slug, draft.test.pk)
