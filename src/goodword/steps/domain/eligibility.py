"""Whether a step may start, continue or be closed, decided from the application's row under its lock.

Reactions run concurrently and in any order, so an event only says that something changed; what to do follows from the
row, which is what Greenhouse said last. Each change of the row is followed by a reaction of its own, so the last one to
run leaves the step as the application's present state requires.

Lock order: application, step request, run.
"""

from goodword.candidates.models import Application
from goodword.core.models import Event
from goodword.roles.models import StageRule, Step
from goodword.roles.queries import automation_of, rules_of_stage
from goodword.steps.models import StepRequest

Status, Waits = Application.Status, StepRequest.Waits
#: obstacles to mail, which later changes in Greenhouse may remove
BLOCKING_REASONS = (Waits.PROSPECT, Waits.NO_ADDRESS, Waits.MAY_NOT_EMAIL, Waits.LINK_IN_NAME)
#: an end was taken back
RESTORED = ("application.unrejected", "application.unhired", "erasure.cancelled")
#: what a member sets going by a click
STARTED_BY_MEMBER = ("step.requested", "attempt.assigned", "check.opened", "check.invited_again")


def has_step_requests(event: Event) -> bool:
    """Whether the event's application has any start; most changes in Greenhouse concern none of ours.

    Needs no lock if the change behind the event was written under the application's lock, as starts are: a start
    written before the change is visible here, and one written later already respects it. Not for `candidate.changed`,
    which is recorded for applications that were not locked.
    """
    assert event.application_id is not None  # these events are about applications
    return StepRequest.objects.across_organisations().filter(application_id=event.application_id).exists()


def lock_application(application_id: int) -> Application:
    """The application, locked in the caller's transaction, with candidate, organisation and the role's owner.

    Its starts hang under the steps of its role when this returns, whichever reaction comes first after a move
    to another job. Rows that point to it can still be written meanwhile, a mail for example.
    """
    application = (
        Application.objects.across_organisations()
        .select_for_update(of=("self",), no_key=True)
        .select_related("candidate", "organisation", "role__owner__user")
        .get(pk=application_id)
    )
    _reassign_requests(application)
    return application


def lock_step_request(step_request_id: int) -> tuple[StepRequest, Application] | None:
    """A start and its application, both locked; None for a start that was taken back."""
    step_requests = StepRequest.objects.across_organisations()
    application_id = step_requests.filter(pk=step_request_id).values_list("application_id", flat=True).first()
    if application_id is None:
        return None
    application = lock_application(application_id)
    step_request = (
        step_requests.select_for_update(of=("self",), no_key=True)
        .select_related("organisation", "step")
        .filter(pk=step_request_id)
        .first()
    )
    return (step_request, application) if step_request else None


def in_step_stage(application: Application, step: Step) -> bool:
    """Whether the application stands in a stage that starts the step."""
    if application.connection_id is None:
        return False
    rules = rules_of_stage(
        connection_id=application.connection_id, job_id=application.job_id, stage_id=application.stage_id
    )
    return any(rule.step_id == step.pk for rule in rules)


def has_left_stages(application: Application, step: Step) -> bool:
    """Whether the application has left the stages that start the step, and the step minds."""
    return step.on_leave == Step.OnLeave.PAUSE and not in_step_stage(application, step)


def job_matches_role(application: Application) -> bool:
    """Whether its Greenhouse job belongs to its role. A prospect has no job, and is at home with its role."""
    if application.connection_id is None or application.job_id is None:
        return True
    automation = automation_of(connection_id=application.connection_id, job_id=application.job_id)
    return automation is not None and automation.role_id == application.role_id


def closing_reason(application: Application, step: Step) -> str:
    """Why the application's fate closes the step, as a reason of closing; empty if it does not."""
    if application.is_going:
        return "erasure"
    closes = {
        Status.REJECTED: step.on_reject,
        Status.HIRED: step.on_hire,
        Status.CONVERTED: Step.OnClose.CLOSE,  # another application has taken its place
    }
    status = Status(application.status)
    return status.value if closes.get(status) == Step.OnClose.CLOSE else ""


def needs_click(application: Application, step: Step) -> bool:
    """Whether a rejection, a hire or an erasure was taken back, and nothing has asked for the step since.

    Nothing is sent then before a person clicks, or the application is moved to a stage of the step once more.
    The log of events is written under the application's lock, so its order is the order of what happened.
    """
    events = Event.objects.filter(application_id=application.pk)
    restored = events.filter(name__in=RESTORED).order_by("-pk").first()
    if restored is None:
        return False
    rules = StageRule.objects.of(application.organisation).filter(step=step)
    stages = set(rules.values_list("automation__job_id", "stage_id"))
    step_requests = StepRequest.objects.of(application.organisation).filter(
        application=application, step=step
    )
    ids = set(step_requests.values_list("pk", flat=True))
    return not any(_asks_for(event, stages, ids) for event in events.filter(pk__gt=restored.pk))


def _asks_for(event: Event, stages: set[tuple[int, int]], step_requests: set[int]) -> bool:
    if event.name == "application.entered_stage":
        return (event.data.get("job_id"), event.data.get("stage_id")) in stages
    by_member = event.name in STARTED_BY_MEMBER and event.actor.startswith("member:")
    return by_member and event.data.get("step_request_id") in step_requests


def may_start(application: Application, step: Step) -> bool:
    """Whether the step may begin by itself: active, on a job of the role, not gone from a stage that matters."""
    return not application.end and not has_left_stages(application, step) and job_matches_role(application)


def blocking_reason(application: Application) -> str:
    """Why no step may begin for this application, as a code of StepRequest.Waits; empty if nothing is in the way."""
    if reason := mail_blocked_reason(application):
        return reason
    return Waits.LINK_IN_NAME if application.candidate.is_name_suspicious else Waits.NOTHING


def mail_blocked_reason(application: Application) -> str:
    """Why the candidate may not be mailed at all. A link in the name is no reason: such mail waits to be sent."""
    if application.prospect:
        return Waits.PROSPECT
    if not application.candidate.email:
        return Waits.NO_ADDRESS
    if not application.candidate.can_email:
        return Waits.MAY_NOT_EMAIL
    return Waits.NOTHING


def _reassign_requests(application: Application) -> None:
    """Hang the starts of a locked application under the steps of its role, in the caller's transaction.

    What is done counts there, what is open goes on with its deadline, and that role's settings count from then
    on. There is one start of a kind on a role. Should both have one, whichever has begun stays; if both have,
    the one that was asked for elsewhere keeps its place under the other role's step, with its results.
    """
    if application.role_id is None:
        return
    step_requests = StepRequest.objects.of(application.organisation).filter(application=application)
    strays = list(
        step_requests.select_for_update(of=("self",), no_key=True)
        .select_related("step")
        .exclude(step__role_id=application.role_id)
        .order_by("pk")
    )
    if not strays:
        return
    home = {
        step.kind: step for step in Step.objects.of(application.organisation).filter(role=application.role_id)
    }
    for step_request in strays:
        there = (
            step_requests.select_for_update(of=("self",), no_key=True)
            .filter(step=home[step_request.step.kind])
            .first()
        )
        if there is None or _is_waiting(there):
            if there is not None:
                there.delete()
            step_request.step = home[step_request.step.kind]
            step_request.save(update_fields=["step"])
        elif _is_waiting(step_request):
            step_request.delete()


def _is_waiting(step_request: StepRequest) -> bool:
    return step_request.state == StepRequest.State.WAITING
