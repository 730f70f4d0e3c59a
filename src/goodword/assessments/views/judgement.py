from django.contrib import messages
from django.http import Http404, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from goodword.accounts import access
from goodword.accounts.access import MemberRequest
from goodword.assessments.catalogue import drafts, judgement
from goodword.assessments.catalogue.drafts import DRAFTS, TestDraft
from goodword.assessments.catalogue.judgement import (
    add_language,
    change_details,
    remove_language,
    save_texts,
)
from goodword.assessments.kinds.builtin import LANGUAGES
from goodword.assessments.kinds.judgement.editor import (
    DetailsForm,
    NewForm,
    PublishForm,
    TranslationForm,
    changes,
    count_untranslated,
    outdated_languages,
)
from goodword.assessments.kinds.packs import PackError
from goodword.assessments.models import Test
from goodword.assessments.views.draft_access import draft_page, revision_of, test_of
from goodword.core import clock
from goodword.drafts.versions import NoLanguage, NotEditable, StaleDraft
from goodword.questionnaires.editor.descriptions import language_name

KIND = Test.Kind.JUDGEMENT


@require_http_methods(["GET", "HEAD", "POST"])
@access.member(kinds=access.WORKS)
def new(request: MemberRequest) -> HttpResponseBase:
    form = NewForm(
        request.POST if request.method == "POST" else None,
        initial={
            "language": request.organisation.language,
            "instructions": _(
                "You read situations from work. For each of the actions below one, say how effective you "
                "would hold it to be."
            ),
        },
    )
    if form.is_bound and form.is_valid():
        made = judgement.create_set(**form.cleaned_data, by=request.member, now=clock.now())
        return redirect("judgement_edit", request.organisation.slug, made.pk)
    return render(request, "assessments/judgement/new.html", {"form": form})


@require_POST
@access.member(kinds=access.WORKS)
def duplicate(request: MemberRequest, pk: int) -> HttpResponseBase:
    test = test_of(request, pk, kind=KIND)
    try:
        made = judgement.duplicate_set(test=test, by=request.member, now=clock.now())
    except LookupError:
        raise Http404("nothing to copy yet") from None
    messages.success(request, _("This copy is yours to change. No role uses it before you publish it."))
    return redirect("judgement_edit", request.organisation.slug, made.pk)


@require_POST
@access.member(kinds=access.WORKS)
def draft(request: MemberRequest, pk: int) -> HttpResponseBase:
    try:
        DRAFTS.begin(test_of(request, pk, kind=KIND), now=clock.now())
    except NotEditable:
        messages.info(
            request,
            _("This one cannot be changed. Use it as a start: the copy is yours, with its key."),
        )
        return redirect("judgement", request.organisation.slug, pk)
    return redirect("judgement_edit", request.organisation.slug, pk)


@require_safe
@access.member(kinds=access.WORKS)
def page(request: MemberRequest, pk: int) -> HttpResponseBase:
    test = test_of(request, pk, kind=KIND)
    there = DRAFTS.newest(test)
    if not there and not test.is_own:
        raise Http404("nothing published yet")
    if not there:
        return redirect("judgement_edit", request.organisation.slug, pk)
    row = next((row for row in there if row.language == request.GET.get("language")), there[0])
    return render(
        request,
        "assessments/judgement/page.html",
        {
            "test": test,
            "own": test.is_own,
            "draft": DRAFTS.find(test),
            "version": row,
            "content": row.content,
            "languages": [(other.language, language_name(other.language)) for other in there],
        },
    )


