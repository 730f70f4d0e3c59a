from collections.abc import Collection

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from goodword.accounts import access
from goodword.accounts.access import MemberRequest
from goodword.accounts.double_clicks import once
from goodword.assessments.catalogue.drafts import DRAFTS, TestDraft
from goodword.assessments.kinds.judgement import drafts as judgement_drafts
from goodword.assessments.kinds.judgement.content import LEAST_EXPERTS, panel_basis, read_judgement
from goodword.assessments.kinds.judgement.drafts import (
    add_language,
    change_details,
    remove_language,
    save_texts,
)
from goodword.assessments.kinds.judgement.editor import (
    DetailsForm,
    NewForm,
    PublishForm,
    TranslationForm,
    changes,
    count_untranslated,
    outdated_languages,
)
from goodword.assessments.kinds.judgement.panel_keys import panel_of_draft
from goodword.assessments.kinds.judgement.panelists import experts_of
from goodword.assessments.kinds.judgement.views import JUDGEMENT
from goodword.assessments.kinds.packs import PackError
from goodword.assessments.models import Test
from goodword.assessments.psychometrics.profiles import LEAST_GROUPS
from goodword.assessments.views.draft_access import test_of
from goodword.core import clock
from goodword.core.text import language_codes
from goodword.drafts.pages import DraftForm, Language, revision_of
from goodword.drafts.versions import NoLanguage
from goodword.questionnaires.editor.descriptions import language_name

KIND = Test.Kind.JUDGEMENT


@require_http_methods(["GET", "HEAD", "POST"])
@access.member(kinds=access.WORKS)
@once
def new(request: MemberRequest) -> HttpResponseBase:
    form = NewForm(
        request.POST if request.method == "POST" else None,
        initial={
            "language": request.organisation.language,
            "instructions": _(
                "You will read about situations at work. For each action, rate how effective it would be."
            ),
        },
    )
    if form.is_bound and form.is_valid():
        made = judgement_drafts.create_set(**form.cleaned_data, by=request.member, now=clock.now())
        return redirect("judgement_edit", request.organisation.slug, made.pk)
    return render(request, "assessments/judgement/new.html", {"form": form})


@require_POST
@access.member(kinds=access.WORKS)
@once
def duplicate(request: MemberRequest, pk: int) -> HttpResponseBase:
    test = test_of(request, pk, kind=KIND)
    try:
        made = judgement_drafts.duplicate_set(test=test, by=request.member, now=clock.now())
    except LookupError:
        raise Http404("nothing to copy yet") from None
    messages.success(request, _("Copied. Roles can choose the copy once you publish it."))
    return redirect("judgement_edit", request.organisation.slug, made.pk)


@require_POST
@access.member(kinds=access.WORKS)
@once
def open_text(request: MemberRequest, pk: int) -> HttpResponseBase:
    test = test_of(request, pk, kind=KIND)
    try:
        made = judgement_drafts.create_open_text(test=test, by=request.member, now=clock.now())
    except LookupError:
        raise Http404("no situation yet") from None
    messages.success(
        request, _("An open-text version is created as a draft. Check its rubrics, then publish it.")
    )
    return redirect("custom_questions_edit", request.organisation.slug, made.pk)


@require_safe
@access.member(kinds=access.WORKS)
def page(request: MemberRequest, pk: int) -> HttpResponseBase:
    return JUDGEMENT.published(
        request,
        pk,
        "assessments/judgement/page.html",
        lambda content: {
            "for_practice": read_judgement(content).is_for_practice,
            **few_situations(content["situations"]),
        },
    )


@require_safe
@JUDGEMENT.view
def edit(request: MemberRequest, draft: TestDraft) -> HttpResponseBase:
    there = {row.language for row in draft.rows}
    return JUDGEMENT.render_editor(
        request,
        "assessments/judgement/edit.html",
        draft,
        {
            "content": draft.content,
            "situations": draft.content["situations"],
            "panel": _panel_progress(draft),
            "languages": [
                Language(
                    name=language_name(row.language),
                    missing=count_untranslated(draft.content, row.content),
                    is_source=row == draft.source,
                    url=""
                    if row == draft.source
                    else JUDGEMENT.url(request, "judgement_language", row.language),
                )
                for row in draft.rows
            ],
            "addable": [(code, language_name(code)) for code in language_codes() if code not in there],
        },
    )


def _panel_progress(draft: TestDraft) -> dict[str, int]:
    experts = [expert for expert in experts_of(draft.test, draft.content) if expert.row.declined_at is None]
    return {
        "experts": len(experts),
        "finished": sum(expert.counts for expert in experts),
        "least": LEAST_EXPERTS,
    }


