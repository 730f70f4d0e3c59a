"""Records an event of an attempt, with the ids that every reaction needs."""

from datetime import datetime

from goodword.assessments.models import Attempt
from goodword.core.events import record


def tell(name: str, attempt: Attempt, *, by: str, at: datetime, **data: int | str) -> None:
    """Record `name` in the caller's transaction; `data` holds ids and plain facts only."""
    record(
        name,
        organisation_id=attempt.organisation_id,
        application_id=attempt.start.application_id,
        actor=by,
        at=at,
        data={"start_id": attempt.start_id, "attempt_id": attempt.pk, **data},
    )
