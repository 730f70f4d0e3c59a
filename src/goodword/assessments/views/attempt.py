"""The candidate's pages around the items. Previews use the `show_...` functions."""

import contextlib
from collections.abc import Sequence
from typing import Any, Final

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone, translation
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from goodword.assessments.adjustments.mails import next_reader
from goodword.assessments.adjustments.status import is_awaiting_answer
from goodword.assessments.attempts.completion import Unanswered, clock_state, decline, finish_part
from goodword.assessments.attempts.mails import deadline_in_words, send_link
from goodword.assessments.attempts.overview import PartView
from goodword.assessments.attempts.parts import (
    OPEN_TEXT,
    PLANNED,
    UnknownForm,
    begin_part,
    choose_form,
    is_other_form,
    open_form,
)
from goodword.assessments.kinds.items import Item
from goodword.assessments.models import AttemptPart
from goodword.assessments.queries import (
    application_of,
    content_of,
    gets_result,
    items_of,
    latest_attempt,
    practice_of,
    read_answers,
    unanswered,
    visible_items,
)
from goodword.assessments.results import result
from goodword.assessments.views.access import (
    AttemptSession,
    candidate_page,
    device_of,
    render_page,
    to_overview,
)
from goodword.candidates.models import public_title
from goodword.core import clock
from goodword.core.responses import private
from goodword.notifications.domain.links import is_alive
from goodword.workflow.portal import closed_page, unknown_page, visit_of
from goodword.workflow.retention_wording import may_be_rated_later

GO, PRACTISE, START, FORM = "go", "practise", "start", "form"
#: query parameter of a part's page after its practice
PRACTISED: Final = "practised"


@candidate_page
def overview_page(request: HttpRequest, session: AttemptSession) -> HttpResponse:
    if request.method == "POST":
        return to_overview(request, session)
    return show_overview(request, session, waiting=is_awaiting_answer(session.attempt))


@candidate_page
def language_page(request: HttpRequest, session: AttemptSession) -> HttpResponse:
    back = request.POST.get("back", "")
    inside = back.startswith(session.overview_url) and url_has_allowed_host_and_scheme(
        back, allowed_hosts=None
    )
    return private(redirect(back)) if inside else to_overview(request, session)


@candidate_page
def link_page(request: HttpRequest, session: AttemptSession) -> HttpResponse:
    if request.method != "POST":
        return to_overview(request, session)
    if send_link(attempt_id=session.attempt.pk, now=session.now):
        messages.success(request, gettext("We've sent you an e-mail. Open its link on your computer."))
    else:
        messages.error(
            request,
            gettext("We can't send another e-mail at the moment. The link in your invitation works too."),
        )
    current = session.overview.current
    return private(redirect(overview_target(session, current) if current else session.overview_url))


@candidate_page
def part_page(request: HttpRequest, session: AttemptSession, order: int) -> HttpResponse:
    view = session.part(order)
    if view.over or view != session.overview.current:
        return to_overview(request, session)
    if request.method == "POST":
        begin_part(attempt_id=session.attempt.pk, order=order, device=device_of(request), now=session.now)
        return private(redirect(session.url("portal_assessment_item", order, 1)))
    return show_part(request, session, view, waiting=is_awaiting_answer(session.attempt))


@candidate_page
def form_of_part(request: HttpRequest, session: AttemptSession, order: int) -> HttpResponse:
    view = session.part(order)
    if request.method != "POST" or view.over:
        return to_overview(request, session)
    try:
        choose_form(
            attempt_id=session.attempt.pk, order=order, form=request.POST.get("form", ""), now=session.now
        )
    except UnknownForm:
        return to_overview(request, session)
    return private(redirect(session.url("portal_assessment_part", order)))


@candidate_page
def practice(request: HttpRequest, session: AttemptSession, order: int, number: int) -> HttpResponse:
    view = session.part(order)
    if view.over:
        return to_overview(request, session)
    return show_practice(request, session, view, number, waiting=is_awaiting_answer(session.attempt))


