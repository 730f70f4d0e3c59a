from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from goodword.accounts import access
from goodword.accounts.access import MemberRequest
from goodword.accounts.double_clicks import once
from goodword.accounts.models import Organisation
from goodword.assessments.catalogue.drafts import TestDraft
from goodword.assessments.kinds.custom_questions import drafts as custom_drafts
from goodword.assessments.kinds.custom_questions.drafts import change_details
from goodword.assessments.kinds.custom_questions.editor import (
    FILE,
    BeginForm,
    Content,
    count_missing_texts,
    details_form,
    has_choices,
    is_written_here,
    refusals,
    rubric_of,
)
from goodword.assessments.kinds.custom_questions.views import QUESTIONS
from goodword.assessments.models import Test
from goodword.core import clock
from goodword.core.validation import ReadingError
from goodword.drafts.pages import DraftForm, Language, revision_of
from goodword.questionnaires.domain.versions import numbers
from goodword.questionnaires.editor.descriptions import language_name, question_types
from goodword.questionnaires.models import Questionnaire, QuestionnaireVersion

KIND = Test.Kind.CUSTOM_QUESTIONS


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedQuestion:
    place: int
    id: str
    text: str
    kind: str
    is_file: bool
    is_own: bool
    has_choices: bool
    marked: str
    right: Sequence[str]
    criteria: Sequence[dict[str, Any]]
    is_first: bool
    is_last: bool


def list_questions(content: Content) -> list[ListedQuestion]:
    found = []
    last = len(content["questions"])
    for place, entry in enumerate(content["questions"], start=1):
        rubric = rubric_of(content, entry["id"])
        right = content["right"].get(entry["id"], [])
        labels = [choice["label"] for choice in entry.get("choices", ()) if choice["value"] in right]
        if rubric:
            points = sum(criterion["points"] for criterion in rubric)
            marked = ngettext(
                "Marked using a rubric, %(n)s point", "Marked using a rubric, %(n)s points", points
            ) % {"n": points}
        elif right:
            marked = _("Has a right answer")
        else:
            marked = _("Only read")
        found.append(
            ListedQuestion(
                place=place,
                id=entry["id"],
                text=entry["text"] or _("(no text in this language)"),
                kind=_("File upload")
                if entry["type"] == FILE
                else str(question_types()[entry["type"]].title),
                is_file=entry["type"] == FILE,
                is_own=is_written_here(content, entry),
                has_choices=has_choices(entry),
                marked=marked,
                right=labels,
                criteria=rubric,
                is_first=place == 1,
                is_last=place == last,
            )
        )
    return found


@require_http_methods(["GET", "HEAD", "POST"])
@access.member(kinds=access.WORKS)
@once
def new(request: MemberRequest) -> HttpResponseBase:
    published = _published(request.organisation)
    refused = _refused(request.organisation, published)
    offered = [questionnaire for questionnaire in published if questionnaire.pk not in refused]
    form = BeginForm(
        request.POST if request.method == "POST" else None, questionnaires=published, offered=offered
    )
    if form.is_bound and form.is_valid():
        try:
            made = custom_drafts.create_test(
                questionnaire=form.cleaned_data["questionnaire"],
                name=form.cleaned_data["name"],
                by=request.member,
                now=clock.now(),
            )
        except custom_drafts.CannotAsk as error:
            form.add_error("questionnaire", error.sentences)
        else:
            messages.success(
                request,
                _("Created from the questionnaire. Add files, right answers and rubrics, then publish it."),
            )
            return redirect("custom_questions_edit", request.organisation.slug, made.pk)
    return render(
        request,
        "assessments/custom_questions/new.html",
        {
            "form": form,
            "offered": offered,
            "refused": [
                (questionnaire, refused[questionnaire.pk])
                for questionnaire in published
                if questionnaire.pk in refused
            ],
        },
    )


@require_safe
@access.member(kinds=access.WORKS)
def page(request: MemberRequest, pk: int) -> HttpResponseBase:
    return QUESTIONS.published(
        request,
        pk,
        "assessments/custom_questions/page.html",
        lambda content: {"questions": list_questions(content)},
    )


def _published(organisation: Organisation) -> QuerySet[Questionnaire]:
    published = QuestionnaireVersion.objects.of(organisation).filter(published_at__isnull=False)
    return (
        Questionnaire.objects.of(organisation)
        .filter(archived_at=None, pk__in=published.values("questionnaire"))
        .order_by("title", "pk")
    )