@require_safe
@draft_page(KIND)
def edit(request: MemberRequest, draft: TestDraft) -> HttpResponseBase:
    there = {row.language for row in draft.rows}
    return render(
        request,
        "assessments/judgement/edit.html",
        {
            "test": draft.test,
            "draft": draft,
            "content": draft.content,
            "scenarios": draft.content["scenarios"],
            "source_name": language_name(draft.source.language),
            "translations": [
                (row.language, language_name(row.language), count_untranslated(draft.content, row.content))
                for row in draft.translations
            ],
            "addable": [(code, language_name(code)) for code in LANGUAGES if code not in there],
            "was_published": bool(DRAFTS.newest(draft.test)),
            "moved": request.GET.get("moved", ""),
            "moved_by": request.GET.get("by", ""),
            "new": request.GET.get("new", ""),
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
@draft_page(KIND)
def details(request: MemberRequest, draft: TestDraft) -> HttpResponseBase:
    form = DetailsForm(request.POST if request.method == "POST" else None, initial=draft.content)
    stale = False
    if form.is_bound and form.is_valid():
        try:
            change_details(test=draft.test, **form.cleaned_data, revision=revision_of(request))
        except StaleDraft:
            stale = True
        else:
            remind_of_translations(request, draft)
            messages.success(request, _("Saved."))
            return redirect("judgement_edit", request.organisation.slug, draft.test.pk)
    return render(
        request,
        "assessments/judgement/details.html",
        {
            "test": draft.test,
            "form": form,
            "stale": stale,
            "revision": revision_of(request) if form.is_bound and not stale else draft.source.revision,
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
@draft_page(KIND)
def discard(request: MemberRequest, draft: TestDraft) -> HttpResponseBase:
    if request.method == "POST":
        stays = drafts.DRAFTS.discard(
            draft.test, revision=revision_of(request), by=request.member, now=clock.now()
        )
        messages.success(request, _("The draft is thrown away."))
        if stays:
            return redirect("judgement", request.organisation.slug, draft.test.pk)
        return redirect("library", request.organisation.slug)
    newest = DRAFTS.newest(draft.test)
    return render(
        request,
        "assessments/judgement/discard.html",
        {"test": draft.test, "draft": draft, "newest": newest[0].number if newest else None},
    )


@require_POST
@draft_page(KIND)
def add_translation(request: MemberRequest, draft: TestDraft) -> HttpResponseBase:
    language = request.POST.get("language", "")
    if language not in LANGUAGES:
        raise Http404("no such language")
    add_language(test=draft.test, language=language, revision=revision_of(request), now=clock.now())
    return redirect("judgement_language", request.organisation.slug, draft.test.pk, language)


@require_http_methods(["GET", "HEAD", "POST"])
@draft_page(KIND)
def translate(request: MemberRequest, draft: TestDraft, *, language: str) -> HttpResponseBase:
    row = draft.row(language)
    if row is None or row == draft.source:
        return _no_translation(request, draft)
    form = TranslationForm(
        request.POST if request.method == "POST" else None, source=draft.content, translated=row.content
    )
    stale = False
    if form.is_bound and form.is_valid():
        try:
            save_texts(test=draft.test, language=language, texts=form.texts(), revision=revision_of(request))
        except StaleDraft:
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
            "open": count_untranslated(draft.content, row.content),
            "language": language,
            "language_name": language_name(language),
            "source_language": draft.source.language,
            "source_name": language_name(draft.source.language),
            "revision": revision_of(request) if form.is_bound and not stale else draft.source.revision,
            "stale": stale,
        },
    )


@require_POST
@draft_page(KIND)
def remove_translation(request: MemberRequest, draft: TestDraft, *, language: str) -> HttpResponseBase:
    try:
        remove_language(test=draft.test, language=language, revision=revision_of(request))
    except NoLanguage:
        return _no_translation(request, draft)
    messages.success(
        request,
        _("%(language)s is no longer in the draft. Published versions keep it.")
        % {"language": language_name(language)},
    )
    return redirect("judgement_edit", request.organisation.slug, draft.test.pk)


def _no_translation(request: MemberRequest, draft: TestDraft) -> HttpResponseBase:
    messages.info(request, _("The draft has no translation into that language."))
    return redirect("judgement_edit", request.organisation.slug, draft.test.pk)


@require_http_methods(["GET", "HEAD", "POST"])
@draft_page(Test.Kind.JUDGEMENT)
def publish(request: MemberRequest, draft: TestDraft) -> HttpResponseBase:
    form = PublishForm(request.POST if request.method == "POST" else None)
    stale = False
    if form.is_bound and form.is_valid():
        try:
            number = judgement.publish_set(
                test=draft.test,
                revision=revision_of(request),
                **form.cleaned_data,
                by=request.member,
                now=clock.now(),
            )
        except StaleDraft:
            stale = True
        except judgement.NoScenarios:
            form.add_error(None, _("There is no scenario yet. Add one first."))
        except PackError as wrong:
            form.add_error(None, str(wrong))
        else:
            messages.success(
                request,
                _("Version %(number)s is published. Existing answers keep their version.")
                % {"number": number},
            )
            return redirect("judgement", request.organisation.slug, draft.test.pk)
    before = next((row for row in DRAFTS.newest(draft.test) if row.language == draft.source.language), None)
    return render(
        request,
        "assessments/judgement/publish.html",
        {
            "test": draft.test,
            "draft": draft,
            "form": form,
            "stale": stale,
            "revision": revision_of(request) if form.is_bound and not stale else draft.source.revision,
            "before": before,
            "changes": changes(before.content, draft.content) if before else [],
            "scenarios": draft.content["scenarios"],
            "languages": [
                (language_name(row.language), count_untranslated(draft.content, row.content))
                for row in draft.rows
            ],
        },
    )


def remind_of_translations(request: MemberRequest, before: TestDraft) -> None:
    after = DRAFTS.find(before.test)
    if after is None:
        return
    languages = outdated_languages(before.content, after.content, [row.content for row in after.translations])
    if languages:
        names = get_text_list([language_name(language) for language in languages], _("and"))
        messages.warning(
            request,
            _("%(languages)s still has the old text. Please check the translation.") % {"languages": names},
        )
