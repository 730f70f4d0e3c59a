from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpResponseBase
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from goodword.accounts import access
from goodword.accounts.access import MemberRequest
from goodword.core.text import language_codes
from goodword.drafts.pages import Language, LibraryPages, revision_of
from goodword.questionnaires.domain.drafts import (
    DOWN,
    DRAFTS,
    UP,
    ConditionConflict,
    HasDependants,
    QuestionnaireDraft,
    describe,
    duplicate_question,
    move_question,
    remove_question,
)
from goodword.questionnaires.editor.advice import Advice, advice
from goodword.questionnaires.editor.descriptions import (
    language_name,
    named,
    numbered,
    question_types,
    short,
    when,
    who,
)
from goodword.questionnaires.editor.entries import ADVISED, Entry, condition_of, dependants, gaps, index_of
from goodword.questionnaires.editor.forms import DetailsForm
from goodword.questionnaires.models import Questionnaire
from goodword.questionnaires.queries import Facts, facts_of
from goodword.questionnaires.questions import QuestionError


def questionnaire_of(request: MemberRequest, pk: int) -> Questionnaire:
    return access.get_or_404(Questionnaire.objects.of(request.organisation), pk)


class QuestionnairePages(LibraryPages[Questionnaire, QuestionnaireDraft]):
    drafts = DRAFTS
    page, editor, library = "questionnaire", "questionnaire_edit", "questionnaires"
    library_name = gettext_lazy("Questionnaires")
    styles = ("questionnaires/editor.css",)

    def owner_of(self, request: MemberRequest, pk: int) -> Questionnaire:
        return questionnaire_of(request, pk)

    def not_editable(self) -> str:
        return _("This questionnaire can't be changed. Make a copy to edit it.")


PAGES = QuestionnairePages()


def advice_of(draft: QuestionnaireDraft, facts: Facts) -> list[Advice]:
    return advice(
        draft.entries,
        minutes=facts.minutes,
        translated={row.language: row.questions for row in draft.translations},
        language=draft.source.language,
    )


@require_safe
@PAGES.view
def edit(request: MemberRequest, draft: QuestionnaireDraft) -> HttpResponseBase:
    facts = facts_of(draft.source)
    there = {row.language for row in draft.rows}
    return PAGES.render_editor(
        request,
        "questionnaires/editor/editor.html",
        draft,
        {
            "questionnaire": draft.questionnaire,
            "questions": question_items(draft.entries),
            "facts": facts,
            "advised": ADVISED,
            "advice": advice_of(draft, facts),
            "languages": [
                Language(
                    name=language_name(row.language),
                    missing=gaps(draft.entries, row.questions),
                    is_source=row == draft.source,
                    url=""
                    if row == draft.source
                    else PAGES.url(request, "questionnaire_language", row.language),
                )
                for row in draft.rows
            ],
            "addable": [(code, language_name(code)) for code in language_codes() if code not in there],
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
@PAGES.view
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
        return PAGES.to_editor(request)
    return PAGES.render(
        request,
        "questionnaires/editor/details.html",
        draft,
        {"form": form},
        name=_("Title and description"),
    )


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
@PAGES.view
def move(request: MemberRequest, draft: QuestionnaireDraft, *, question_id: str) -> HttpResponseBase:
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
        return _gone(request)
    except ConditionConflict as blocked:
        return _condition_conflict(request, draft, question_id, blocked.question_id, up=up)
    messages.success(
        request,
        _("Moved to position %(place)s of %(count)s.") % {"place": place, "count": len(draft.entries)},
    )
    return PAGES.to_editor(request, f"?moved={question_id}&by={'up' if up else 'down'}")


@require_POST
@PAGES.view
def duplicate(request: MemberRequest, draft: QuestionnaireDraft, *, question_id: str) -> HttpResponseBase:
    try:
        name = duplicate_question(
            questionnaire=draft.questionnaire, question_id=question_id, revision=revision_of(request)
        )
    except KeyError:
        return _gone(request)
    except QuestionError as error:
        messages.error(request, str(error))
        return PAGES.to_editor(request)
    messages.success(request, _("Duplicated. The copy is right below."))
    return PAGES.to_editor(request, f"?new={name}")


@require_http_methods(["GET", "HEAD", "POST"])
@PAGES.view
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
            return PAGES.to_editor(request)
    except KeyError:
        return _gone(request)
    except HasDependants:
        problem = _("Choose what happens to the questions that depend on it.")
    return PAGES.render(
        request,
        "questionnaires/editor/delete.html",
        draft,
        {
            "questionnaire": draft.questionnaire,
            "question": question,
            "dependants": [
                numbered(draft.entries, entry["id"]) for entry in dependants(draft.entries, question_id)
            ],
            "problem": problem,
        },
        name=_("Delete question"),
    )


def _condition_conflict(
    request: MemberRequest, draft: QuestionnaireDraft, question_id: str, dependant_id: str, *, up: bool
) -> HttpResponseBase:
    dependent = _question(draft, dependant_id)
    return PAGES.render(
        request,
        "questionnaires/editor/condition_conflict.html",
        draft,
        {
            "questionnaire": draft.questionnaire,
            "question_id": question_id,
            "by": "up" if up else "down",
            "moving": numbered(draft.entries, question_id),
            "dependant_id": dependant_id,
            "dependant": numbered(draft.entries, dependant_id),
            "source": numbered(draft.entries, condition_of(dependent)[0]),
        },
        name=_("Not moved"),
    )


def _question(draft: QuestionnaireDraft, question_id: str) -> Entry:
    return draft.entries[index_of(draft.entries, question_id)]


def _gone(request: MemberRequest) -> HttpResponseBase:
    messages.info(request, _("That question no longer exists."))
    return PAGES.to_editor(request)
