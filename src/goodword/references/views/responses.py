"""The referee's questions page by page, the review before submitting, and confirming facts only."""

from collections.abc import Sequence
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from goodword.questionnaires.types import Question
from goodword.references.domain import responses
from goodword.references.domain.drafts import Incomplete
from goodword.references.flags.devices import note_trace
from goodword.references.views import access, answering
from goodword.references.views.access import RefereeVisit, referee_page
from goodword.references.views.answering import Road

FORMS: Final = ["GET", "HEAD", "POST"]


def road_of(token: str) -> Road:
    """Where the referee's pages lie."""
    return Road(
        first=reverse("referee", args=[token]),
        review=reverse("referee_review", args=[token]),
        page=lambda number: reverse("referee_page", args=[token, number]),
    )


@require_POST
@access.for_referee()
def begin(request: HttpRequest, at: RefereeVisit) -> HttpResponse:
    """Start to answer."""
    note_trace(request, at.check, at.request, now=at.now)
    responses.begin(request_id=at.request.pk, now=at.now)
    return redirect(road_of(at.token).start(responses.answering_session(at.check, at.request, now=at.now)))


def _keep(request: HttpRequest, at: RefereeVisit, *, number: int) -> None:
    """The page has closed since it was opened; it may open again."""
    sent = answering.sent_page(request, responses.answering_session(at.check, at.request, now=at.now), number)
    responses.keep_draft_of_closed(request_id=at.request.pk, given=sent.given, seen=sent.seen, now=at.now)


@require_http_methods(FORMS)
@access.for_referee(keep=_keep)
def questions(request: HttpRequest, at: RefereeVisit, *, number: int) -> HttpResponse:
    """One page of questions. All that is sent is kept, also when something is missing."""
    walk, road = responses.answering_session(at.check, at.request, now=at.now), road_of(at.token)
    if not walk.on_page(number, asked_only=False):
        return redirect(road.first)
    form = answering.shown(walk, number)
    if request.method == "POST":
        sent = answering.sent_page(request, walk, number)
        responses.save_draft(request_id=at.request.pk, given=sent.given, seen=sent.seen, now=at.now)
        at.request.refresh_from_db(fields=["draft"])
        walk = responses.answering_session(at.check, at.request, now=at.now)
        if at.switched:
            form = answering.shown(walk, number)
        elif response := answering.after_saving(request, walk, number, road):
            return response
        else:
            form = sent.form
    if number not in walk.numbers:
        later = walk.after(number)
        return redirect(road.page(later) if later else road.review)
    context = answering.page_context(request, walk, number)
    return referee_page(
        request, "references/referee/questions.html", at, form=form, form_id="answers", **context
    )


@require_http_methods(FORMS)
@access.for_referee()
def review(request: HttpRequest, at: RefereeVisit) -> HttpResponse:
    """All answers once more, and *Submit*: it cannot be changed afterwards."""
    wanting: tuple[str, ...] = ()
    if request.method == "POST" and not at.switched:
        note_trace(request, at.check, at.request, now=at.now)
        try:
            responses.submit(request_id=at.request.pk, now=at.now)
        except Incomplete as incomplete:
            wanting = incomplete.question_ids
        else:
            return redirect("referee", token=at.token)
    walk, road = responses.answering_session(at.check, at.request, now=at.now), road_of(at.token)
    looked = answering.looked_over(walk, road, wanting=wanting)
    back = road.end(walk)
    return referee_page(
        request, "references/referee/review.html", at, looked=looked, wanting=bool(wanting), back=back
    )


def _keep_facts(request: HttpRequest, at: RefereeVisit) -> None:
    sent, _asked = _sent_facts(request, at)
    responses.keep_draft_of_closed(request_id=at.request.pk, given=sent.given, seen=sent.seen, now=at.now)


@require_http_methods(FORMS)
@access.for_referee(keep=_keep_facts)
def facts(request: HttpRequest, at: RefereeVisit) -> HttpResponse:
    """Confirm dates and title only."""
    walk = responses.answering_session(at.check, at.request, now=at.now)
    if not walk.facts:
        return redirect("referee", token=at.token)
    form = answering.open_form(walk, walk.facts)
    if request.method == "POST":
        sent, asked = _sent_facts(request, at)
        form = (
            answering.open_form(walk.with_given(sent.given, now=at.now), asked) if at.switched else sent.form
        )
        if form.is_valid():
            note_trace(request, at.check, at.request, now=at.now)
            responses.confirm_facts(request_id=at.request.pk, given=sent.given, now=at.now)
            return redirect("referee", token=at.token)
    return referee_page(request, "references/referee/facts.html", at, form=form, form_id="answers")


def _sent_facts(request: HttpRequest, at: RefereeVisit) -> tuple[answering.Sent, Sequence[Question]]:
    """What was sent, and the questions. The relationship that was entered can add questions to those on the page."""
    walk = responses.answering_session(at.check, at.request, now=at.now)
    sent = answering.read(request, walk, walk.facts)
    asked = walk.with_given(sent.given, now=at.now).facts
    return (sent if asked == walk.facts else answering.read(request, walk, asked)), asked
