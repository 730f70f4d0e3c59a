"""The candidate's pages around the items: what comes, the start of a part, the practice, the end, declining."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext

from goodword.assessments.adjustments.mails import next_reader
from goodword.assessments.adjustments.status import is_awaiting_answer
from goodword.assessments.attempts.begin import begin_part
from goodword.assessments.attempts.completion import Unanswered, decline, finish_part
from goodword.assessments.attempts.mails import send_link
from goodword.assessments.device import device_of
from goodword.assessments.items import unanswered, visible_items
from goodword.assessments.queries import application_of, read_answers
from goodword.assessments.views.door import Sitting, door, kept_private, show, to_first_page
from goodword.assessments.views.shown import from_first, show_first, show_last, show_part, show_practice


@door
def first_page(request: HttpRequest, sitting: Sitting) -> HttpResponse:
    """What comes, why, how long each part takes, who sees it, by when; and the way on from where the candidate was.

    Between two parts it is the page to pause on.
    """
    if request.method == "POST":
        return to_first_page(request, sitting)
    return show_first(request, sitting, waiting=is_awaiting_answer(sitting.attempt))


@door
def language_page(request: HttpRequest, sitting: Sitting) -> HttpResponse:
    """Return to the page where a language was chosen; access has stored it, if nothing had started."""
    back = request.POST.get("back", "")
    inside = back.startswith(sitting.first_page) and url_has_allowed_host_and_scheme(back, allowed_hosts=None)
    return kept_private(redirect(back)) if inside else to_first_page(request, sitting)


@door
def link_page(request: HttpRequest, sitting: Sitting) -> HttpResponse:
    """The link by mail once more, to go on with on a computer; back to where it was asked for."""
    if request.method != "POST":
        return to_first_page(request, sitting)
    if send_link(attempt_id=sitting.attempt.pk, now=sitting.now):
        messages.success(request, gettext("We've sent you an e-mail. Open its link on your computer."))
    else:
        messages.error(
            request, gettext("We can't send another e-mail today. The link in your invitation works too.")
        )
    current = sitting.overview.current
    return kept_private(redirect(from_first(sitting, current) if current else sitting.first_page))


@door
def part_page(request: HttpRequest, sitting: Sitting, order: int) -> HttpResponse:
    """What comes in a part, before it begins; *Start* draws its items and starts its clock."""
    view = sitting.part(order)
    if view.over or view != sitting.overview.current:
        return to_first_page(request, sitting)
    if request.method == "POST":
        begin_part(attempt_id=sitting.attempt.pk, order=order, device=device_of(request), now=sitting.now)
        return kept_private(redirect(sitting.url("portal_assessment_item", order, 1)))
    return show_part(
        request, sitting, view, waiting=view.timed and not view.begun and is_awaiting_answer(sitting.attempt)
    )


@door
def practice(request: HttpRequest, sitting: Sitting, order: int, number: int) -> HttpResponse:
    """Something to try the answers on, with the solution where there is one; nothing of it is kept."""
    view = sitting.part(order)
    if view.over:
        return to_first_page(request, sitting)
    return show_practice(request, sitting, view, number)


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
    if view.over or view != sitting.overview.current:
        return to_first_page(request, sitting)
    if view.waits_for_start:
        return kept_private(redirect(sitting.url("portal_assessment_part", order)))
    answers = read_answers(view.part)
    items = visible_items(view.part, answers)
    missing = [] if view.timed else unanswered(items, answers)
    return show_last(request, sitting, view, items=items, missing=missing, refused=refused)


@door
def decline_page(request: HttpRequest, sitting: Sitting) -> HttpResponse:
    """Asks once more, and then takes the no."""
    if request.method == "POST":
        decline(attempt_id=sitting.attempt.pk, now=sitting.now)
        return kept_private(redirect(sitting.first_page))
    contact = next_reader(sitting.attempt, application=application_of(sitting.attempt))
    return show(request, sitting, "assessments/portal/decline.html", contact=contact)
