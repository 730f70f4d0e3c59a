"""Whether somebody whom we see for the first time has just come into a stage that starts a step."""

from goodword.candidates.models import Application
from goodword.roles.models import AlreadyThere, Automation
from goodword.roles.queries import rules_of_stage


def is_mapped(*, connection_id: int, job_id: int | None, stage_id: int | None) -> bool:
    """Whether a stage of a job starts a step."""
    if job_id is None or stage_id is None:
        return False
    return rules_of_stage(connection_id=connection_id, job_id=job_id, stage_id=stage_id).exists()


def is_arrival(row: Application, *, home: Automation | None) -> bool:
    """True in a mapped stage, unless they stood there when the mapping was confirmed.

    Who stood there was left alone by decision. They count only if it is known that they have come into the
    stage again since.
    """
    if home is None or row.stage_id is None or row.remote_id is None:
        return False
    if not is_mapped(connection_id=home.connection_id, job_id=row.job_id, stage_id=row.stage_id):
        return False
    stood = (
        AlreadyThere.objects.across_organisations()
        .filter(automation=home, remote_application_id=row.remote_id, stage_id=row.stage_id)
        .first()
    )
    if stood is None:
        return True
    return row.stage_entered_at is not None and row.stage_entered_at > stood.recorded_at
