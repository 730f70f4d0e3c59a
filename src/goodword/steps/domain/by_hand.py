"""A member begins a step by a click: whatever it waits for, and whatever stage the candidate stands in."""

from datetime import datetime

from django.db import transaction

from goodword.accounts.models import Membership
from goodword.roles.models import Step
from goodword.steps.domain.automation import hindrance
from goodword.steps.domain.standing import hold
from goodword.steps.domain.starts import go
from goodword.steps.models import StepRequest


class NotConfirmed(Exception):
    """A new run would follow one with activity that the member has not been shown."""


class MayNotBegin(Exception):
    """The candidate may not be invited. `reason`: how the application ended, a code of StepRequest.Waits,
    "no_requirement", or "reused": an earlier result was reused meanwhile."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def begin(
    *, application_id: int, step: Step, member: Membership, now: datetime, after_reuse: bool = False
) -> StepRequest:
    """Start the step now, without its delay. Idempotent.

    Also instead of an earlier result offered for reuse; after one was reused, only with `after_reuse`. Raises
    MayNotBegin, and LookupError if step, application and member do not belong together.
    """
    with transaction.atomic():
        application = hold(application_id)
        if application.organisation_id != member.organisation_id or step.role_id != application.role_id:
            raise LookupError(
                f"Step {step.pk} is none of application {application_id} for member {member.pk}."
            )
        if reason := application.end or hindrance(application):
            raise MayNotBegin(reason)
        if step.kind == Step.Kind.ASSESSMENT and not step.requirement.strip():
            raise MayNotBegin("no_requirement")
        step_request, _ = (
            StepRequest.objects.of(member.organisation)
            .select_for_update(of=("self",), no_key=True)
            .select_related("step")
            .get_or_create(
                application=application,
                step=step,
                defaults={"organisation": member.organisation, "requested_at": now},
            )
        )
        if step_request.state == StepRequest.State.REUSED and not after_reuse:
            raise MayNotBegin("reused")
        if step_request.state != StepRequest.State.STARTED:
            go(step_request, application=application, at=now, by=f"member:{member.pk}", by_hand=True)
        return step_request
