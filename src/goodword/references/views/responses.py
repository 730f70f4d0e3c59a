from collections.abc import Sequence
from functools import partial
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from goodword.questionnaires.types import Question
from goodword.references.domain import responses
from goodword.references.domain.responses import AnsweringSession, AnswersChanged, Incomplete
from goodword.references.flags.devices import record_trace
from goodword.references.views import access, answering
from goodword.references.views.access import RefereeVisit, referee_page
from goodword.references.views.answering import AnswerPages, PostedPage

FORMS: Final = ["GET", "HEAD", "POST"]


def answer_pages(token: str) -> AnswerPages:
    return AnswerPages(
        first=reverse("referee", args=[token]),
        review=reverse("referee_review", args=[token]),
        page=lambda number: reverse("referee_page", args=[token, number]),
    )


@require_POST
@access.for_referee()
def begin(request: HttpRequest, visit: RefereeVisit) -> HttpResponse:
    record_trace(request, visit.check, visit.request, now=visit.now)
    responses.begin(request_id=visit.request.pk, now=visit.now)
    return redirect(
        answer_pages(visit.token).start(
            responses.answering_session(visit.check, visit.request, now=visit.now)
        )
    )


def _keep(request: HttpRequest, visit: RefereeVisit, *, number: int) -> None:
    """Save an answer to a check closed since, which may be reopened."""
    sent = answering.read_page(
        request, responses.answering_session(visit.check, visit.request, now=visit.now), number
    )
    responses.keep_draft_of_closed(
        request_id=visit.request.pk, submitted=sent.submitted, seen=sent.seen, now=visit.now
    )


@require_http_methods(FORMS)
@access.for_referee(keep=_keep)
def questions(request: HttpRequest, visit: RefereeVisit, *, number: int) -> HttpResponse:
    def save(sent: PostedPage) -> tuple[AnsweringSession, Sequence[str]]:
        conflicting = responses.save_draft(
            request_id=visit.request.pk, submitted=sent.submitted, seen=sent.seen, now=visit.now
        )
        visit.request.refresh_from_db(fields=["draft"])
        return responses.answering_session(visit.check, visit.request, now=visit.now), conflicting

    return answering.questions_page(
        request,
        responses.answering_session(visit.check, visit.request, now=visit.now),
        number,
        answer_pages(visit.token),
        save=save,
        switched=visit.switched,
        render_page=partial(referee_page, request, "references/referee/questions.html", visit),
    )


@require_http_methods(FORMS)
@access.for_referee()
def review(request: HttpRequest, visit: RefereeVisit) -> HttpResponse:
    missing: tuple[str, ...] = ()
    changed = False
    if request.method == "POST" and answering.QUOTE in request.POST:
        responses.choose_quote(
            request_id=visit.request.pk, sentence=request.POST[answering.QUOTE], now=visit.now
        )
        visit.request.refresh_from_db(fields=["draft"])
        if access.is_script(request):
            return HttpResponse(status=204)
    if request.method == "POST" and not visit.switched:
        record_trace(request, visit.check, visit.request, now=visit.now)
        try:
            responses.submit(
                request_id=visit.request.pk, now=visit.now, reviewed=request.POST.get(answering.REVIEWED, "")
            )
        except Incomplete as incomplete:
            missing = incomplete.question_ids
        except AnswersChanged:
            changed = True
            visit.request.refresh_from_db(fields=["draft"])
        else:
            return redirect("referee", token=visit.token)
    session = responses.answering_session(visit.check, visit.request, now=visit.now)
    quotable = [(sentence, sentence) for sentence in session.quotable]
    return answering.review_page(
        session,
        answer_pages(visit.token),
        missing=missing,
        changed=changed,
        render_page=partial(
            referee_page,
            request,
            "references/referee/review.html",
            visit,
            quotable=quotable if len(quotable) > 1 else [],
            quote=session.quote,
        ),
    )


def _keep_facts(request: HttpRequest, visit: RefereeVisit) -> None:
    sent, _asked = _sent_facts(request, visit)
    responses.keep_draft_of_closed(
        request_id=visit.request.pk, submitted=sent.submitted, seen=sent.seen, now=visit.now
    )


@require_http_methods(FORMS)
@access.for_referee(keep=_keep_facts)
def facts(request: HttpRequest, visit: RefereeVisit) -> HttpResponse:
    session = responses.answering_session(visit.check, visit.request, now=visit.now)
    if not session.facts:
        return redirect("referee", token=visit.token)
    form = answering.form_for(session, session.facts)
    if request.method == "POST":
        sent, asked = _sent_facts(request, visit)
        form = (
            answering.form_for(session.with_answers(sent.submitted, now=visit.now), asked)
            if visit.switched
            else sent.form
        )
        if form.is_valid():
            record_trace(request, visit.check, visit.request, now=visit.now)
            responses.confirm_facts(request_id=visit.request.pk, submitted=sent.submitted, now=visit.now)
            return redirect("referee", token=visit.token)
    return referee_page(request, "references/referee/facts.html", visit, form=form, form_id="answers")


def _sent_facts(request: HttpRequest, visit: RefereeVisit) -> tuple[answering.PostedPage, Sequence[Question]]:
    """The posted answers and their questions. The posted relationship can add questions."""
    session = responses.answering_session(visit.check, visit.request, now=visit.now)
    sent = answering.read(request, session, session.facts)
    asked = session.with_answers(sent.submitted, now=visit.now).facts
    return (sent if asked == session.facts else answering.read(request, session, asked)), asked
