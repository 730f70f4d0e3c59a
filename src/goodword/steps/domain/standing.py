"""How an application stands now: asked under its lock before a step is begun, paused, closed or opened again.

Reactions run beside each other and in any order, so what an event tells may be over when its reaction runs.
The event only says that something has changed; what is done follows from the application's row, which is what
Greenhouse said last. Each change of that row is followed by a reaction of its own, so that the last one to
run, whichever it is, leaves the step as the application's present state wants it.

Locks are taken in this order: application, start, run.
"""

from goodword.candidates.models import Application
from goodword.roles.models import Step
from goodword.roles.queries import rules_of_stage
from goodword.steps.models import StepStart

Status = Application.Status


def hold(application_id: int) -> Application:
    """The application, locked in the caller's transaction, with candidate, organisation and the role's owner.

    Rows that point to it can still be written meanwhile, a mail for example.
    """
    return (
        Application.objects.across_organisations()
        .select_for_update(of=("self",), no_key=True)
        .select_related("candidate", "organisation", "role__owner__user")
        .get(pk=application_id)
    )


def held(start_id: int) -> tuple[StepStart, Application] | None:
    """A start and its application, both locked; None for a start that was taken back."""
    starts = StepStart.objects.across_organisations()
    application_id = starts.filter(pk=start_id).values_list("application_id", flat=True).first()
    if application_id is None:
        return None
    application = hold(application_id)
    start = (
        starts.select_for_update(of=("self",), no_key=True)
        .select_related("organisation", "step")
        .filter(pk=start_id)
        .first()
    )
    return (start, application) if start else None


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


def ended(application: Application, step: Step) -> str:
    """Why the application's fate closes the step, as a reason of closing; empty if it does not."""
    closes = {Status.REJECTED: step.on_reject, Status.HIRED: step.on_hire}
    status = Status(application.status)
    return status.value if closes.get(status) == Step.OnClose.CLOSE else ""
