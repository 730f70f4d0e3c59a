from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q, QuerySet

from goodword.candidates.models import Application
from goodword.core.database import insert_once
from goodword.core.jobs import for_each
from goodword.core.models import Event
from goodword.roles.models import Step, rules_of
from goodword.workflow.domain.eligibility import (
    BLOCKING_REASONS,
    blocking_reason,
    in_step_stage,
    is_unpublished,
    lock_step_request,
    may_start,
    needs_click,
)
from goodword.workflow.domain.step_requests import (
    keep_for_click,
    lock_application_of,
    record_event,
    start_step,
    wait_for,
    wait_for_click,
    wait_for_publication,
    waiting_requests,
    withdraw,
)
from goodword.workflow.models import StepRequest

WaitingReason = StepRequest.WaitingReason
#: reasons that a later arrival in a stage resolves
STARTABLE_LATER = (*BLOCKING_REASONS, WaitingReason.CLICK, WaitingReason.UNPUBLISHED)
State = StepRequest.State


def on_entered_stage(event: Event) -> None:
    """Request each step that the stage starts; a second arrival is only recorded. Does nothing if the candidate has
    since been rejected, hired or moved on."""
    assert event.application_id is not None
    applications = Application.objects.across_organisations().filter(pk=event.application_id)
    connection_id = applications.values_list("connection_id", flat=True).get()
    if connection_id is None:
        return
    job_id, stage_id = event.data.get("job_id"), event.data.get("stage_id")
    rules = rules_of(connection_id=connection_id, job_id=job_id, stage_id=stage_id)
    if not rules:
        return
    application = lock_application_of(event)
    same_job = job_id == application.job_id
    for rule in rules:
        if may_start(application, rule.step) and (same_job or in_step_stage(application, rule.step)):
            request_step(application=application, step=rule.step, at=event.occurred_at, by=event.actor)


def on_candidate_changed(event: Event) -> None:
    """Start steps that waited for an address, a valid name or permission to e-mail."""
    application = lock_application_of(event)
    for step_request in waiting_requests(application).filter(waiting_reason__in=BLOCKING_REASONS):
        if not may_start(application, step_request.step):
            continue
        if reason := blocking_reason(application):
            step_request.waiting_reason = reason
            step_request.save(update_fields=["waiting_reason"])
        elif needs_click(application, step_request.step):
            wait_for_click(step_request, application=application, at=event.occurred_at)
        elif is_unpublished(step_request.step):
            wait_for_publication(step_request, application=application, at=event.occurred_at, by=event.actor)
        else:
            start_step(step_request, application=application, at=event.occurred_at, by=event.actor)


def request_step(*, application: Application, step: Step, at: datetime, by: str) -> StepRequest:
    """Request a step once per application, which is locked and active. An obstacle becomes the reason to wait. The
    step's delay leaves time to undo a mistaken stage move."""
    step_request = StepRequest(
        organisation=application.organisation, application=application, step=step, requested_at=at
    )
    fresh = insert_once(step_request)
    if not fresh:
        step_request = StepRequest.objects.of(application.organisation).get(
            application=application, step=step
        )
    if not fresh and step_request.waiting_reason not in STARTABLE_LATER:
        record_event("step.requested_again", step_request, application=application, at=at, by=by)
    elif needs_click(application, step):
        wait_for_click(step_request, application=application, at=at)
    elif reason := blocking_reason(application):
        if step_request.waiting_reason == reason:
            record_event("step.requested_again", step_request, application=application, at=at, by=by)
        else:
            wait_for(step_request, reason, application=application, at=at, by=by)
    elif is_unpublished(step):
        if step_request.waiting_reason != WaitingReason.UNPUBLISHED:
            wait_for_publication(step_request, application=application, at=at, by=by)
    elif step.delay_minutes:
        step_request.waiting_reason, step_request.due_at = (
            WaitingReason.DELAY,
            at + timedelta(minutes=step.delay_minutes),
        )
        step_request.save(update_fields=["waiting_reason", "due_at"])
        record_event("step.delayed", step_request, application=application, at=at, by=by)
    else:
        start_step(step_request, application=application, at=at, by=by)
    return step_request


def request_first(*, application: Application, step: Step, at: datetime, by: str) -> StepRequest:
    """Request a step without its delay, for an application added to an active role in this transaction."""
    step_request = StepRequest.objects.of(application.organisation).create(
        organisation=application.organisation, application=application, step=step, requested_at=at
    )
    if reason := blocking_reason(application):
        wait_for(step_request, reason, application=application, at=at, by=by)
    elif is_unpublished(step):
        wait_for_publication(step_request, application=application, at=at, by=by)
    else:
        start_step(step_request, application=application, at=at, by=by)
    return step_request


def recheck_eligibility(
    step_request: StepRequest, application: Application, *, at: datetime, manual: bool = False
) -> bool:
    """Whether the request can start. Otherwise it waits if the application has ended, or is withdrawn if the stage was
    left."""
    if (
        step_request.state != StepRequest.State.STARTED
    ):  # waits for a member since, or an earlier result was reused
        return False
    if application.end:
        keep_for_click(step_request, application=application, at=at)
        return False
    if not manual and not may_start(application, step_request.step):
        withdraw(step_request, application=application, at=at)
        return False
    if not manual and needs_click(application, step_request.step):
        wait_for_click(step_request, application=application, at=at)
        return False
    if reason := blocking_reason(application):
        wait_for(step_request, reason, application=application, at=at, by="goodword")
        return False
    return True


def delayed_due(*, now: datetime) -> QuerySet[StepRequest]:
    """Requests whose delay is over or whose assessment may now be published."""
    published = Q(waiting_reason=WaitingReason.UNPUBLISHED) & ~Q(step__requirement="")
    waiting = StepRequest.objects.across_organisations().filter(state=State.WAITING)
    return waiting.filter(Q(due_at__lte=now) | published)


def start_delayed(*, now: datetime) -> int:
    """Returns how many started. Those whose candidate moved on are withdrawn."""
    first = delayed_due(now=now).order_by("due_at").values_list("pk", flat=True)[:200]
    return for_each(list(first), lambda pk: _start_delayed(pk, now=now))


def _is_due(step_request: StepRequest, *, now: datetime) -> bool:
    if step_request.state != State.WAITING:
        return False
    if step_request.waiting_reason == WaitingReason.UNPUBLISHED:
        return not is_unpublished(step_request.step)
    return step_request.due_at is not None and step_request.due_at <= now


def _start_delayed(pk: int, *, now: datetime) -> bool:
    with transaction.atomic():
        found = lock_step_request(pk)
        if found is None:
            return False
        step_request, application = found
        if not _is_due(step_request, now=now):
            return False
        if application.end:
            keep_for_click(step_request, application=application, at=now)
        elif application.in_greenhouse and not in_step_stage(application, step_request.step):
            withdraw(step_request, application=application, at=now)  # moved on in time
        elif needs_click(application, step_request.step):
            wait_for_click(step_request, application=application, at=now)
        elif reason := blocking_reason(application):
            wait_for(step_request, reason, application=application, at=now, by="goodword")
        else:
            start_step(step_request, application=application, at=now, by="goodword")
            return True
        return False
