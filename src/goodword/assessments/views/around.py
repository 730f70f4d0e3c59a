"""The candidate's pages around the items: what comes, the practice, the last page, declining."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext

from goodword.assessments.domain.decline import decline
from goodword.assessments.domain.finish import Unanswered, finish, unanswered
from goodword.assessments.domain.mails import deadline_in_words
from goodword.assessments.forms import AnswerForm
from goodword.assessments.given import instrument_of, items_of
from goodword.assessments.library.timing import minutes
from goodword.assessments.queries import answers_of
from goodword.assessments.views.door import Sitting, door, kept_private, show, to_first_page
from goodword.candidates.queries import public_title
from goodword.core import clock


@door
def first_page(request: HttpRequest, sitting: Sitting) -> HttpResponse:
    """What comes, why, how long, who sees it, by when; and the way on from where the candidate was."""
    if request.method == "POST":
        return to_first_page(request, sitting)
    attempt, answers = sitting.attempt, answers_of(sitting.attempt)
    missing = unanswered(attempt, answers)
    return show(
        request,
        sitting,
        "assessments/portal/first.html",
        title=public_title(sitting.visit.application),
        instrument=instrument_of(attempt),
        requirement=attempt.start.step.requirement,
        total=len(items_of(attempt)),
        answered=len(answers),
        next_number=missing[0] if missing else None,
        minutes=minutes(instrument_of(attempt), attempt.form),
        deadline=deadline_in_words(attempt, organisation=sitting.visit.organisation),
        late=attempt.deadline_at < clock.now(),
    )


@door
def practice(request: HttpRequest, sitting: Sitting) -> HttpResponse:
    """One statement to try the answer scale on; nothing of it is kept."""
    form = AnswerForm(
        request.POST if request.method == "POST" else None,
        instrument=instrument_of(sitting.attempt),
        text=gettext("I like to start the day with a cup of tea."),
    )
    if form.is_valid():
        return kept_private(redirect(sitting.url("portal_assessment_item", 1)))
    return show(
        request,
        sitting,
        "assessments/portal/practice.html",
        status=422 if form.is_bound else 200,
        form=form,
        instrument=instrument_of(sitting.attempt),
    )


@door
def last_page(request: HttpRequest, sitting: Sitting) -> HttpResponse:
    """Names what is unanswered, with links, and takes *Finish*."""
    attempt, refused = sitting.attempt, False
    if request.method == "POST":
        try:
            finish(attempt_id=attempt.pk, now=clock.now())
        except Unanswered:
            refused = True
        else:
            return kept_private(redirect(sitting.first_page))
    items = items_of(attempt)
    missing = unanswered(attempt, answers_of(attempt))
    return show(
        request,
        sitting,
        "assessments/portal/last.html",
        status=422 if refused else 200,
        refused=refused,
        missing=[(number, items[number - 1].text) for number in missing],
        total=len(items),
        answered=len(items) - len(missing),
    )


@door
def decline_page(request: HttpRequest, sitting: Sitting) -> HttpResponse:
    """Asks once more, and then takes the no."""
    if request.method == "POST":
        decline(attempt_id=sitting.attempt.pk, now=clock.now())
        return kept_private(redirect(sitting.first_page))
    return show(request, sitting, "assessments/portal/decline.html")
