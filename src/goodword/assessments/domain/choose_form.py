"""A candidate chooses the form without figures, or goes back to the one with them, before the part begins."""

from datetime import datetime

from django.db import transaction

from goodword.assessments.domain import guard
from goodword.assessments.domain.adjust.time import granted, seconds_with
from goodword.assessments.given import count_of
from goodword.assessments.models import AttemptPart
from goodword.assessments.open_forms import clock_minutes, open_form


class UnknownForm(Exception):
    """This form cannot be chosen: the part does not have it, or has begun."""


def choose_form(*, attempt_id: int, order: int, form: str, now: datetime) -> AttemptPart:
    """Take a part in another form that is open to everybody. Chosen twice it is the same.

    Nobody is asked or told. Raises UnknownForm and what guard.open_part raises; then nothing changes.
    """
    with transaction.atomic():
        part = guard.open_part(attempt_id, order, now=now)
        if form != part.form or part.begun_at is not None:
            if not form or form != open_form(part):
                raise UnknownForm(form)
            set_form(part, form)
        return part


def set_form(part: AttemptPart, form: str) -> None:
    """Give a part that has not begun this form, with as much time for each task, and its attempt locked.

    Raises UnknownForm.
    """
    if form != open_form(part):
        raise UnknownForm(form)
    part.form = form
    part.items = count_of(part)
    if part.seconds is not None:
        part.seconds = seconds_with(clock_minutes(part), percent=granted(part.attempt))
    part.save(update_fields=["form", "items", "seconds"])