def _refused(organisation: Organisation, questionnaires: QuerySet[Questionnaire]) -> dict[int, list[str]]:
    """Return the reasons why a questionnaire's newest version can't be used in a test, by questionnaire id. One
    query."""
    newest = (
        QuestionnaireVersion.objects.of(organisation)
        .filter(questionnaire__in=questionnaires.order_by(), published_at__isnull=False)
        .order_by("questionnaire", "-number", "pk")
        .distinct("questionnaire")
    )
    found = {row.questionnaire_id: refusals(row.questions) for row in newest}
    return {pk: sentences for pk, sentences in found.items() if sentences}


@require_safe
@QUESTIONS.view
def edit(request: MemberRequest, draft: TestDraft) -> HttpResponseBase:
    questionnaire = _questionnaire(draft)
    newest = next(iter(numbers(questionnaire)), 0) if questionnaire else 0
    return QUESTIONS.render_editor(
        request,
        "assessments/custom_questions/edit.html",
        draft,
        {
            "content": draft.content,
            "questions": list_questions(draft.content),
            "questionnaire": questionnaire,
            "newer": newest if newest > _taken_from(draft)["number"] else 0,
            "languages": _languages(draft),
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
@QUESTIONS.view
def details(request: MemberRequest, draft: TestDraft) -> HttpResponseBase:
    form = details_form(
        request.POST if request.method == "POST" else None, [row.content for row in draft.rows]
    )
    edit = DraftForm(request=request, form=form, current=draft.revision)
    if edit.save(lambda revision: change_details(test=draft.test, words=form.words(), revision=revision)):
        messages.success(request, _("Saved."))
        return QUESTIONS.to_editor(request)
    return QUESTIONS.render(
        request,
        "assessments/custom_questions/details.html",
        draft,
        {},
        name=_("Name and instructions"),
        edit=edit,
    )


@require_POST
@QUESTIONS.view
def update(request: MemberRequest, draft: TestDraft) -> HttpResponseBase:
    questionnaire = _questionnaire(draft)
    try:
        if questionnaire is None:
            raise custom_drafts.NotPublished
        number = custom_drafts.update_questions(
            test=draft.test, questionnaire=questionnaire, revision=revision_of(request)
        )
    except custom_drafts.CannotAsk as error:
        for sentence in error.sentences:
            messages.error(request, sentence)
    except (custom_drafts.NotPublished, custom_drafts.LanguageGone):
        messages.error(
            request, _("Not changed: the questionnaire has no version in the source language of this test.")
        )
    else:
        messages.success(
            request,
            _("Questions updated to version %(number)s of the questionnaire.") % {"number": number},
        )
    return QUESTIONS.to_editor(request)


@require_http_methods(["GET", "HEAD", "POST"])
@QUESTIONS.view
def publish(request: MemberRequest, draft: TestDraft) -> HttpResponseBase:
    error = ""
    if request.method == "POST":
        try:
            custom_drafts.publish_test(
                test=draft.test, revision=revision_of(request), by=request.member, now=clock.now()
            )
        except custom_drafts.SourceIncomplete:
            error = _("Some texts are still empty in the source language. Enter them first.")
        except ReadingError as wrong:
            error = str(wrong)
        else:
            messages.success(
                request,
                _("Version %(number)s published. Existing answers are unaffected.")
                % {"number": draft.source.number},
            )
            return QUESTIONS.to_page(request)
    return QUESTIONS.render(
        request,
        "assessments/custom_questions/publish.html",
        draft,
        {
            "questions": list_questions(draft.content),
            "languages": _languages(draft),
            "error": error,
        },
        name=_("Publish"),
    )


def _languages(draft: TestDraft) -> list[Language]:
    return [
        Language(
            name=language_name(row.language),
            missing=count_missing_texts(row.content),
            is_source=row == draft.source,
        )
        for row in draft.rows
    ]


def _questionnaire(draft: TestDraft) -> Questionnaire | None:
    rows = Questionnaire.objects.of(draft.test.organisation)
    return rows.filter(pk=_taken_from(draft)["questionnaire"]).first()


def _taken_from(draft: TestDraft) -> dict[str, int]:
    found: dict[str, int] = draft.content.get("taken_from") or {"questionnaire": 0, "number": 0}
    return found
