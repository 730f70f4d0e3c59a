"""Starts that wait for the delay of their step."""

from datetime import datetime

from django.db import transaction

from goodword.core.sweep import each
from goodword.steps.domain.automation import hindrance
from goodword.steps.domain.standing import held, stands, waits_for_click
from goodword.steps.domain.starts import go, keep_for_click, take_back, wait, wait_for_click
from goodword.steps.models import StepRequest

State = StepRequest.State


def start_delayed(*, now: datetime) -> int:
    """Start what waited for its delay and still stands in a stage that starts it; drop what has moved on."""
    due = StepRequest.objects.across_organisations().filter(state=State.WAITING, due_at__lte=now)
    first = due.order_by("due_at").values_list("pk", flat=True)[:200]
    return each(list(first), lambda pk: _start_delayed(pk, now=now))


def _start_delayed(pk: int, *, now: datetime) -> bool:
    with transaction.atomic():
        found = held(pk)
        if found is None:
            return False
        step_request, application = found
        if step_request.state != State.WAITING or step_request.due_at is None or step_request.due_at > now:
            return False
        if application.end:
            keep_for_click(step_request, application=application, at=now)
        elif not stands(application, step_request.step):
            take_back(step_request, application=application, at=now)  # the slip was undone in time
        elif waits_for_click(application, step_request.step):
            wait_for_click(step_request, application=application, at=now)
        elif reason := hindrance(application):
            wait(step_request, reason, application=application, at=now, by="goodword")
        else:
            go(step_request, application=application, at=now, by="goodword")
            return True
        return False
