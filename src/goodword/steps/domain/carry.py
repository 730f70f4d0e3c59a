"""A start goes along when its application is moved to another role: it hangs under that role's step from then on."""

from goodword.candidates.models import Application
from goodword.roles.models import Step
from goodword.steps.models import StepRequest


def carry_over(application: Application) -> None:
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
        if there is None or _not_begun(there):
            if there is not None:
                there.delete()
            step_request.step = home[step_request.step.kind]
            step_request.save(update_fields=["step"])
        elif _not_begun(step_request):
            step_request.delete()


def _not_begun(step_request: StepRequest) -> bool:
    return step_request.state == StepRequest.State.WAITING