@candidate_page
def finish_page(request: HttpRequest, session: AttemptSession, order: int) -> HttpResponse:
    view, refused = session.part(order), False
    if request.method == "POST":
        try:
            finish_part(attempt_id=session.attempt.pk, order=order, now=session.now)
        except Unanswered:
            refused = True
        else:
            return _leave(request, session, order)
    if view.over or view != session.overview.current:
        return to_overview(request, session)
    if view.waits_for_start:
        return private(redirect(session.url("portal_assessment_part", order)))
    answers = read_answers(view.part)
    items = visible_items(view.part, answers)
    missing = [] if view.timed else unanswered(items, answers)
    return show_finish(
        request,
        session,
        view,
        items=items,
        missing=missing,
        refused=refused,
        waiting=is_awaiting_answer(session.attempt),
    )


def _leave(request: HttpRequest, session: AttemptSession, order: int) -> HttpResponse:
    following, go = session.following(order), request.POST.get(GO, "")
    # an old page must not start the clock of a part that it didn't name
    meant = following is not None and request.POST.get("next") == str(following.order)
    if following is None or not meant or go not in {PRACTISE, START, FORM}:
        return private(redirect(session.after_part(order)))
    attempt_id, later = session.attempt.pk, following.order
    if go == FORM:
        with contextlib.suppress(UnknownForm):
            choose_form(
                attempt_id=attempt_id, order=later, form=request.POST.get("form", ""), now=session.now
            )
        return private(redirect(session.after_part(order)))
    if go == PRACTISE and practice_of(following.part):
        return private(redirect(session.url("portal_assessment_practice", later, 1)))
    if following.waits_for_start:
        begin_part(attempt_id=attempt_id, order=later, device=device_of(request), now=session.now)
        return private(redirect(session.url("portal_assessment_item", later, 1)))
    return private(redirect(first_url(session, following)))


@candidate_page
def decline_page(request: HttpRequest, session: AttemptSession) -> HttpResponse:
    if request.method == "POST":
        decline(attempt_id=session.attempt.pk, now=session.now)
        return private(redirect(session.overview_url))
    contact = next_reader(session.attempt, application=application_of(session.attempt))
    return render_page(request, session, "assessments/portal/decline.html", contact=contact)


def show_overview(
    request: HttpRequest, session: AttemptSession, *, waiting: bool, **more: Any
) -> HttpResponse:
    """`waiting`: an adjustment request is unanswered."""
    attempt, seen = session.attempt, session.overview
    current = seen.current
    state = clock_state(current.part, now=session.now) if current else None
    return render_page(
        request,
        session,
        "assessments/portal/overview.html",
        title=public_title(session.visit.application),
        overview=seen,
        current=current,
        onward=overview_target(session, current) if current else None,
        practises=bool(current and practice_of(current.part)),
        deadline=deadline_in_words(attempt, organisation=session.visit.organisation),
        late=attempt.deadline_at < session.now and attempt.clock_stopped_at is None,
        clock=state,
        # nothing can be requested while the clock runs
        may_adjust=state is None and not all(part.begun for part in seen.parts),
        waiting=waiting,
        rated_later=may_be_rated_later(session.visit.application, begun_at=attempt.begun_at),
        **more,
    )


def overview_target(session: AttemptSession, current: PartView) -> str:
    if current.begun:
        return session.next_url(current)
    if session.before(current.order) or current.waits_for_start or open_form(current.part):
        return session.url("portal_assessment_part", current.order)
    return first_url(session, current)


def first_url(session: AttemptSession, view: PartView) -> str:
    """The first screen of a part without a start button: practice, or its first item."""
    if practice_of(view.part):
        return session.url("portal_assessment_practice", view.order, 1)
    return session.next_url(view)


def show_part(
    request: HttpRequest, session: AttemptSession, view: PartView, *, waiting: bool
) -> HttpResponse:
    return render_page(
        request,
        session,
        "assessments/portal/part.html",
        **_start_context(request, session, view, waiting=waiting),
        before=session.before(view.order),
        onward=session.next_url(view) if view.begun else first_url(session, view),
        form_url=session.url("portal_assessment_form", view.order),
    )


