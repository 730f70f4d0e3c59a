"""How an application stands now: asked under its lock before a step is begun, paused, closed or opened again.

Reactions run beside each other and in any order, so what an event tells may be over when its reaction runs.
The event only says that something has changed; what is done follows from the application's row, which is what
Greenhouse said last. Each change of that row is followed by a reaction of its own, so that the last one to
run, whichever it is, leaves the step as the application's present state wants it.

Locks are taken in this order: application, start, run.
"""

from goodword.candidates.models import Application
from goodword.core.models import Event
from goodword.roles.models import StageRule, Step
from goodword.roles.queries import automation_of, rules_of_stage
from goodword.steps.domain.carry import carry_over
from goodword.steps.models import StepRequest

Status = Application.Status

#: an end was taken back
RESTORED = ("application.unrejected", "application.unhired", "erasure.cancelled")
#: what a member sets going by a click
BY_HAND = ("step.requested", "attempt.assigned", "check.opened", "check.invited_again")


def has_starts(event: Event) -> bool:
    """Whether the event's application has any start; most changes in Greenhouse concern none of ours.

    Needs no lock if the change behind the event was written under the application's lock, as starts are: a start
    written before the change is visible here, and one written later already respects it. Not for `candidate.changed`,
    which is recorded for applications that were not locked.
    """
    assert event.application_id is not None  # these events are about applications
    return StepRequest.objects.across_organisations().filter(application_id=event.application_id).exists()


def hold(application_id: int) -> Application:
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
    carry_over(application)
    return application


def held(step_request_id: int) -> tuple[StepRequest, Application] | None:
    """A start and its application, both locked; None for a start that was taken back."""
    step_requests = StepRequest.objects.across_organisations()
    application_id = step_requests.filter(pk=step_request_id).values_list("application_id", flat=True).first()
    if application_id is None:
        return None
    application = hold(application_id)
    step_request = (
        step_requests.select_for_update(of=("self",), no_key=True)
        .select_related("organisation", "step")
        .filter(pk=step_request_id)
        .first()
    )
    return (step_request, application) if step_request else None


def stands(application: Application, step: Step) -> bool:
    """Whether the application stands in a stage that starts the step."""
    if application.connection_id is None:
        return False
    rules = rules_of_stage(
        connection_id=application.connection_id, job_id=application.job_id, stage_id=application.stage_id
    )
    return any(rule.step_id == step.pk for rule in rules)


def has_left(application: Application, step: Step) -> bool:
    """Whether the application has left the stages that start the step, and the step minds."""
    return step.on_leave == Step.OnLeave.PAUSE and not stands(application, step)


def has_home(application: Application) -> bool:
    """Whether its Greenhouse job belongs to its role. A prospect has no job, and is at home with its role."""
    if application.connection_id is None or application.job_id is None:
        return True
    automation = automation_of(connection_id=application.connection_id, job_id=application.job_id)
    return automation is not None and automation.role_id == application.role_id


def ended(application: Application, step: Step) -> str:
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


def waits_for_click(application: Application, step: Step) -> bool:
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
    by_member = event.name in BY_HAND and event.actor.startswith("member:")
    return by_member and event.data.get("step_request_id") in step_requests
