"""What an application's fate does to steps that were asked for and have not begun. (Runs: steps.domain.lifecycle.)"""

from goodword.candidates.models import Application
from goodword.core.models import Event
from goodword.roles.models import AlreadyThere
from goodword.roles.queries import rules_of_stage
from goodword.steps.domain.automation import request
from goodword.steps.domain.standing import has_home, has_starts, waits_for_click
from goodword.steps.domain.starts import held_of, keep_for_click, take_back, wait_for_click, waiting_of
from goodword.steps.models import StepRequest

#: a member decides about these anyway
BY_A_PERSON = (StepRequest.Waits.CLICK, StepRequest.Waits.REUSE)


def on_ended(event: Event) -> None:
    """Rejected, hired, converted, or to be erased: what has not begun does not begin by itself any more."""
    if not has_starts(event):
        return
    application = held_of(event)
    if not application.end:
        return
    for step_request in waiting_of(application).exclude(waits_for__in=BY_A_PERSON):
        keep_for_click(step_request, application=application, at=event.occurred_at)


def on_restored(event: Event) -> None:
    """A rejection or a hire was taken back: what has not begun waits for a click, and so does a step of the stage
    that they came into while they were out."""
    application = held_of(event)
    if application.end or application.connection_id is None:
        return
    for step_request in waiting_of(application).exclude(waits_for__in=BY_A_PERSON):
        if waits_for_click(application, step_request.step):
            wait_for_click(step_request, application=application, at=event.occurred_at)
    for rule in rules_of_stage(
        connection_id=application.connection_id, job_id=application.job_id, stage_id=application.stage_id
    ):
        asked = StepRequest.objects.of(application.organisation).filter(
            application=application, step=rule.step
        )
        if not asked.exists() and not _left_alone(application) and waits_for_click(application, rule.step):
            request(application=application, step=rule.step, at=event.occurred_at, by=event.actor)


def on_changed_job(event: Event) -> None:
    """Moved to a job of no role: what has not begun is taken back. (A move to another role's job took it along.)"""
    if not has_starts(event):
        return
    application = held_of(event)
    if has_home(application):
        return
    for step_request in waiting_of(application):
        take_back(step_request, application=application, at=event.occurred_at)


def _left_alone(application: Application) -> bool:
    """Whether they stood in their stage when it was mapped, and were not to be invited."""
    where = application.connection_id, application.job_id, application.stage_id, application.remote_id
    if None in where:
        return False
    rows = AlreadyThere.objects.of(application.organisation).values_list(
        "automation__connection_id", "automation__job_id", "stage_id", "remote_application_id"
    )
    return where in rows.filter(remote_application_id=application.remote_id or 0)