def _start_context(
    request: HttpRequest, session: AttemptSession, view: PartView, *, waiting: bool
) -> dict[str, Any]:
    other = open_form(view.part)
    switches = other in {OPEN_TEXT, PLANNED}
    return {
        "overview": session.overview,
        "part": view,
        "practice": session.url("portal_assessment_practice", view.order, 1)
        if practice_of(view.part)
        else "",
        "practised": PRACTISED in request.GET,
        "on_a_phone": device_of(request) == AttemptPart.Device.PHONE,
        "file_first": _file_first(view),
        "open_form": "" if switches else other,
        "wording": other if switches else "",
        "figureless": not view.begun and is_other_form(view.part),
        "waiting": waiting and view.timed and not view.begun,
    }


def _file_first(view: PartView) -> int:
    """The maximum size of the file that the first item asks for, else 0. It has no practice item, so the page explains
    it."""
    items = items_of(view.part) if view.kind.takes_files else ()
    return items[0].megabytes if items else 0


def show_practice(
    request: HttpRequest, session: AttemptSession, view: PartView, number: int, *, waiting: bool
) -> HttpResponse:
    """Practice item `number`, from 1. Answers show the solution, if any, or continue. Nothing is saved."""
    order, items = view.order, practice_of(view.part)
    if not 1 <= number <= len(items):
        raise Http404
    item = items[number - 1]
    form = item.form(request.POST if request.method == "POST" else None)
    valid = form.is_bound and form.is_valid()
    solution = session.solution(item, form.value) if valid else None
    after = session.next_url(view)
    if view.waits_for_start:
        after += f"{'&' if '?' in after else '?'}{PRACTISED}=yes"  # a preview has its own query
    is_last = number == len(items)
    onward = after if is_last else session.url("portal_assessment_practice", order, number + 1)
    if valid and solution is None:
        return private(redirect(onward))
    return render_page(
        request,
        session,
        "assessments/portal/practice.html",
        status=422 if form.is_bound and not valid else 200,
        form=form,
        errors=form.problems if form.is_bound and not valid else [],
        part=view,
        number=number,
        total=len(items),
        taps=view.kind.has_solutions or view.kind.moves_on_by_tap(content_of(view.part.version), timed=False),
        overview=session.overview,
        solution=solution,
        onward=onward,
        after=after,
        starts=session.url("portal_assessment_part", order)
        if is_last and view.waits_for_start and not (view.timed and waiting)
        else "",
    )


def show_finish(
    request: HttpRequest,
    session: AttemptSession,
    view: PartView,
    *,
    items: Sequence[Item],
    missing: Sequence[int],
    refused: bool = False,
    waiting: bool = False,
) -> HttpResponse:
    order = view.order
    back = session.url("portal_assessment_item", order, len(items))
    following = session.following(order)
    if following is not None and not view.timed and not missing:
        here = session.url("portal_assessment_finish", order)
        return render_page(
            request,
            session,
            "assessments/portal/part.html",
            **_start_context(request, session, following, waiting=waiting),
            before=view,
            # the previous part ends when the button is pressed, so its answers can be changed until then
            change=back,
            form_url=here,
        )
    return render_page(
        request,
        session,
        "assessments/portal/finish.html",
        status=422 if refused else 200,
        refused=refused,
        part=view,
        is_last=following is None,
        missing=[
            (
                number,
                items[number - 1].text or gettext("Task %(number)s") % {"number": number},
                session.url("portal_assessment_item", order, number),
            )
            for number in missing
        ],
        total=len(items),
        answered=len(items) - len(missing),
        on_screen=session.url("portal_assessment_item", order, view.next_number or 1),
        back=back,
    )


@require_safe
def candidate_result(request: HttpRequest, token: str) -> HttpResponse:
    visit = visit_of(token)
    if visit is None:
        return unknown_page(request)
    now = clock.now()
    attempt = latest_attempt(visit.application)
    if (
        attempt is not None
        and gets_result(attempt)
        and not visit.application.is_being_erased
        and is_alive(visit.link, now=now)
    ):
        with translation.override(attempt.language), timezone.override(visit.organisation.zone):
            found = result(attempt)
            if found is not None:
                return render_page(
                    request,
                    AttemptSession(visit=visit, attempt=attempt, now=now),
                    "assessments/portal/result.html",
                    title=public_title(visit.application),
                    parts=found.for_candidate(),
                )
    return closed_page(request, organisation=visit.organisation, recruiter=visit.recruiter)
