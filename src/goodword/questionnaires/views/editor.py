"""The editor's first page: the questions of the draft in order, and what is worth a second look."""

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from goodword.accounts.access import MemberRequest
from goodword.questionnaires.domain.describe import describe
from goodword.questionnaires.domain.drafts import Draft
from goodword.questionnaires.domain.published import numbers
from goodword.questionnaires.editor.advice import Advice, advice
from goodword.questionnaires.editor.competencies import ADVISED
from goodword.questionnaires.editor.entries import gaps
from goodword.questionnaires.editor.facts import Facts, facts_of
from goodword.questionnaires.editor.forms.whole import DetailsForm
from goodword.questionnaires.editor.languages import language_codes, language_name
from goodword.questionnaires.views.doors import at_draft
from goodword.questionnaires.views.shown import shown


def advice_of(draft: Draft, facts: Facts) -> list[Advice]:
    """What is worth a second look in this draft."""
    return advice(
        draft.entries,
        minutes=facts.minutes,
        translated={row.language: row.questions for row in draft.translations},
        language=draft.source.language,
    )


@require_safe
@at_draft
def edit(request: MemberRequest, draft: Draft) -> HttpResponseBase:
    """The list. After a move, `?moved=<id>&by=up` puts the focus back on the button that was pressed."""
    facts = facts_of(draft.source)
    there = {row.language for row in draft.rows}
    return render(
        request,
        "questionnaires/editor/editor.html",
        {
            "questionnaire": draft.questionnaire,
            "draft": draft,
            "questions": shown(draft.entries),
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
def details(request: MemberRequest, draft: Draft) -> HttpResponseBase:
    """Title and description, which count at once."""
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
