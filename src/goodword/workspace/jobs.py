"""Jobs of the workspace."""

from goodword.core import clock, jobs
from goodword.workspace.automation.bring import bring
from goodword.workspace.automation.invite import invite


@jobs.job(name="automation.invite_there", retry=jobs.PATIENT)
def invite_there(*, automation_id: int, remote_application_id: int, member_id: int) -> None:
    """Invite one candidate who stood in a mapped stage at Confirm, because a member chose so."""
    invite(
        automation_id=automation_id,
        remote_application_id=remote_application_id,
        by=f"member:{member_id}",
        now=clock.now(),
    )


@jobs.job(name="automation.sync_there", retry=jobs.PATIENT)
def sync_there(*, automation_id: int, after: int) -> None:
    """Bring over who stood in a mapped stage at Confirm, a batch at a time. Nobody is invited."""
    further = bring(automation_id=automation_id, after=after, now=clock.now())
    if further is not None:
        sync_there.defer(automation_id=automation_id, after=further)
