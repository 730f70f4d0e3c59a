"""Draws the candidate's pages around the items, for a candidate and for a preview alike."""

from collections.abc import Sequence
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext

from goodword.assessments.attempts.breaks import clock_state
from goodword.assessments.attempts.mails import deadline_in_words
from goodword.assessments.attempts.overview import PartView
from goodword.assessments.attempts.variants import is_other_form, open_form
from goodword.assessments.content import content_of
from goodword.assessments.device import device_of
from goodword.assessments.items import practice_of
from goodword.assessments.kinds.custom.content import FileQuestion, QuestionSet
from goodword.assessments.kinds.items import Item
from goodword.assessments.models import AttemptPart
from goodword.assessments.views.door import Sitting, kept_private, show
from goodword.candidates.queries import public_title


def show_first(request: HttpRequest, sitting: Sitting, *, waiting: bool, **more: Any) -> HttpResponse:
    """The first page, or the break between two parts. `waiting`: an adjustment request is unanswered."""
    attempt, seen = sitting.attempt, sitting.overview
    current = seen.current
    state = clock_state(current.part, now=sitting.now) if current else None
    return show(
        request,
        sitting,
        "assessments/portal/first.html",
        title=public_title(sitting.visit.application),
        overview=seen,
        current=current,
        onward=from_first(sitting, current) if current else None,
        practises=bool(current and practice_of(current.part)),
        deadline=deadline_in_words(attempt, organisation=sitting.visit.organisation),
        late=attempt.deadline_at < sitting.now and attempt.clock_stopped_at is None,
        clock=state,
        # no requests for a break while the clock runs
        may_adjust=state is None and not all(part.begun for part in seen.parts),
        waiting=waiting,
        **more,
    )


def from_first(sitting: Sitting, current: PartView) -> str:
    """From the first page: an only part without a clock needs no page of its own before its practice."""
    if current.begun:
        return sitting.way_on(current)
    if sitting.overview.only and not current.waits_for_start and practice_of(current.part):
        return sitting.url("portal_assessment_practice", current.order, 1)
    return sitting.url("portal_assessment_part", current.order)


def show_part(request: HttpRequest, sitting: Sitting, view: PartView, *, waiting: bool) -> HttpResponse:
    """What comes in a part, before it begins."""
    return show(
        request,
        sitting,
        "assessments/portal/part.html",
        overview=sitting.overview,
        part=view,
        practice=sitting.url("portal_assessment_practice", view.order, 1) if practice_of(view.part) else "",
        on_a_phone=device_of(request) == AttemptPart.Device.PHONE,
        onward=sitting.way_on(view),
        file_first=_file_first(view.part),
        open_form=open_form(view.part),
        form_url=sitting.url("portal_assessment_form", view.order),
        figureless=not view.begun and is_other_form(view.part),
        waiting=waiting,
    )


def _file_first(part: AttemptPart) -> FileQuestion | None:
    """The file that the first question asks for: the page says how that works, since it has no practice."""
    content = content_of(part.version)
    first = content.questions[0] if isinstance(content, QuestionSet) and content.questions else None
    return first if isinstance(first, FileQuestion) else None


def show_practice(request: HttpRequest, sitting: Sitting, view: PartView, number: int) -> HttpResponse:
    """Example `number`, from 1; an answer gets its solution where there is one, else it leads on. Nothing is kept."""
    order, items = view.order, practice_of(view.part)
    if not 1 <= number <= len(items):
        raise Http404
    item = items[number - 1]
    form = item.form(request.POST if request.method == "POST" else None)
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
        errors=form.problems if form.is_bound and not valid else [],
        part=view,
        number=number,
        total=len(items),
        solution=solution,
        onward=onward,
        after=sitting.way_on(view),
    )


def show_last(
    request: HttpRequest,
    sitting: Sitting,
    view: PartView,
    *,
    items: Sequence[Item],
    missing: Sequence[int],
    refused: bool = False,
) -> HttpResponse:
    """The end of a part: what is unanswered, by its number from 1, and *Finish*."""
    order = view.order
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
        on_screen=sitting.url("portal_assessment_item", order, view.next_number or 1),
        back=sitting.url("portal_assessment_item", order, len(items)),
    )
