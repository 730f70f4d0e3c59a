"""The draft of own questions: its list, its words, a newer questionnaire, publishing, throwing it away."""

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from goodword.accounts.access import MemberRequest
from goodword.assessments.catalogue import custom_questions, drafts
from goodword.assessments.catalogue.custom_questions import change_details
from goodword.assessments.catalogue.drafts import Draft, Stale, newest_published
from goodword.assessments.editor.own import open_texts
from goodword.assessments.editor.own_forms import details_form
from goodword.assessments.models import Test
from goodword.assessments.views.doors import at_draft, revision_of
from goodword.assessments.views.questions.shown import shown
from goodword.core import clock
from goodword.questionnaires.domain.published import numbers
from goodword.questionnaires.editor.languages import language_name
from goodword.questionnaires.models import Questionnaire
from goodword.questionnaires.reading import ReadingError

KIND = Test.Kind.QUESTIONS


@require_safe
@at_draft(KIND)
def edit(request: MemberRequest, draft: Draft) -> HttpResponseBase:
    """The list. After a move, `?moved=<id>&by=up` puts the focus back on the button that was pressed."""
    questionnaire = _questionnaire(draft)
    newest = next(iter(numbers(questionnaire)), 0) if questionnaire else 0
    return render(
        request,
        "assessments/own/edit.html",
        {
            "test": draft.test,
            "draft": draft,
            "content": draft.content,
            "questions": shown(draft.content),
            "questionnaire": questionnaire,
            "newer": newest if newest > draft.content["taken_from"]["number"] else 0,
            "languages": _languages(draft),
            "was_published": bool(newest_published(draft.test)),
            "moved": request.GET.get("moved", ""),
            "moved_by": request.GET.get("by", ""),
            "new": request.GET.get("new", ""),
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
@at_draft(KIND)
def details(request: MemberRequest, draft: Draft) -> HttpResponseBase:
    """Name and instructions in each language. What was typed stays when somebody else has saved meanwhile."""
    form = details_form(
        request.POST if request.method == "POST" else None, [row.content for row in draft.rows]
    )
    stale = False
    if form.is_bound and form.is_valid():
        try:
            change_details(test=draft.test, words=form.words(), revision=revision_of(request))
        except Stale:
            stale = True
        else:
            messages.success(request, _("Saved."))
            return redirect("own_questions_edit", request.organisation.slug, draft.test.pk)
    return render(
        request,
        "assessments/own/details.html",
        {
            "test": draft.test,
            "form": form,
            "stale": stale,
            "revision": revision_of(request) if form.is_bound and not stale else draft.source.revision,
        },
    )


@require_POST
@at_draft(KIND)
def take_over(request: MemberRequest, draft: Draft) -> HttpResponseBase:
    """The questions of the questionnaire's newest version, in place of those that are there."""
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
    return redirect("own_questions_edit", request.organisation.slug, draft.test.pk)


@require_http_methods(["GET", "HEAD", "POST"])
@at_draft(KIND)
def publish(request: MemberRequest, draft: Draft) -> HttpResponseBase:
    """Which languages are whole, how answers are marked; then the next version."""
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
            return redirect("own_questions", request.organisation.slug, draft.test.pk)
    return render(
        request,
        "assessments/own/publish.html",
        {
            "test": draft.test,
            "draft": draft,
            "questions": shown(draft.content),
            "languages": _languages(draft),
            "error": error,
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
@at_draft(KIND)
def discard(request: MemberRequest, draft: Draft) -> HttpResponseBase:
    """Ask once more, then delete the draft."""
    if request.method == "POST":
        stays = drafts.discard(
            test=draft.test, revision=revision_of(request), by=request.member, now=clock.now()
        )
        messages.success(request, _("The draft is thrown away."))
        if stays:
            return redirect("own_questions", request.organisation.slug, draft.test.pk)
        return redirect("library", request.organisation.slug)
    newest = newest_published(draft.test)
    return render(
        request,
        "assessments/own/discard.html",
        {"test": draft.test, "draft": draft, "newest": newest[0].number if newest else None},
    )


def _languages(draft: Draft) -> list[tuple[str, int]]:
    return [(language_name(row.language), open_texts(row.content)) for row in draft.rows]


def _questionnaire(draft: Draft) -> Questionnaire | None:
    """The one that the questions were taken from; None if it has gone."""
    rows = Questionnaire.objects.of(draft.test.organisation)
    return rows.filter(pk=draft.content["taken_from"]["questionnaire"]).first()
