"""All screens of an untimed part at once, so that its page can go on while the line is gone."""

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

from goodword.assessments.items import visible_items
from goodword.assessments.kinds.judgement.items import Situation
from goodword.assessments.kinds.scales.items import Statement
from goodword.assessments.queries import read_answers
from goodword.assessments.views.door import Sitting, door, kept_private, to_first_page
from goodword.assessments.views.item import screen


@door
def sheet(request: HttpRequest, sitting: Sitting, order: int) -> HttpResponse:
    """A screen for each statement or situation, with what is saved. Own questions hang together: each is asked for."""
    view = sitting.part(order)
    if request.method == "POST" or view.timed or view.waits_for_start or view != sitting.overview.current:
        return to_first_page(request, sitting)
    answers = read_answers(view.part)
    items = visible_items(view.part, answers)
    screens = [
        render_to_string(
            "assessments/portal/screen.html",
            {
                "token": sitting.visit.token,
                **screen(request, sitting, view, items, number, answers=answers),
            },
            request=request,
        )
        for number, item in enumerate(items, start=1)
        if isinstance(item, Statement | Situation)
    ]
    return kept_private(HttpResponse("".join(screens)))
