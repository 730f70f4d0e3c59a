"""Move a question, duplicate it, delete it."""

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from goodword.accounts.access import MemberRequest
from goodword.questionnaires.domain.add import duplicate_question
from goodword.questionnaires.domain.drafts import Draft
from goodword.questionnaires.domain.move import DOWN, UP, HangsTogether, move_question
from goodword.questionnaires.domain.remove import OthersHangOnIt, remove_question
from goodword.questionnaires.editor.entries import Entry, place_of
from goodword.questionnaires.editor.hangs import condition_of, hanging
from goodword.questionnaires.editor.words import named, numbered
from goodword.questionnaires.parse import QuestionError
from goodword.questionnaires.views.doors import at_draft, revision_of


@require_POST
@at_draft
def move(request: MemberRequest, draft: Draft, *, question_id: str) -> HttpResponseBase:
    """One place up or down. Where a condition is in the way, a page says so and offers the way out."""
    up = request.POST.get("by") == "up"
    try:
        place = move_question(
            questionnaire=draft.questionnaire,
            question_id=question_id,
            by=UP if up else DOWN,
            revision=revision_of(request),
            free=request.POST.get("free") == "yes",
        )
    except KeyError:
        return _gone(request, draft)
    except HangsTogether as hangs:
        return _in_the_way(request, draft, question_id, hangs.question_id, up=up)
    messages.success(
        request,
        _("Moved to place %(place)s of %(count)s.") % {"place": place, "count": len(draft.entries)},
    )
    where = _to_editor(request, draft)
    where["Location"] += f"?moved={question_id}&by={'up' if up else 'down'}"
    return where


@require_POST
@at_draft
def duplicate(request: MemberRequest, draft: Draft, *, question_id: str) -> HttpResponseBase:
    """One like it, right below."""
    try:
        name = duplicate_question(
            questionnaire=draft.questionnaire, question_id=question_id, revision=revision_of(request)
        )
    except KeyError:
        return _gone(request, draft)
    except QuestionError as wrong:
        messages.error(request, str(wrong))
        return _to_editor(request, draft)
    messages.success(request, _("Duplicated. The copy is right below; change it as needed."))
    where = _to_editor(request, draft)
    where["Location"] += f"?new={name}"
    return where


@require_http_methods(["GET", "HEAD", "POST"])
@at_draft
def delete(request: MemberRequest, draft: Draft, *, question_id: str) -> HttpResponseBase:
    """Ask once more, and what becomes of the questions that hang on it; then delete."""
    problem = ""
    try:
        question = _question(draft, question_id)
        if request.method == "POST":
            choice = {"go": True, "stay": False}.get(request.POST.get("hanging", ""))
            remove_question(
                questionnaire=draft.questionnaire,
                question_id=question_id,
                revision=revision_of(request),
                hanging_go=choice,
            )
            messages.success(request, _("Deleted: %(question)s.") % {"question": named(question)})
            return _to_editor(request, draft)
    except KeyError:
        return _gone(request, draft)
    except OthersHangOnIt:
        problem = _("Choose what becomes of the questions that hang on it.")
    return render(
        request,
        "questionnaires/editor/delete.html",
        {
            "questionnaire": draft.questionnaire,
            "draft": draft,
            "question": question,
            "hanging": [
                numbered(draft.entries, entry["id"]) for entry in hanging(draft.entries, question_id)
            ],
            "problem": problem,
        },
    )


def _in_the_way(
    request: MemberRequest, draft: Draft, question_id: str, hanging_id: str, *, up: bool
) -> HttpResponseBase:
    held = _question(draft, hanging_id)
    return render(
        request,
        "questionnaires/editor/in_the_way.html",
        {
            "questionnaire": draft.questionnaire,
            "draft": draft,
            "question_id": question_id,
            "by": "up" if up else "down",
            "moving": numbered(draft.entries, question_id),
            "hanging_id": hanging_id,
            "hanging": numbered(draft.entries, hanging_id),
            "source": numbered(draft.entries, condition_of(held)[0]),
        },
    )


def _question(draft: Draft, question_id: str) -> Entry:
    return draft.entries[place_of(draft.entries, question_id)]


def _gone(request: MemberRequest, draft: Draft) -> HttpResponseBase:
    messages.info(request, _("That question is no longer here."))
    return _to_editor(request, draft)


def _to_editor(request: MemberRequest, draft: Draft) -> HttpResponseBase:
    return redirect("questionnaire_edit", request.organisation.slug, draft.questionnaire.pk)
