"""The candidate's self-reference: notice, questions, review, thanks."""

from collections.abc import Callable
from functools import wraps
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from goodword.questionnaires.timing import minutes
from goodword.references.domain import locking, self_reference
from goodword.references.domain.context import day_in_words
from goodword.references.domain.drafts import Incomplete
from goodword.references.flags.devices import note_trace
from goodword.references.models import SelfReference
from goodword.references.views import access, answering
from goodword.references.views.access import CandidateVisit
from goodword.references.views.answering import Road

FORMS: Final = ["GET", "HEAD", "POST"]


def road_of(token: str) -> Road:
    """Where the pages of the self-reference lie."""
    return Road(
        first=reverse("portal_own", args=[token]),
        review=reverse("portal_own_review", args=[token]),
        page=lambda number: reverse("portal_own_page", args=[token, number]),
    )


def _self_reference_only(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Lead to the check's first page where no self-reference is asked for, or none counts any more."""

    @wraps(view)
    def wrapped(request: HttpRequest, at: CandidateVisit, **more: object) -> HttpResponse:
        own = self_reference.self_reference_of(at.check)
        submitted = own is not None and own.submitted_at is not None
        if not self_reference.asks_self_reference(at.check) or not (
            submitted or self_reference.takes_self_reference(at.check, now=at.now)
        ):
            return access.to_first_page(request, "portal_check", at.token)
        if submitted and view is not _home:
            return access.to_first_page(request, "portal_own", at.token)
        try:
            return view(request, at, own=own, **more)
        except locking.Closed:  # submitted in another tab, or closed, since the page was opened
            return access.to_first_page(request, "portal_own", at.token)

    return wrapped


def _home(request: HttpRequest, at: CandidateVisit, *, own: SelfReference | None) -> HttpResponse:
    """What it is for, before the first question; afterwards thanks."""
    if own is not None and own.submitted_at is not None:
        return access.candidate_page(request, "references/own/thanks.html", at)
    walk = self_reference.self_answering_session(at.check, own, now=at.now)
    deadline = at.check.deadline_at
    return access.candidate_page(
        request,
        "references/own/notice.html",
        at,
        minutes=minutes(walk.questions),
        deadline=day_in_words(deadline, organisation=at.context.organisation, language=at.context.language),
        is_late=at.check.clock_stopped_at is None and deadline < at.now,
        on_hold=at.check.clock_stopped_at is not None,
        go_on=road_of(at.token).onward(walk) if own else "",
        needed=at.check.self_reference == "needed",
    )


home = require_safe(access.for_candidate(only_open=False)(_self_reference_only(_home)))


@require_POST
@access.for_candidate(only_open=False)
@_self_reference_only
def begin(_request: HttpRequest, at: CandidateVisit, *, own: SelfReference | None) -> HttpResponse:
    """Start to answer."""
    own = self_reference.begin(check_id=at.check.pk, now=at.now)
    return redirect(road_of(at.token).start(self_reference.self_answering_session(at.check, own, now=at.now)))


def _keep(request: HttpRequest, at: CandidateVisit, *, number: int) -> None:
    """The page has closed since it was opened; it may open again."""
    walk = self_reference.self_answering_session(
        at.check, self_reference.self_reference_of(at.check), now=at.now
    )
    sent = answering.sent_page(request, walk, number)
    self_reference.keep_draft_of_closed(check_id=at.check.pk, given=sent.given, seen=sent.seen, now=at.now)


@require_http_methods(FORMS)
@access.for_candidate(only_open=False, keep=_keep)
@_self_reference_only
def questions(
    request: HttpRequest, at: CandidateVisit, *, own: SelfReference | None, number: int
) -> HttpResponse:
    """One page of questions. All that is sent is kept, also when something is missing."""
    walk, road = self_reference.self_answering_session(at.check, own, now=at.now), road_of(at.token)
    if not walk.on_page(number, asked_only=False):
        return redirect(road.first)
    form = answering.shown(walk, number)
    if request.method == "POST":
        sent = answering.sent_page(request, walk, number)
        try:
            self_reference.save_draft(check_id=at.check.pk, given=sent.given, seen=sent.seen, now=at.now)
        except locking.Closed:
            self_reference.keep_draft_of_closed(
                check_id=at.check.pk, given=sent.given, seen=sent.seen, now=at.now
            )
            raise
        walk = self_reference.self_answering_session(
            at.check, self_reference.self_reference_of(at.check), now=at.now
        )
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
    return access.candidate_page(
        request, "references/own/questions.html", at, form=form, form_id="answers", **context
    )


@require_http_methods(FORMS)
@access.for_candidate(only_open=False)
@_self_reference_only
def review(request: HttpRequest, at: CandidateVisit, *, own: SelfReference | None) -> HttpResponse:
    """All answers once more, and *Submit*: it cannot be changed afterwards."""
    wanting: tuple[str, ...] = ()
    if request.method == "POST" and not at.switched:
        note_trace(request, at.check, None, now=at.now)
        try:
            self_reference.submit(check_id=at.check.pk, now=at.now)
        except Incomplete as incomplete:
            wanting = incomplete.question_ids
        else:
            return redirect("portal_own", token=at.token)
    walk, road = self_reference.self_answering_session(at.check, own, now=at.now), road_of(at.token)
    looked = answering.looked_over(walk, road, wanting=wanting)
    return access.candidate_page(
        request,
        "references/own/review.html",
        at,
        looked=looked,
        wanting=bool(wanting),
        back=road.end(walk),
    )
