from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from goodword.accounts import access
from goodword.accounts.access import MemberRequest
from goodword.accounts.models import Organisation
from goodword.assessments.catalogue import custom_questions, drafts
from goodword.assessments.catalogue.custom_questions import change_details
from goodword.assessments.catalogue.drafts import DRAFTS, TestDraft
from goodword.assessments.kinds.custom.editor import (
    FILE,
    BeginForm,
    Content,
    count_missing_texts,
    details_form,
    has_choices,
    refusals,
    rubric_of,
)
from goodword.assessments.models import Test
from goodword.assessments.views.draft_access import draft_page, revision_of, test_of
from goodword.core import clock
from goodword.core.json_reading import ReadingError
from goodword.drafts.versions import NotEditable, StaleDraft
from goodword.questionnaires.domain.versions import numbers
from goodword.questionnaires.editor.descriptions import language_name, question_types
from goodword.questionnaires.models import Questionnaire, QuestionnaireVersion

KIND = Test.Kind.QUESTIONS


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedQuestion:
    place: int
    id: str
    text: str
    kind: str
    is_file: bool
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
            points = sum(one["points"] for one in rubric)
            marked = ngettext(
                "Marked by a rubric, %(n)s point", "Marked by a rubric, %(n)s points", points
            ) % {"n": points}
        elif right:
            marked = _("Has a right answer")
        else:
            marked = _("Only read")
        found.append(
            ListedQuestion(
                place=place,
                id=entry["id"],
                text=entry["text"] or _("(without words in this language)"),
                kind=_("File to hand in")
                if entry["type"] == FILE
                else str(question_types()[entry["type"]].title),
                is_file=entry["type"] == FILE,
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
def new(request: MemberRequest) -> HttpResponseBase:
    """Choose a published questionnaire that candidates can answer; explains why others cannot be chosen."""
    published = _published(request.organisation)
    refused = _refused(request.organisation, published)
    offered = [one for one in published if one.pk not in refused]
    form = BeginForm(
        request.POST if request.method == "POST" else None, questionnaires=published, offered=offered
    )
    if form.is_bound and form.is_valid():
        try:
            made = custom_questions.create_test(
                questionnaire=form.cleaned_data["questionnaire"],
                name=form.cleaned_data["name"],
                by=request.member,
                now=clock.now(),
            )
        except custom_questions.CannotAsk as wrong:
            form.add_error("questionnaire", wrong.sentences)
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
            "refused": [(one, refused[one.pk]) for one in published if one.pk in refused],
        },
    )


@require_safe
@access.member(kinds=access.WORKS)
def page(request: MemberRequest, pk: int) -> HttpResponseBase:
    test = test_of(request, pk, kind=KIND)
    there = DRAFTS.newest(test)
    if not there and not test.is_own:
        raise Http404("nothing published yet")
    if not there:
        return redirect("custom_questions_edit", request.organisation.slug, pk)
    row = next((row for row in there if row.language == request.GET.get("language")), there[0])
    return render(
        request,
        "assessments/custom_questions/page.html",
        {
            "test": test,
            "own": test.is_own,
            "draft": DRAFTS.find(test),
            "version": row,
            "content": row.content,
            "questions": list_questions(row.content),
            "languages": [(other.language, language_name(other.language)) for other in there],
        },
    )


@require_POST
@access.member(kinds=access.WORKS)
def draft(request: MemberRequest, pk: int) -> HttpResponseBase:
    try:
        DRAFTS.begin(test_of(request, pk, kind=KIND), now=clock.now())
    except NotEditable:
        messages.info(request, _("This test cannot be changed: it is archived, or came as a file."))
        return redirect("custom_questions", request.organisation.slug, pk)
    return redirect("custom_questions_edit", request.organisation.slug, pk)


def _published(organisation: Organisation) -> QuerySet[Questionnaire]:
    published = QuestionnaireVersion.objects.of(organisation).filter(published_at__isnull=False)
    return (
        Questionnaire.objects.of(organisation)
        .filter(archived_at=None, pk__in=published.values("questionnaire"))
        .order_by("title", "pk")
    )


def _refused(organisation: Organisation, questionnaires: QuerySet[Questionnaire]) -> dict[int, list[str]]:
    """By questionnaire id, why its newest version cannot be used in a test. One query."""
    newest = (
        QuestionnaireVersion.objects.of(organisation)
        .filter(questionnaire__in=questionnaires.order_by(), published_at__isnull=False)
        .order_by("questionnaire", "-number", "pk")
        .distinct("questionnaire")
    )
    found = {row.questionnaire_id: refusals(row.questions) for row in newest}
    return {pk: sentences for pk, sentences in found.items() if sentences}


