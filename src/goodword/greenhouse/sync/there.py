"""Start the steps of the stage in which somebody stands already, because a member has clicked.

Sync first (`greenhouse.sync.application`): what counts is where Greenhouse says they stand now.
"""

from datetime import datetime

from django.db import transaction

from goodword.candidates.models import Application
from goodword.roles.queries import rules_of_stage
from goodword.steps.domain.automation import HINDRANCES, request
from goodword.steps.domain.standing import hold
from goodword.steps.domain.starts import go
from goodword.steps.models import StepRequest

Waits = StepRequest.Waits


def start_there(
    application_id: int, *, job_id: int | None, by: str, at: datetime, stage_id: int | None = None
) -> list[StepRequest]:
    """Ask for each step of their stage that was not begun; in the caller's transaction.

    Nothing happens to one who has moved to another job (or, where `stage_id` is given, stage), has ended, or is not
    visible in Greenhouse. The click counts as the one that is needed after a rejection was taken back.
    """
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("A start is asked for in the transaction of what led to it.")
    application = hold(application_id)
    if application.status != Application.Status.ACTIVE or application.not_visible_since is not None:
        return []
    if application.job_id != job_id or (stage_id is not None and application.stage_id != stage_id):
        return []
    if application.connection_id is None:
        return []
    step_requests = StepRequest.objects.of(application.organisation).filter(application=application)
    begun = step_requests.exclude(state=StepRequest.State.WAITING, waits_for__in=HINDRANCES)
    rules = rules_of_stage(
        connection_id=application.connection_id, job_id=job_id, stage_id=application.stage_id
    ).exclude(step__in=begun.values("step"))
    asked = []
    for rule in rules:
        step_request = request(application=application, step=rule.step, at=at, by=by)
        if step_request.waits_for == Waits.CLICK:
            go(step_request, application=application, at=at, by=by, by_hand=True)
        asked.append(step_request)
    return asked
