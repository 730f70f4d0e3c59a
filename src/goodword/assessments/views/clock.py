"""The clock of a timed part: its page says that it is there, and goes on after a break of the line."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect

from goodword.assessments.attempts import clock
from goodword.assessments.attempts.breaks import after_break, heartbeat, resume
from goodword.assessments.models import AttemptPart
from goodword.assessments.views.door import Sitting, door, is_script, kept_private, show, to_first_page


@door
def alive(request: HttpRequest, sitting: Sitting, order: int) -> HttpResponse:
    """A sign of life; the answer tells how much time is left, and whether the line counts as broken."""
    view = sitting.part(order)
    if request.method != "POST" or view.over or not clock.is_running(view.part):
        return to_first_page(request, sitting)
    there = heartbeat(view.part, now=sitting.now)
    return kept_private(
        JsonResponse(
            {
                "broken": not there,
                "left": clock.seconds_left(view.part, now=sitting.now),
                "at": view.part.at,
            }
        )
    )


@door
def again(request: HttpRequest, sitting: Sitting, order: int) -> HttpResponse:
    """After a lost connection, explain what happens and continue on a click. Otherwise redirect."""
    view = sitting.part(order)
    if view.over or not clock.is_running(view.part):
        return to_first_page(request, sitting)
    here = sitting.url("portal_assessment_item", order, view.part.at)
    if request.method == "POST":
        resume(attempt_id=sitting.attempt.pk, order=order, now=sitting.now)
        # if the answer on screen was saved before the break, the next item follows
        part = AttemptPart.objects.of(sitting.visit.organisation).get(pk=view.part.pk)
        here = (
            sitting.url("portal_assessment_item", order, part.at)
            if clock.is_running(part)
            else sitting.first_page
        )
        if is_script(request):
            return kept_private(JsonResponse({"go": here}))
        return kept_private(redirect(here))
    if not clock.is_broken(view.part, now=sitting.now):
        return kept_private(redirect(here))
    return show(
        request,
        sitting,
        "assessments/portal/again.html",
        part=view,
        after=after_break(view.part),
        left_over=clock.MAX_BREAKS - view.part.breaks - 1,
    )
