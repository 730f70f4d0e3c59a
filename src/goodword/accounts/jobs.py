"""Jobs of accounts."""

from datetime import datetime

from goodword.accounts.domain import reset_password
from goodword.core import clock, jobs


@jobs.job(name="accounts.mail_reset_link", retry=jobs.PATIENT, priority=jobs.MAIL)
def mail_reset_link(*, user_id: int, asked_at: str) -> None:
    """Mail a member a link to set a new password. `asked_at` in ISO format."""
    reset_password.mail_reset_link(
        user_id=user_id, asked_at=datetime.fromisoformat(asked_at), now=clock.now()
    )
