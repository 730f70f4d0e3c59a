"""The candidate's pages around the items: what comes, the start of a part, the practice, the end, declining."""

import contextlib

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext

from goodword.assessments.device import device_of
from goodword.assessments.domain.adjust.may_ask import waits
from goodword.assessments.domain.begin_part import begin_part
from goodword.assessments.domain.choose_language import NotOffered, TooLate, choose_language, offered
from goodword.assessments.domain.decline import decline
from goodword.assessments.domain.finish import Unanswered, finish_part
from goodword.assessments.domain.mails import deadline_in_words
from goodword.assessments.domain.send_link import send_link
from goodword.assessments.forms import form_for
from goodword.assessments.given import shown_items, unanswered
from goodword.assessments.models import AttemptPart
from goodword.assessments.open_forms import open_form, without_figures
from goodword.assessments.overview import PartView
from goodword.assessments.practice import practice_of
from goodword.assessments.queries import read_answers
from goodword.assessments.views.door import Sitting, door, kept_private, show, to_first_page
from goodword.candidates.queries import public_title
from goodword.steps.languages import named


@door
def first_page(request: HttpRequest, sitting: Sitting) -> HttpResponse:
    """What comes, why, how long each part takes, who sees it, by when; and the way on from where the candidate was.

    Between two parts it is the page to pause on.
    """
    if request.method == "POST":
        return to_first_page(request, sitting)
    attempt, seen = sitting.attempt, sitting.overview
    current = seen.current
    return show(
        request,
        sitting,
        "assessments/portal/first.html",
        title=public_title(sitting.visit.application),
        overview=seen,
        current=current,
        onward=_from_first(sitting, current) if current else None,
        deadline=deadline_in_words(attempt, organisation=sitting.visit.organisation),
        languages=named(offered(attempt)) if seen.untouched else [],
        language=attempt.language,
        language_url=sitting.url("portal_assessment_language"),
        late=attempt.deadline_at < sitting.now and attempt.clock_stopped_at is None,
        may_adjust=not all(part.begun for part in seen.parts),
        waiting=waits(attempt),
    )


@door
def language_page(request: HttpRequest, sitting: Sitting) -> HttpResponse:
    """Another language, as long as nothing has begun; whatever else is sent changes nothing."""
    if request.method == "POST":
        with contextlib.suppress(NotOffered, TooLate):
            choose_language(
                attempt_id=sitting.attempt.pk, language=request.POST.get("language", ""), now=sitting.now
            )
    return to_first_page(request, sitting)


@door
def link_page(request: HttpRequest, sitting: Sitting) -> HttpResponse:
    """The link by mail once more, to go on with on a computer; back to where it was asked for."""
    if request.method != "POST":
        return to_first_page(request, sitting)
    if send_link(attempt_id=sitting.attempt.pk, now=sitting.now):
        messages.success(request, gettext("The mail is on its way. Open its link on the computer."))
    else:
        messages.error(
            request, gettext("No more mail can be sent today. The link in your invitation works too.")
        )
    current = sitting.overview.current
    return kept_private(redirect(_from_first(sitting, current) if current else sitting.first_page))


def _from_first(sitting: Sitting, current: PartView) -> str:
    """From the first page: an only part without a clock needs no page of its own before its practice."""
    if current.begun:
        return sitting.way_on(current)
    if sitting.overview.only and not current.waits_for_start and practice_of(current.part):
        return sitting.url("portal_assessment_practice", current.order, 1)
    return sitting.url("portal_assessment_part", current.order)


@door
def part_page(request: HttpRequest, sitting: Sitting, order: int) -> HttpResponse:
    """What comes in a part, before it begins; *Start* draws its items and starts its clock."""
    view = sitting.part(order)
    if view.over or view != sitting.overview.current:
        return to_first_page(request, sitting)
    if request.method == "POST":
        begin_part(attempt_id=sitting.attempt.pk, order=order, device=device_of(request), now=sitting.now)
        return kept_private(redirect(sitting.url("portal_assessment_item", order, 1)))
    return show(
        request,
        sitting,
        "assessments/portal/part.html",
        overview=sitting.overview,
        part=view,
        practice=sitting.url("portal_assessment_practice", order, 1) if practice_of(view.part) else "",
        on_a_phone=device_of(request) == AttemptPart.Device.PHONE,
        onward=sitting.way_on(view),
        open_form=open_form(view.part),
        figureless=not view.begun and without_figures(view.part),
        waiting=view.timed and not view.begun and waits(sitting.attempt),
    )


@door
def practice(request: HttpRequest, sitting: Sitting, order: int, number: int) -> HttpResponse:
    """Something to try the answers on, with the solution where there is one; nothing of it is kept."""
    view = sitting.part(order)
    if view.over:
        return to_first_page(request, sitting)
    items = practice_of(view.part)
    if not 1 <= number <= len(items):
        raise Http404
    item = items[number - 1]
    form = form_for(item, request.POST if request.method == "POST" else None)
    valid = form.is_bound and form.is_valid()
    solution = sitting.solution(item, form.value) if valid else None
    onward = (
        sitting.url("portal_assessment_practice", order, number + 1)
        if number < len(items)
        else sitting.way_on(view)
    )
    if valid and solution is None:
        return kept_private(redirect(onward))
    return show(
        request,
        sitting,
        "assessments/portal/practice.html",
        status=422 if form.is_bound and not valid else 200,
        form=form,
        errors=form.sentences if form.is_bound and not valid else [],
        part=view,
        number=number,
        total=len(items),
        solution=solution,
        onward=onward,
        after=sitting.way_on(view),
    )


@door
def last_page(request: HttpRequest, sitting: Sitting, order: int) -> HttpResponse:
    """Names what is unanswered, with links, and takes *Finish*; on a clock it asks whether to end before time."""
    view, refused = sitting.part(order), False
    if request.method == "POST":
        try:
            finish_part(attempt_id=sitting.attempt.pk, order=order, now=sitting.now)
        except Unanswered:
            refused = True
        else:
            return kept_private(redirect(sitting.first_page))
    if view.over:
        return to_first_page(request, sitting)
    if view.waits_for_start:
        return kept_private(redirect(sitting.url("portal_assessment_part", order)))
    answers = read_answers(view.part)
    items = shown_items(view.part, answers)
    missing = [] if view.timed else unanswered(items, answers)
    return show(
        request,
        sitting,
        "assessments/portal/last.html",
        status=422 if refused else 200,
        refused=refused,
        part=view,
        is_last=all(other.over or other.order == order for other in sitting.overview.parts),
        missing=[
            (
                number,
                items[number - 1].text or gettext("Task %(number)s") % {"number": number},
                sitting.url("portal_assessment_item", order, number),
            )
            for number in missing
        ],
        total=len(items),
        answered=len(items) - len(missing),
    )


@door
def decline_page(request: HttpRequest, sitting: Sitting) -> HttpResponse:
    """Asks once more, and then takes the no."""
    if request.method == "POST":
        decline(attempt_id=sitting.attempt.pk, now=sitting.now)
        return kept_private(redirect(sitting.first_page))
    return show(request, sitting, "assessments/portal/decline.html")