@require_http_methods(["GET", "HEAD", "POST"])
@JUDGEMENT.view
def details(request: MemberRequest, draft: TestDraft) -> HttpResponseBase:
    form = DetailsForm(request.POST if request.method == "POST" else None, initial=draft.content)
    edit = DraftForm(request=request, form=form, current=draft.revision)
    if edit.save(lambda revision: change_details(test=draft.test, **form.cleaned_data, revision=revision)):
        remind_of_translations(request, draft)
        messages.success(request, _("Saved."))
        return JUDGEMENT.to_editor(request)
    return JUDGEMENT.render(
        request,
        "assessments/judgement/details.html",
        draft,
        {},
        name=_("Name and instructions"),
        edit=edit,
    )


@require_POST
@JUDGEMENT.view
def add_translation(request: MemberRequest, draft: TestDraft) -> HttpResponseBase:
    language = request.POST.get("language", "")
    if language not in language_codes():
        raise Http404("no such language")
    add_language(test=draft.test, language=language, revision=revision_of(request), now=clock.now())
    return redirect(JUDGEMENT.url(request, "judgement_language", language))


@require_http_methods(["GET", "HEAD", "POST"])
@JUDGEMENT.view
def translate(request: MemberRequest, draft: TestDraft, *, language: str) -> HttpResponseBase:
    row = draft.row(language)
    if row is None or row == draft.source:
        return _no_translation(request)
    form = TranslationForm(
        request.POST if request.method == "POST" else None, source=draft.content, translated=row.content
    )
    edit = DraftForm(request=request, form=form, current=draft.revision)
    if edit.save(
        lambda revision: save_texts(test=draft.test, language=language, texts=form.texts(), revision=revision)
    ):
        messages.success(request, _("Saved."))
        return JUDGEMENT.to_editor(request)
    return JUDGEMENT.render(
        request,
        "drafts/translate.html",
        draft,
        {
            "open": count_untranslated(draft.content, row.content),
            "language": language,
            "language_name": language_name(language),
            "source_language": draft.source.language,
            "source_name": language_name(draft.source.language),
            "current": draft.revision,
            "remove_url": JUDGEMENT.url(request, "judgement_language_remove", language),
        },
        name=language_name(language),
        edit=edit,
    )


@require_POST
@JUDGEMENT.view
def remove_translation(request: MemberRequest, draft: TestDraft, *, language: str) -> HttpResponseBase:
    try:
        remove_language(test=draft.test, language=language, revision=revision_of(request))
    except NoLanguage:
        return _no_translation(request)
    messages.success(
        request,
        _("%(language)s removed from the draft. Published versions don't change.")
        % {"language": language_name(language)},
    )
    return JUDGEMENT.to_editor(request)


def _no_translation(request: MemberRequest) -> HttpResponseBase:
    messages.info(request, _("The draft has no translation into that language."))
    return JUDGEMENT.to_editor(request)


def few_situations(situations: Collection[object]) -> dict[str, object]:
    return {
        "few_situations": len(situations) < LEAST_GROUPS,
        "situation_count": len(situations),
        "least_situations": LEAST_GROUPS,
    }


@require_http_methods(["GET", "HEAD", "POST"])
@JUDGEMENT.view
def publish(request: MemberRequest, draft: TestDraft) -> HttpResponseBase:
    now = clock.now()
    panel = panel_of_draft(draft.test, draft.content, by=request.member.user.name, now=now)
    data = request.POST if request.method == "POST" else None
    form = forms.Form(data) if panel else PublishForm(data)
    edit = DraftForm(request=request, form=form, current=draft.revision)
    try:
        if saved := edit.save(
            lambda revision: judgement_drafts.publish_set(
                test=draft.test,
                revision=revision,
                key_by=form.cleaned_data.get("key_by", ""),
                key_how=form.cleaned_data.get("key_how", ""),
                by=request.member,
                now=now,
            )
        ):
            messages.success(
                request,
                _("Version %(number)s published. Existing answers are unaffected.")
                % {"number": saved.result},
            )
            return JUDGEMENT.to_page(request)
    except judgement_drafts.NoKeySource:  # the panel's key was changed in the meantime
        edit.stale = True
    except judgement_drafts.NoSituations:
        form.add_error(None, _("Add a situation first."))
    except PackError as error:
        form.add_error(None, str(error))
    before = next((row for row in DRAFTS.newest(draft.test) if row.language == draft.source.language), None)
    return JUDGEMENT.render(
        request,
        "assessments/judgement/publish.html",
        draft,
        {
            "before": before,
            "panel": panel,
            "panel_basis": panel_basis(panel) if panel else "",
            "progress": _panel_progress(draft),
            "changes": changes(before.content, draft.content) if before else [],
            "situations": draft.content["situations"],
            **few_situations(draft.content["situations"]),
            "languages": [
                Language(
                    name=language_name(row.language),
                    missing=count_untranslated(draft.content, row.content),
                )
                for row in draft.rows
            ],
        },
        name=_("Publish"),
        edit=edit,
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