@require_safe
@draft_page(KIND)
def edit(request: MemberRequest, draft: TestDraft) -> HttpResponseBase:
    questionnaire = _questionnaire(draft)
    newest = next(iter(numbers(questionnaire)), 0) if questionnaire else 0
    return render(
        request,
        "assessments/custom_questions/edit.html",
        {
            "test": draft.test,
            "draft": draft,
            "content": draft.content,
            "questions": list_questions(draft.content),
            "questionnaire": questionnaire,
            "newer": newest if newest > draft.content["taken_from"]["number"] else 0,
            "languages": _languages(draft),
            "was_published": bool(DRAFTS.newest(draft.test)),
            "moved": request.GET.get("moved", ""),
            "moved_by": request.GET.get("by", ""),
            "new": request.GET.get("new", ""),
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
@draft_page(KIND)
def details(request: MemberRequest, draft: TestDraft) -> HttpResponseBase:
    """Name and instructions in each language. Input is kept if somebody else has saved meanwhile."""
    form = details_form(
        request.POST if request.method == "POST" else None, [row.content for row in draft.rows]
    )
    stale = False
    if form.is_bound and form.is_valid():
        try:
            change_details(test=draft.test, words=form.words(), revision=revision_of(request))
        except StaleDraft:
            stale = True
        else:
            messages.success(request, _("Saved."))
            return redirect("custom_questions_edit", request.organisation.slug, draft.test.pk)
    return render(
        request,
        "assessments/custom_questions/details.html",
        {
            "test": draft.test,
            "form": form,
            "stale": stale,
            "revision": revision_of(request) if form.is_bound and not stale else draft.source.revision,
        },
    )


@require_POST
@draft_page(KIND)
def update(request: MemberRequest, draft: TestDraft) -> HttpResponseBase:
    questionnaire = _questionnaire(draft)
    try:
        if questionnaire is None:
            raise custom_questions.NotPublished
        number = custom_questions.update_questions(
            test=draft.test, questionnaire=questionnaire, revision=revision_of(request)
        )
    except custom_questions.CannotAsk as wrong:
        for sentence in wrong.sentences:
            messages.error(request, sentence)
    except (custom_questions.NotPublished, custom_questions.LanguageGone):
        messages.error(
            request, _("The questionnaire has no version in the language that leads here. Nothing changed.")
        )
    else:
        messages.success(
            request,
            _("The questions are now those of version %(number)s of the questionnaire.") % {"number": number},
        )
    return redirect("custom_questions_edit", request.organisation.slug, draft.test.pk)


@require_http_methods(["GET", "HEAD", "POST"])
@draft_page(KIND)
def publish(request: MemberRequest, draft: TestDraft) -> HttpResponseBase:
    error = ""
    if request.method == "POST":
        try:
            number = custom_questions.publish_test(
                test=draft.test, revision=revision_of(request), by=request.member, now=clock.now()
            )
        except custom_questions.SourceIncomplete:
            error = _("Some texts are still empty in the language that leads. Write them first.")
        except ReadingError as wrong:
            error = str(wrong)
        else:
            messages.success(
                request,
                _("Version %(number)s is published. Existing answers keep their version.")
                % {"number": number},
            )
            return redirect("custom_questions", request.organisation.slug, draft.test.pk)
    return render(
        request,
        "assessments/custom_questions/publish.html",
        {
            "test": draft.test,
            "draft": draft,
            "questions": list_questions(draft.content),
            "languages": _languages(draft),
            "error": error,
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
            return redirect("custom_questions", request.organisation.slug, draft.test.pk)
        return redirect("library", request.organisation.slug)
    newest = DRAFTS.newest(draft.test)
    return render(
        request,
        "assessments/custom_questions/discard.html",
        {"test": draft.test, "draft": draft, "newest": newest[0].number if newest else None},
    )


def _languages(draft: TestDraft) -> list[tuple[str, int]]:
    return [(language_name(row.language), count_missing_texts(row.content)) for row in draft.rows]


def _questionnaire(draft: TestDraft) -> Questionnaire | None:
    rows = Questionnaire.objects.of(draft.test.organisation)
    return rows.filter(pk=draft.content["taken_from"]["questionnaire"]).first()
