"""The referee's pages: the notice, the questions, a last look, or a no."""

from typing import Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from goodword.questionnaires import labels
from goodword.questionnaires.forms import QuestionForm, build_form
from goodword.questionnaires.pages import pages
from goodword.questionnaires.report import rows
from goodword.questionnaires.types import Question
from goodword.references.domain import decline, respond
from goodword.references.domain.about import day_in_words, minutes_of, questions_of, stated_of
from goodword.references.models import ReferenceRequest
from goodword.references.reasons import DeclineForm
from goodword.references.views import doors, referee_door
from goodword.references.views.referee_door import AtRequest

FORMS: Final = ["GET", "HEAD", "POST"]
State, Why = ReferenceRequest.State, ReferenceRequest.Why


@require_safe
@referee_door.opens(only_open=False)
def home(request: HttpRequest, at: AtRequest) -> HttpResponse:
    """The notice above the first question, with all choices; afterwards thanks, or a kind word to a no."""
    asked, referee = at.request, at.request.referee
    if asked.state == State.ANSWERED:
        return doors.page(request, "references/referee/thanks.html", at)
    if asked.state == State.DECLINED:
        return doors.page(request, "references/referee/declined.html", at)
    return doors.page(
        request,
        "references/referee/notice.html",
        at,
        referee=referee,
        relationship=labels.relationships_as_asked()[referee.relationship],
        period=labels.period(referee.from_month, referee.to_month or None),
        minutes=minutes_of(at.check),
        deadline=day_in_words(
            at.check.deadline_at, organisation=at.about.organisation, language=at.about.language
        ),
        go_on=_next_place(at) if asked.state == State.BEGUN else "",
    )


@require_POST
@referee_door.opens()
def begin(_request: HttpRequest, at: AtRequest) -> HttpResponse:
    """Start to answer."""
    respond.begin(request_id=at.request.pk, now=at.now)
    return redirect("referee_page", token=at.token, number=1)


@require_http_methods(FORMS)
@referee_door.opens()
def questions(request: HttpRequest, at: AtRequest, *, number: int) -> HttpResponse:
    """One page of questions. What can be kept of it is kept, also when something is missing."""
    all_pages = pages(questions_of(at.check))
    if not 1 <= number <= len(all_pages):
        return redirect("referee", token=at.token)
    form = _form(request, at, all_pages[number - 1])
    if request.method == "POST":
        valid = form.is_valid()
        respond.save_draft(request_id=at.request.pk, answers=form.answers, now=at.now)
        if valid:
            if number == len(all_pages) or request.POST.get("then") == "review":
                return redirect("referee_review", token=at.token)
            return redirect("referee_page", token=at.token, number=number + 1)
    return doors.page(
        request,
        "references/referee/questions.html",
        at,
        form=form,
        number=number,
        count=len(all_pages),
        back=reverse("referee_page", args=[at.token, number - 1])
        if number > 1
        else reverse("referee", args=[at.token]),
        then=request.GET.get("then") or request.POST.get("then", ""),
        is_last=number == len(all_pages),
    )


@require_http_methods(FORMS)
@referee_door.opens()
def review(request: HttpRequest, at: AtRequest) -> HttpResponse:
    """All answers once more, and *Submit*: it cannot be changed afterwards."""
    wanting: tuple[str, ...] = ()
    if request.method == "POST":
        try:
            respond.submit(request_id=at.request.pk, now=at.now)
        except respond.Incomplete as incomplete:
            wanting = incomplete.question_ids
        else:
            return redirect("referee", token=at.token)
    asked = questions_of(at.check)
    place = {question.id: number for number, group in enumerate(pages(asked), start=1) for question in group}
    shown = rows(asked, at.request.draft, stated=stated_of(at.request.referee))
    return doors.page(
        request,
        "references/referee/review.html",
        at,
        rows=[(row, place[row.question_id], row.question_id in wanting) for row in shown],
        wanting=bool(wanting),
        last=max(place.values()),
    )


@require_http_methods(FORMS)
@referee_door.opens()
def facts(request: HttpRequest, at: AtRequest) -> HttpResponse:
    """Confirm dates and title only."""
    form = _form(request, at, respond.facts_questions(questions_of(at.check)))
    if form.is_valid():
        respond.confirm_facts(request_id=at.request.pk, answers=form.answers, now=at.now)
        return redirect("referee", token=at.token)
    return doors.page(request, "references/referee/facts.html", at, form=form)


@require_http_methods(FORMS)
@referee_door.opens()
def say_no(request: HttpRequest, at: AtRequest) -> HttpResponse:
    """Decline, "I am not this person", "do not contact me again"."""
    chosen = request.GET.get("as", "")
    form = DeclineForm(
        request.POST if request.method == "POST" else None,
        hint=_("For %(recruiter)s only. %(candidate)s is never shown it.")
        % {"recruiter": at.about.recruiter.name, "candidate": at.about.candidate.name},
        why=Why.NOT_ME if chosen == "not-me" else Why.WOULD_RATHER_NOT,
        never_again=chosen == "never-again",
    )
    if form.is_valid():
        decline.decline_request(
            request_id=at.request.pk,
            why=form.cleaned_data["why"],
            reason=form.cleaned_data["reason"],
            never_again=form.cleaned_data["never_again"],
            now=at.now,
        )
        return redirect("referee", token=at.token)
    return doors.page(request, "references/referee/decline.html", at, form=form)


def _form(request: HttpRequest, at: AtRequest, asked: tuple[Question, ...]) -> QuestionForm:
    return build_form(
        asked,
        data=request.POST if request.method == "POST" else None,
        saved=at.request.draft,
        stated=stated_of(at.request.referee),
        today=at.now.astimezone(at.about.organisation.zone).date(),
    )


def _next_place(at: AtRequest) -> str:
    """Where a referee who has begun goes on: at the first page that still wants an answer, else at the last look."""
    wanting = respond.missing(at.check, at.request, now=at.now)
    for number, group in enumerate(pages(questions_of(at.check)), start=1):
        if any(question.id in wanting for question in group):
            return reverse("referee_page", args=[at.token, number])
    return reverse("referee_review", args=[at.token])
