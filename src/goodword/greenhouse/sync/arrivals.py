"""Whether an application has arrived in its stage, or was already there when the stage was mapped."""

from datetime import datetime, timedelta

from goodword.candidates.models import Application
from goodword.greenhouse.sync.reading import is_mapped
from goodword.roles.models import AlreadyThere, Automation

#: tolerated difference between Greenhouse's clock and ours, so that an arrival just after the mapping isn't missed
CLOCK_TOLERANCE = timedelta(minutes=1)


def is_arrival(row: Application, *, automation: Automation | None, active_at: datetime | None) -> bool:
    """Whether an application that is new to us counts as arrived: its stage is mapped, and it wasn't there yet when the
    stage was mapped, or has entered it again."""
    if automation is None or not is_mapped(
        connection_id=automation.connection_id, job_id=row.job_id, stage_id=row.stage_id
    ):
        return False
    return has_entered_since(row, automation=automation, active_at=active_at, elsewhere_at=None)


def has_entered_since(
    row: Application,
    *,
    automation: Automation | None,
    active_at: datetime | None,
    elsewhere_at: datetime | None,
) -> bool:
    """False if it was recorded as already there and hasn't entered again. `elsewhere_at`: when it was last read in
    another stage."""
    if automation is None or row.stage_id is None or row.remote_id is None:
        return True
    recorded = (
        AlreadyThere.objects.across_organisations()
        .filter(automation=automation, remote_application_id=row.remote_id, stage_id=row.stage_id)
        .first()
    )
    if recorded is None:
        return True
    if elsewhere_at is not None and elsewhere_at > recorded.recorded_at:
        return True
    if active_at is not None and active_at <= recorded.recorded_at - CLOCK_TOLERANCE:
        return False
    return row.stage_entered_at is not None and row.stage_entered_at > recorded.recorded_at
