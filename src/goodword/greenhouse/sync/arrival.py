"""Tells arrivals in a mapped stage from candidates who were already there when it was mapped."""

from datetime import datetime, timedelta

from goodword.candidates.models import Application
from goodword.roles.models import AlreadyThere, Automation
from goodword.roles.queries import rules_of_stage

#: tolerated difference between Greenhouse's clock and ours: an arrival just after the mapping must not be missed
CLOCKS_DIFFER = timedelta(minutes=1)


def is_mapped(*, connection_id: int, job_id: int | None, stage_id: int | None) -> bool:
    """Whether a stage of a job starts a step."""
    if job_id is None or stage_id is None:
        return False
    return rules_of_stage(connection_id=connection_id, job_id=job_id, stage_id=stage_id).exists()


def is_arrival(row: Application, *, home: Automation | None, active_at: datetime | None) -> bool:
    """For an application seen for the first time: true in a mapped stage, unless it was there when it was mapped.

    Those were left out by decision, and count only if they are known to have entered the stage again since.
    """
    if home is None or not is_mapped(
        connection_id=home.connection_id, job_id=row.job_id, stage_id=row.stage_id
    ):
        return False
    return came_since(row, home=home, active_at=active_at, elsewhere_at=None)


def came_since(
    row: Application, *, home: Automation | None, active_at: datetime | None, elsewhere_at: datetime | None
) -> bool:
    """Whether they entered their stage after being recorded as already there; true if they were not recorded.

    `active_at`: when anything last happened to the application in Greenhouse; `elsewhere_at`: when it was last read
    there in another stage.
    """
    if home is None or row.stage_id is None or row.remote_id is None:
        return True
    recorded = (
        AlreadyThere.objects.across_organisations()
        .filter(automation=home, remote_application_id=row.remote_id, stage_id=row.stage_id)
        .first()
    )
    if recorded is None:
        return True
    if elsewhere_at is not None and elsewhere_at > recorded.recorded_at:
        return True
    if active_at is not None and active_at <= recorded.recorded_at - CLOCKS_DIFFER:
        return False
    return row.stage_entered_at is not None and row.stage_entered_at > recorded.recorded_at
