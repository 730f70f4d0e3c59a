"""From what happened to an application to a step: started once, waiting with its reason, or not at all."""

from datetime import datetime, timedelta

from goodword.candidates.models import Application
from goodword.core.models import Event
from goodword.roles.models import Step
from goodword.roles.queries import rules_of_stage
from goodword.steps.domain.standing import stands, waits_for_click
from goodword.steps.domain.starts import (
    go,
    held_of,
    keep_for_click,
    may_start,
    take_back,
    tell,
    wait,
    wait_for_click,
    waiting_of,
)
from goodword.steps.models import StepRequest

Waits = StepRequest.Waits

#: what may stand in the way of a mail; it goes by what Greenhouse says later
HINDRANCES = (Waits.PROSPECT, Waits.NO_ADDRESS, Waits.MAY_NOT_EMAIL, Waits.LINK_IN_NAME)
#: what a later arrival in a stage of the step begins after all
NOT_YET = (*HINDRANCES, Waits.CLICK)


def on_entered_stage(event: Event) -> None:
    """Ask for each step that the stage starts. A second arrival is noted and starts nothing.

    Who was rejected or hired meanwhile, or has moved on from a step that would pause, is left alone; so is who
    has moved on to another job, unless they stand in a stage of the step there.
    """
    assert event.application_id is not None  # this event is about an application
    applications = Application.objects.across_organisations().filter(pk=event.application_id)
    connection_id = applications.values_list("connection_id", flat=True).get()
    if connection_id is None:
        return
    job_id, stage_id = event.data.get("job_id"), event.data.get("stage_id")
    rules = list(rules_of_stage(connection_id=connection_id, job_id=job_id, stage_id=stage_id))
    if not rules:
        return
    application = held_of(event)
    same_job = job_id == application.job_id
    for rule in rules:
        if may_start(application, rule.step) and (same_job or stands(application, rule.step)):
            request(application=application, step=rule.step, at=event.occurred_at, by=event.actor)


def on_candidate_changed(event: Event) -> None:
    """Start steps that waited for an address, a valid name or permission to e-mail, once that is resolved."""
    application = held_of(event)
    for step_request in waiting_of(application).filter(waits_for__in=HINDRANCES):
        if not may_start(application, step_request.step):
            continue
        if reason := hindrance(application):
            step_request.waits_for = reason  # perhaps another one than before
            step_request.save(update_fields=["waits_for"])
        elif waits_for_click(application, step_request.step):
            wait_for_click(step_request, application=application, at=event.occurred_at)
        else:
            go(step_request, application=application, at=event.occurred_at, by=event.actor)


def request(*, application: Application, step: Step, at: datetime, by: str) -> StepRequest:
    """Ask for a step on a `held` application, in the caller's transaction: once per application and step.

    Where something is in the way the start waits with its reason, and goes on at a later request if that has
    gone; with a delay it waits until then; after a rejection or a hire was taken back it waits for a click.
    Whether the application is still active is for the caller to see.
    """
    step_request, fresh = StepRequest.objects.of(application.organisation).get_or_create(
        application=application,
        step=step,
        defaults={"organisation": application.organisation, "requested_at": at},
    )
    if not fresh and step_request.waits_for not in NOT_YET:
        tell("step.asked_again", step_request, application=application, at=at, by=by)
    elif waits_for_click(application, step):
        wait_for_click(step_request, application=application, at=at)
    elif reason := hindrance(application):
        if step_request.waits_for == reason:
            tell("step.asked_again", step_request, application=application, at=at, by=by)
        else:
            wait(step_request, reason, application=application, at=at, by=by)
    elif step.delay_minutes:
        step_request.waits_for, step_request.due_at = Waits.DELAY, at + timedelta(minutes=step.delay_minutes)
        step_request.save(update_fields=["waits_for", "due_at"])
        tell("step.delayed", step_request, application=application, at=at, by=by)
    else:
        go(step_request, application=application, at=at, by=by)
    return step_request


def still_wanted(
    step_request: StepRequest, application: Application, *, at: datetime, by_hand: bool = False
) -> bool:
    """Whether a step that was asked for may begin now, with both `held`; if not, what becomes of the start.

    Of an application that has ended the start is kept, for a person who invites after all. Who has left the
    stage, or the role's jobs, has undone a slip of the hand: the start is taken back, and a later arrival asks
    anew. A member who asks `by_hand` need not wait for a stage.
    """
    if (
        step_request.state != StepRequest.State.STARTED
    ):  # it waits for a person by now, or an earlier result stands in
        return False
    if application.end:
        keep_for_click(step_request, application=application, at=at)
        return False
    if not by_hand and not may_start(application, step_request.step):
        take_back(step_request, application=application, at=at)
        return False
    if not by_hand and waits_for_click(application, step_request.step):
        wait_for_click(step_request, application=application, at=at)
        return False
    if reason := hindrance(application):
        wait(step_request, reason, application=application, at=at, by="goodword")
        return False
    return True


def hindrance(application: Application) -> str:
    """Why no step may begin for this application, as a code of StepRequest.Waits; empty if nothing is in the way."""
    if reason := unreachable(application):
        return reason
    return Waits.LINK_IN_NAME if application.candidate.is_name_suspicious else Waits.NOTHING


def unreachable(application: Application) -> str:
    """Why the candidate may not be mailed at all. A link in the name is no reason: such mail waits to be sent."""
    if application.prospect:
        return Waits.PROSPECT
    if not application.candidate.email:
        return Waits.NO_ADDRESS
    if not application.candidate.can_email:
        return Waits.MAY_NOT_EMAIL
    return Waits.NOTHING
