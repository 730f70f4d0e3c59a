from collections.abc import Callable, Sequence
from functools import partial, wraps
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from goodword.questionnaires.questions import minutes
from goodword.references.domain import checks, self_reference
from goodword.references.domain.checks import deadline_in_words
from goodword.references.domain.responses import AnsweringSession, AnswersChanged, Incomplete
from goodword.references.flags.traces import record_trace
from goodword.references.models import SelfReference
from goodword.references.views import access, answering
from goodword.references.views.access import CandidateVisit
from goodword.references.views.answering import AnswerPages, PostedPage

FORMS: Final = ["GET", "HEAD", "POST"]


def answer_pages(token: str) -> AnswerPages:
    return AnswerPages(
        first=reverse("portal_self_reference", args=[token]),
        review=reverse("portal_self_reference_review", args=[token]),
        page=lambda number: reverse("portal_self_reference_page", args=[token, number]),
    )


def _self_reference_only(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    @wraps(view)
    def wrapped(request: HttpRequest, visit: CandidateVisit, **more: object) -> HttpResponse:
        own = self_reference.self_reference_of(visit.check)
        submitted = own is not None and own.submitted_at is not None
        if not self_reference.asks_self_reference(visit.check) or not (
            submitted or self_reference.takes_self_reference(visit.check, now=visit.now)
        ):
            return access.to_first_page(request, "portal_check", visit.token)
        if submitted and view is not _home:
            return access.to_first_page(request, "portal_self_reference", visit.token)
        try:
            return view(request, visit, own=own, **more)
        except checks.CheckClosed:  # submitted in another tab, or closed, since the page was opened
            return access.to_first_page(request, "portal_self_reference", visit.token)

    return wrapped


def _home(request: HttpRequest, visit: CandidateVisit, *, own: SelfReference | None) -> HttpResponse:
    if own is not None and own.submitted_at is not None:
        return access.candidate_page(request, "references/self_reference/thanks.html", visit)
    session = self_reference.self_reference_session(visit.check, own, now=visit.now)
    deadline = visit.check.deadline_at
    return access.candidate_page(
        request,
        "references/self_reference/notice.html",
        visit,
        minutes=minutes(session.questions),
        deadline=deadline_in_words(
            deadline, organisation=visit.context.organisation, language=visit.context.language
        ),
        is_late=visit.check.clock_stopped_at is None and deadline < visit.now,
        on_hold=visit.check.clock_stopped_at is not None,
        until_offer=checks.waits_for_offer(visit.check),
        go_on=answer_pages(visit.token).resume(session) if own else "",
        needed=visit.check.self_reference == "needed",
    )


home = require_safe(access.for_candidate(only_open=False)(_self_reference_only(_home)))


@require_POST
@access.for_candidate(only_open=False)
@_self_reference_only
def begin(_request: HttpRequest, visit: CandidateVisit, *, own: SelfReference | None) -> HttpResponse:
    own = self_reference.begin(check_id=visit.check.pk, now=visit.now)
    return redirect(
        answer_pages(visit.token).start(
            self_reference.self_reference_session(visit.check, own, now=visit.now)
        )
    )


def _keep(request: HttpRequest, visit: CandidateVisit, *, number: int) -> None:
    session = self_reference.self_reference_session(
        visit.check, self_reference.self_reference_of(visit.check), now=visit.now
    )
    sent = answering.read_page(request, session, number)
    self_reference.keep_draft_of_closed(
        check_id=visit.check.pk, submitted=sent.submitted, seen=sent.seen, now=visit.now
    )


@require_http_methods(FORMS)
@access.for_candidate(only_open=False, keep=_keep)
@_self_reference_only
def questions(
    request: HttpRequest, visit: CandidateVisit, *, own: SelfReference | None, number: int
) -> HttpResponse:
    def save(sent: PostedPage) -> tuple[AnsweringSession, Sequence[str]]:
        try:
            conflicting = self_reference.save_draft(
                check_id=visit.check.pk, submitted=sent.submitted, seen=sent.seen, now=visit.now
            )
        except checks.CheckClosed:
            self_reference.keep_draft_of_closed(
                check_id=visit.check.pk, submitted=sent.submitted, seen=sent.seen, now=visit.now
            )
            raise
        saved = self_reference.self_reference_of(visit.check)
        return self_reference.self_reference_session(visit.check, saved, now=visit.now), conflicting

    return answering.questions_page(
        request,
        self_reference.self_reference_session(visit.check, own, now=visit.now),
        number,
        answer_pages(visit.token),
        save=save,
        switched=visit.switched,
        render_page=partial(
            access.candidate_page, request, "references/self_reference/questions.html", visit
        ),
    )


@require_http_methods(FORMS)
@access.for_candidate(only_open=False)
@_self_reference_only
def review(request: HttpRequest, visit: CandidateVisit, *, own: SelfReference | None) -> HttpResponse:
    missing: tuple[str, ...] = ()
    changed = False
    if request.method == "POST" and not visit.switched:
        record_trace(request, visit.check, None, now=visit.now)
        try:
            self_reference.submit(
                check_id=visit.check.pk, now=visit.now, reviewed=request.POST.get(answering.REVIEWED, "")
            )
        except Incomplete as incomplete:
            missing = incomplete.question_ids
        except AnswersChanged:
            changed, own = True, self_reference.self_reference_of(visit.check)
        else:
            return redirect("portal_self_reference", token=visit.token)
    return answering.review_page(
        self_reference.self_reference_session(visit.check, own, now=visit.now),
        answer_pages(visit.token),
        missing=missing,
        changed=changed,
        render_page=partial(access.candidate_page, request, "references/self_reference/review.html", visit),
    )
