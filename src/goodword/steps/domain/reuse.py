"""The same person, another role: a result of the same step that is still young is offered, and nobody is asked again.

What stands in for what is a person's decision: the start waits, and a member reuses the result or invites.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from django.db.models import QuerySet

from goodword.candidates.models import Application
from goodword.core.models import Event
from goodword.roles.queries import is_confidential
from goodword.steps.domain.starts import tell, wait
from goodword.steps.models import StepRequest, StepRun
from goodword.steps.states import DONE

#: how long a result is offered: twelve months
YOUNG: Final = timedelta(days=365)


def offer_earlier[R: StepRun](
    model: type[R], step_request: StepRequest, *, application: Application, at: datetime
) -> bool:
    """Let the start wait for a decision if the candidate has a young result of this kind on another application.

    In the caller's transaction, with start and application `held`. False if there is none: begin.
    """
    earlier = _youngest(model, step_request, application=application, at=at)
    if earlier is None:
        return False
    step_request.earlier = earlier.step_request
    step_request.save(update_fields=["earlier"])
    wait(step_request, StepRequest.Waits.REUSE, application=application, at=at, by="goodword")
    return True


def take_earlier(step_request: StepRequest, *, application: Application, at: datetime, by: str) -> None:
    """The earlier result stands in: nobody is invited. In the caller's transaction, both `held`."""
    step_request.state, step_request.waits_for, step_request.started_at = StepRequest.State.REUSED, "", at
    step_request.save(update_fields=["state", "waits_for", "started_at"])
    tell(
        "step.reused",
        step_request,
        application=application,
        at=at,
        by=by,
        earlier_id=step_request.earlier_id or 0,
    )


def taken_over_at(step_requests: Iterable[StepRequest]) -> dict[int, datetime]:
    """By the start's id, when an earlier result was reused for it, even if a new run has followed."""
    having = [
        step_request
        for step_request in step_requests
        if step_request.earlier_id is not None and step_request.started_at is not None
    ]
    found = {
        step_request.pk: step_request.started_at
        for step_request in having
        if step_request.state == StepRequest.State.REUSED and step_request.started_at is not None
    }
    since = {
        step_request.pk: step_request.application_id
        for step_request in having
        if step_request.pk not in found
    }
    if since:
        events = Event.objects.filter(name="step.reused", application_id__in=set(since.values()))
        for event in events.order_by("pk"):
            if event.data.get("step_request_id") in since:
                found[event.data["step_request_id"]] = event.occurred_at
    return found


def is_discreet(earlier: StepRequest) -> bool:
    """Whether not everybody who sees the later application may know where the earlier result comes from."""
    application = earlier.application
    return application.candidate.private or (
        application.role is not None and is_confidential(application.role)
    )


def _youngest[R: StepRun](
    model: type[R], step_request: StepRequest, *, application: Application, at: datetime
) -> R | None:
    rows: QuerySet[R] = model._default_manager.all()  # type: ignore[assignment]  # of R
    done = rows.filter(
        organisation=application.organisation,
        step_request__application__candidate=application.candidate,
        step_request__step__kind=step_request.step.kind,
        progress__in=DONE,
        completed_at__gt=at - YOUNG,
        step_request__application__deleted_at=None,
        step_request__application__erased_at=None,
    )
    others = done.exclude(step_request__application=application).select_related("step_request")
    return others.order_by("-completed_at", "-pk").first()
