"""The named person's answer to an adjustment request, which only the candidate gets."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from goodword.assessments.domain import guard
from goodword.assessments.domain.adjust import clock, mails
from goodword.assessments.domain.adjust.time import give_time
from goodword.assessments.domain.choose_form import set_form
from goodword.assessments.models import Adjustment, Attempt, AttemptPart
from goodword.assessments.queries import application_of
from goodword.notifications.people import Person
from goodword.steps.domain.move import lock
from goodword.steps.states import takes_answers

#: percent that can be granted
MOST_PERCENT = 200


class Answered(Exception):
    """It is answered already, or was taken back."""


def answer(
    *,
    adjustment_id: int,
    percent: int,
    forms: Mapping[int, str],
    otherwise: bool,
    sentence: str,
    by: Person,
    now: datetime,
) -> Adjustment:
    """Grant `percent` more time, other `forms` (a part's place to its form) or something outside Goodword, or nothing.

    `otherwise`: another form is granted that the sentence tells of. `by`: whom the link was sent to. The deadline goes
    on, and the candidate is mailed. A part that has begun meanwhile stays as it is. Raises Answered, guard.Closed,
    ValueError for what no form lets through; then nothing changes.
    """
    if not 0 <= percent <= MOST_PERCENT:
        raise ValueError(f"{percent} percent")
    with transaction.atomic():
        row = Adjustment.objects.across_organisations().get(pk=adjustment_id)
        attempt = lock(Attempt, row.attempt_id)
        row = Adjustment.objects.of(attempt.organisation).select_for_update().get(pk=row.pk)
        if row.state != Adjustment.State.ASKED:
            raise Answered
        application = application_of(attempt)
        if not takes_answers(attempt, now=now) or application.is_going:
            raise guard.Closed
        _set_forms(attempt, forms)
        give_time(attempt, percent=percent)
        row.percent, row.other_form = percent, bool(forms) or otherwise
        granted = bool(percent) or row.other_form
        row.state = Adjustment.State.GRANTED if granted else Adjustment.State.REFUSED
        row.answer, row.answered_by, row.answered_at = sentence, by.name[:200], now
        row.save()
        clock.go_on(attempt, now=now)
        mails.to_candidate(row, application=application, by=by, now=now)
        return row


def _set_forms(attempt: Attempt, forms: Mapping[int, str]) -> None:
    parts = AttemptPart.objects.of(attempt.organisation).select_related("version__test", "part")
    for part in parts.filter(attempt=attempt, order__in=list(forms), begun_at=None):
        part.attempt = attempt
        if forms[part.order] != part.form:  # the candidate may have chosen it meanwhile
            set_form(part, forms[part.order])
