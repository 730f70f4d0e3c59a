"""Preview as a referee on a phone, with the real pages. Answers stay in the session."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpResponseBase
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from goodword.accounts import access
from goodword.accounts.access import MemberRequest
from goodword.core import clock
from goodword.drafts.pages import Crumb, PhonePreview, PreviewScreen, screen_number
from goodword.questionnaires import labels
from goodword.questionnaires.domain.drafts import DRAFTS
from goodword.questionnaires.domain.versions import versions_in_all_languages
from goodword.questionnaires.editor.descriptions import language_name
from goodword.questionnaires.editor.entries import Entry, with_source_texts
from goodword.questionnaires.forms import QuestionForm
from goodword.questionnaires.labels import render_answers
from goodword.questionnaires.models import Questionnaire, QuestionnaireVersion
from goodword.questionnaires.questions import applicable, fill_placeholders, pages, parse
from goodword.questionnaires.types import RELATIONSHIPS, Question, Stated
from goodword.questionnaires.views.editor import QuestionItem, question_items, questionnaire_of

SESSION = "questionnaire_preview"
CANDIDATE, COMPANY = "Alex Muster", "Example Ltd"


@dataclass(frozen=True, slots=True, kw_only=True)
class RefereePreview:
    """The pages for the answers so far. `of_others`: ids of questions that this relationship is never asked."""

    relationship: str
    stated: Stated
    answers: dict[str, Any]
    asked: Sequence[Question]
    pages: Sequence[Sequence[Question]]
    of_others: Collection[str]

    def page_of(self, question_id: str) -> int:
        for number, page in enumerate(self.pages, start=1):
            if any(question.id == question_id for question in page):
                return number
        return 0


def build_preview(
    *,
    source: Sequence[Entry],
    translated: Sequence[Entry],
    relationship: str,
    answers: Mapping[str, Any],
) -> RefereePreview:
    questions = fill_placeholders(
        parse(with_source_texts(source, translated)), candidate=CANDIDATE, company=COMPANY
    )
    asked = applicable(questions, relationship=relationship, answers=answers)
    possible = {question.id for question in applicable(questions, relationship=relationship)}
    return RefereePreview(
        relationship=relationship,
        stated=Stated(
            relationship=relationship,
            company=COMPANY,
            title=_("Project manager"),
            from_month="2021-03",
            to_month="2023-08",
        ),
        answers={question.id: answers[question.id] for question in asked if question.id in answers},
        asked=asked,
        pages=pages(asked),
        of_others={question.id for question in questions} - possible,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@access.member(kinds=access.WORKS)
def preview(request: MemberRequest, pk: int) -> HttpResponseBase:
    """Show the draft, else the newest version (or `?version=`), page by page."""
    found = questionnaire_of(request, pk)
    rows = _rows(found, request.GET.get("version", ""))
    if not rows[0].questions:
        return redirect("questionnaire_edit", request.organisation.slug, pk)
    language = request.GET.get("language", "")
    row = next((row for row in rows if row.language == language), rows[0])
    relationship = request.GET.get("relationship", "")
    with translation.override(row.language):
        current = build_preview(
            source=rows[0].questions,
            translated=row.questions,
            relationship=relationship if relationship in RELATIONSHIPS else RELATIONSHIPS[0],
            answers=_answers(request, rows[0]),
        )
    kept = {"relationship": current.relationship, "language": row.language}
    if request.GET.get("version"):
        kept["version"] = request.GET["version"]
    here = reverse("questionnaire_preview", args=[request.organisation.slug, pk])
    if request.method == "POST" and "again" in request.POST:
        request.session.pop(SESSION, None)
        return redirect(f"{here}?{urlencode(kept)}")
    number = current.page_of(request.GET.get("at", "")) or screen_number(request.GET.get("page", "1"))
    number = min(number, len(current.pages) + 1)
    with translation.override(row.language):
        form = _form(request, current, number)
        if form is not None and form.is_bound and form.is_valid():
            _keep(request, rows[0], current.answers | form.answers)
            return redirect(f"{here}?{urlencode(kept | {'page': str(number + 1)})}")
        phone = render_to_string(
            "questionnaires/editor/phone.html",
            {
                "form": form,
                "number": number,
                "count": len(current.pages),
                "back": f"{here}?{urlencode(kept | {'page': str(number - 1)})}" if number > 1 else "",
                "rows": [] if form else render_answers(current.asked, current.answers, stated=current.stated),
                "organisation": request.organisation,
                "here": f"{here}?{urlencode(kept | {'page': str(number)})}",
            },
            request=request,
        )
    return PhonePreview(
        title=found.title,
        parents=[
            Crumb(name=_("Questionnaires"), url=reverse("questionnaires", args=[request.organisation.slug])),
            Crumb(name=found.title, url=reverse("questionnaire", args=[request.organisation.slug, pk])),
        ],
        styles=["questionnaires/editor.css", "questionnaires/questions.css"],
        language=row.language,
        languages=[(other.language, language_name(other.language)) for other in rows],
        phone=phone,
        list_name=_("All questions"),
        screens=[_screen(question, current, number, kept) for question in question_items(rows[0].questions)],
    ).render(
        request,
        "questionnaires/editor/preview.html",
        {
            "pk": pk,
            "is_draft": row.published_at is None,
            "version": row,
            "relationship": current.relationship,
            "relationships": list(labels.relationships().items()),
            "kept": urlencode(kept),
            "asked_version": request.GET.get("version", ""),
        },
    )


def _screen(
    question: QuestionItem, current: RefereePreview, number: int, kept: Mapping[str, str]
) -> PreviewScreen:
    page = current.page_of(question.id)
    return PreviewScreen(
        place=question.place,
        text=question.short,
        query=urlencode({**kept, "page": page}) if page else "",
        is_here=page == number,
        note=_why(question.who, question.when, current, question.id),
    )


def _why(who: str, when: str, current: RefereePreview, question_id: str) -> str:
    """Return why a question is skipped, or ""."""
    if current.page_of(question_id):
        return ""
    if question_id in current.of_others:
        return _("Not asked here. Only for: %(who)s") % {"who": who}
    return _("Not asked yet. %(when)s") % {"when": when}


def _rows(questionnaire: Questionnaire, version: str) -> Sequence[QuestionnaireVersion]:
    draft = DRAFTS.find(questionnaire)
    if draft is not None and version in {"", "draft"}:
        return draft.rows
    if version in {"", "draft"}:
        rows = versions_in_all_languages(questionnaire)
    else:
        rows = versions_in_all_languages(questionnaire, number=screen_number(version))
    if not rows:
        raise Http404("there is no such version")
    return rows


def _form(request: MemberRequest, current: RefereePreview, number: int) -> QuestionForm | None:
    if number > len(current.pages):
        return None
    return QuestionForm(
        current.pages[number - 1],
        data=request.POST if request.method == "POST" else None,
        saved=current.answers,
        stated=current.stated,
        today=clock.latest_day(clock.now()),
    )


def _answers(request: MemberRequest, source: QuestionnaireVersion) -> dict[str, Any]:
    kept = request.session.get(SESSION)
    if isinstance(kept, Mapping) and kept.get("of") == _of(source):
        return dict(kept.get("answers", {}))
    return {}


def _keep(request: MemberRequest, source: QuestionnaireVersion, answers: Mapping[str, Any]) -> None:
    request.session[SESSION] = {"of": _of(source), "answers": dict(answers)}


def _of(source: QuestionnaireVersion) -> str:
    """Return the revision's id. After a change, the draft is previewed from the start."""
    return f"{source.pk}:{source.revision}"
