"""From what happened to an application to a step: started once, waiting with its reason, or not at all."""

from datetime import datetime, timedelta

from django.db import transaction

from goodword.candidates.models import Application
from goodword.core.events import record
from goodword.core.models import Event
from goodword.roles.models import Step
from goodword.roles.queries import rules_of_stage
from goodword.steps.models import StepStart

Waits = StepStart.Waits


def on_entered_stage(event: Event) -> None:
    """Ask for each step that the stage starts. A second arrival is noted and starts nothing."""
    application = _application(event)
    if application.connection_id is None:
        return
    for rule in rules_of_stage(
        connection_id=application.connection_id,
        job_id=event.data.get("job_id"),
        stage_id=event.data.get("stage_id"),
    ):
        request(application=application, step=rule.step, at=event.occurred_at, by=event.actor)


def on_candidate_changed(event: Event) -> None:
    """Start, once, what waited for an address or for leave to e-mail, when the reason has gone."""
    application = _application(event)
    for start in (
        StepStart.objects.of(application.organisation)
        .select_for_update(of=("self",))
        .filter(application=application, state=StepStart.State.WAITING, due_at=None)
    ):
        if not hindrance(application):
            _go(start, application=application, at=event.occurred_at, by=event.actor)


def request(*, application: Application, step: Step, at: datetime, by: str) -> StepStart:
    """Ask for a step on an application, in the caller's transaction: once per application and step.

    Rejected and hired applications get none. Where something is in the way the start waits with its reason;
    with a delay it waits until then.
    """
    start, fresh = StepStart.objects.get_or_create(
        application=application,
        step=step,
        defaults={"organisation": application.organisation, "requested_at": at},
    )
    if not fresh:
        _record("step.asked_again", start, application=application, at=at, by=by)
        return start
    if reason := hindrance(application):
        start.waits_for = reason
        start.save(update_fields=["waits_for"])
        _record("step.needs_attention", start, application=application, at=at, by=by, reason=reason)
    elif step.delay_minutes:
        start.waits_for, start.due_at = Waits.DELAY, at + timedelta(minutes=step.delay_minutes)
        start.save(update_fields=["waits_for", "due_at"])
        _record("step.delayed", start, application=application, at=at, by=by)
    else:
        _go(start, application=application, at=at, by=by)
    return start


def hindrance(application: Application) -> str:
    """Why nothing may be mailed for this application, as a code of StepStart.Waits; empty if nothing is in the way."""
    if application.prospect:
        return Waits.PROSPECT
    if not application.candidate.email:
        return Waits.NO_ADDRESS
    if not application.candidate.can_email:
        return Waits.MAY_NOT_EMAIL
    return Waits.NOTHING


def start_delayed(*, now: datetime) -> int:
    """Start what waited for its delay and still stands in a stage that starts it; drop what has moved on."""
    started = 0
    due = StepStart.objects.across_organisations().filter(state=StepStart.State.WAITING, due_at__lte=now)
    for pk in due.values_list("pk", flat=True)[:200]:
        with transaction.atomic():
            start = (
                StepStart.objects.across_organisations()
                .select_for_update(of=("self",), skip_locked=True)
                .select_related("application__candidate", "step", "organisation")
                .filter(pk=pk, state=StepStart.State.WAITING, due_at__lte=now)
                .first()
            )
            if start is None:
                continue
            if _still_stands(start):
                _go(start, application=start.application, at=now, by="goodword")
                started += 1
            else:  # the slip was undone in time; a later arrival asks anew
                _record("step.not_started", start, application=start.application, at=now, by="goodword")
                start.delete()
    return started


def _still_stands(start: StepStart) -> bool:
    application = start.application
    if application.status != Application.Status.ACTIVE or application.connection_id is None:
        return False
    rules = rules_of_stage(
        connection_id=application.connection_id, job_id=application.job_id, stage_id=application.stage_id
    )
    return any(rule.step_id == start.step_id for rule in rules)


def _go(start: StepStart, *, application: Application, at: datetime, by: str) -> None:
    start.state, start.waits_for, start.due_at, start.started_at = StepStart.State.STARTED, "", None, at
    start.save(update_fields=["state", "waits_for", "due_at", "started_at"])
    _record("step.requested", start, application=application, at=at, by=by)


def _record(
    name: str, start: StepStart, *, application: Application, at: datetime, by: str, reason: str = ""
) -> None:
    data = {"start_id": start.pk, "kind": start.step.kind} | ({"reason": reason} if reason else {})
    record(
        name,
        organisation_id=application.organisation_id,
        application_id=application.pk,
        actor=by,
        at=at,
        data=data,
    )


def _application(event: Event) -> Application:
    application_id = event.application_id
    assert application_id is not None  # these events are about applications
    return (
        Application.objects.across_organisations()
        .select_related("candidate", "organisation", "role")
        .get(pk=application_id)
    )
