"""Records an event of a check, with the ids that every reaction needs."""

from datetime import datetime

from goodword.core.events import record
from goodword.references.models import Check


def tell(name: str, check: Check, *, by: str, at: datetime, **data: int | str | bool) -> None:
    """Record `name` in the caller's transaction; `data` holds ids and plain facts only."""
    record(
        name,
        organisation_id=check.organisation_id,
        application_id=check.step_request.application_id,
        actor=by,
        at=at,
        data={"step_request_id": check.step_request_id, "check_id": check.pk, **data},
    )
