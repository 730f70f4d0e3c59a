"""What is erased of starts: the links to the candidate's portal. That a step was asked for stays."""

from datetime import datetime

from goodword.core.erasure import Counts, Subject, holds
from goodword.notifications.domain import links
from goodword.notifications.models import Link
from goodword.steps.models import StepRequest


@holds("steps.StepRequest")
def erase(subject: Subject, now: datetime) -> Counts:
    """Nothing that waits starts any more."""
    del now  # nothing here has a moment of its own
    step_requests = StepRequest.objects.across_organisations().filter(
        application_id__in=subject.application_ids
    )
    dead = links.forget(
        purpose=Link.Purpose.CANDIDATE, subject_ids=step_requests.values_list("pk", flat=True)
    )
    step_requests.update(due_at=None)
    return {"links": dead}
