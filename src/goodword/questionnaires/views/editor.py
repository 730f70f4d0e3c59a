from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from goodword.accounts.access import MemberRequest
from goodword.questionnaires.domain.drafts import QuestionnaireDraft
from goodword.questionnaires.domain.questionnaires import describe
from goodword.questionnaires.domain.questions import (
    DOWN,
    UP,
    ConditionConflict,
    HasDependants,
    duplicate_question,
    move_question,
    remove_question,
)
from goodword.questionnaires.domain.versions import numbers
from goodword.questionnaires.editor.advice import Advice, advice
from goodword.questionnaires.editor.descriptions import (
    language_codes,
    language_name,
    named,
    numbered,
    question_types,
    short,
    when,
    who,
)
from goodword.questionnaires.editor.entries import ADVISED, Entry, condition_of, dependants, gaps, index_of
from goodword.questionnaires.editor.forms.questionnaire import DetailsForm
from goodword.questionnaires.parse import QuestionError
from goodword.questionnaires.queries import Facts, facts_of
from goodword.questionnaires.views.access import at_draft, revision_of


def advice_of(draft: QuestionnaireDraft, facts: Facts) -> list[Advice]:
    return advice(
        draft.entries,
        minutes=facts.minutes,
        translated={row.language: row.questions for row in draft.translations},
        language=draft.source.language,
    )


@require_safe
@at_draft
def edit(request: MemberRequest, draft: QuestionnaireDraft) -> HttpResponseBase:
    """After a move, `?moved=<id>&by=up` puts the focus back on the pressed button."""
    facts = facts_of(draft.source)
    there = {row.language for row in draft.rows}
    return render(
        request,
        "questionnaires/editor/editor.html",
        {
            "questionnaire": draft.questionnaire,
            "draft": draft,
            "questions": question_items(draft.entries),
            "facts": facts,
            "advised": ADVISED,
            "advice": advice_of(draft, facts),
            "source_name": language_name(draft.source.language),
            "translations": [
                (row.language, language_name(row.language), gaps(draft.entries, row.questions))
                for row in draft.translations
            ],
            "addable": [(code, language_name(code)) for code in language_codes() if code not in there],
            "was_published": bool(numbers(draft.questionnaire)),
            "moved": request.GET.get("moved", ""),
            "moved_by": request.GET.get("by", ""),
            "new": request.GET.get("new", ""),
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
@at_draft
def details(request: MemberRequest, draft: QuestionnaireDraft) -> HttpResponseBase:
    found = draft.questionnaire
    form = DetailsForm(request.POST or None, initial={"title": found.title, "description": found.description})
    if request.method == "POST" and form.is_valid():
        describe(
            questionnaire=found,
            title=form.cleaned_data["title"],
            description=form.cleaned_data["description"],
        )
        messages.success(request, _("Saved."))
        return redirect("questionnaire_edit", request.organisation.slug, found.pk)
    return render(request, "questionnaires/editor/details.html", {"questionnaire": found, "form": form})


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionItem:
    place: int
    entry: Entry
    kind: str
    who: str
    when: str
    is_first: bool
    is_last: bool

    @property
    def id(self) -> str:
        return str(self.entry["id"])

    @property
    def short(self) -> str:
        return short(self.entry["text"])

    @property
    def options(self) -> Sequence[dict[str, Any]]:
        options: Sequence[dict[str, Any]] = self.entry.get("levels") or self.entry.get("choices") or ()
        return options


def question_items(entries: Sequence[Entry]) -> list[QuestionItem]:
    names = question_types()
    return [
        QuestionItem(
            place=place,
            entry=entry,
            kind=names[entry["type"]].title,
            who=who(entry),
            when=when(entries, entry),
            is_first=place == 1,
            is_last=place == len(entries),
        )
        for place, entry in enumerate(entries, start=1)
    ]


@require_POST
@at_draft
def move(request: MemberRequest, draft: QuestionnaireDraft, *, question_id: str) -> HttpResponseBase:
    """Move up or down. If a condition prevents it, show a page with ways to go on."""
    up = request.POST.get("by") == "up"
    try:
        place = move_question(
            questionnaire=draft.questionnaire,
            question_id=question_id,
            by=UP if up else DOWN,
            revision=revision_of(request),
            drop_condition=request.POST.get("drop_condition") == "yes",
        )
    except KeyError:
        return _gone(request, draft)
    except ConditionConflict as blocked:
        return _condition_conflict(request, draft, question_id, blocked.question_id, up=up)
    messages.success(
        request,
        _("Moved to position %(place)s of %(count)s.") % {"place": place, "count": len(draft.entries)},
    )
    where = _to_editor(request, draft)
    where["Location"] += f"?moved={question_id}&by={'up' if up else 'down'}"
    return where


@require_POST
@at_draft
def duplicate(request: MemberRequest, draft: QuestionnaireDraft, *, question_id: str) -> HttpResponseBase:
    try:
        name = duplicate_question(
            questionnaire=draft.questionnaire, question_id=question_id, revision=revision_of(request)
        )
    except KeyError:
        return _gone(request, draft)
    except QuestionError as wrong:
        messages.error(request, str(wrong))
        return _to_editor(request, draft)
    messages.success(request, _("Duplicated. The copy is right below."))
    where = _to_editor(request, draft)
    where["Location"] += f"?new={name}"
    return where


@require_http_methods(["GET", "HEAD", "POST"])
@at_draft
def delete(request: MemberRequest, draft: QuestionnaireDraft, *, question_id: str) -> HttpResponseBase:
    problem = ""
    try:
        question = _question(draft, question_id)
        if request.method == "POST":
            choice = {"delete": True, "keep": False}.get(request.POST.get("dependants", ""))
            remove_question(
                questionnaire=draft.questionnaire,
                question_id=question_id,
                revision=revision_of(request),
                with_dependants=choice,
            )
            messages.success(request, _("Deleted: %(question)s.") % {"question": named(question)})
            return _to_editor(request, draft)
    except KeyError:
        return _gone(request, draft)
    except HasDependants:
        problem = _("Choose what happens to the questions that depend on it.")
    return render(
        request,
        "questionnaires/editor/delete.html",
        {
            "questionnaire": draft.questionnaire,
            "draft": draft,
            "question": question,
            "dependants": [
                numbered(draft.entries, entry["id"]) for entry in dependants(draft.entries, question_id)
            ],
            "problem": problem,
        },
    )


def _condition_conflict(
    request: MemberRequest, draft: QuestionnaireDraft, question_id: str, dependant_id: str, *, up: bool
) -> HttpResponseBase:
    dependent = _question(draft, dependant_id)
    return render(
        request,
        "questionnaires/editor/condition_conflict.html",
        {
            "questionnaire": draft.questionnaire,
            "draft": draft,
            "question_id": question_id,
            "by": "up" if up else "down",
            "moving": numbered(draft.entries, question_id),
            "dependant_id": dependant_id,
            "dependant": numbered(draft.entries, dependant_id),
            "source": numbered(draft.entries, condition_of(dependent)[0]),
        },
    )


def _question(draft: QuestionnaireDraft, question_id: str) -> Entry:
    return draft.entries[index_of(draft.entries, question_id)]


def _gone(request: MemberRequest, draft: QuestionnaireDraft) -> HttpResponseBase:
    messages.info(request, _("That question no longer exists."))
    return _to_editor(request, draft)


def _to_editor(request: MemberRequest, draft: QuestionnaireDraft) -> HttpResponseBase:
    return redirect("questionnaire_edit", request.organisation.slug, draft.questionnaire.pk)
