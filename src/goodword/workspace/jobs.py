"""Jobs of the workspace."""

from goodword.core import clock, jobs
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
