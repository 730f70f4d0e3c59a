from datetime import datetime, timedelta

from django.conf import settings

from goodword.accounts import sign_in
from goodword.core import clock, job_recovery, jobs


@jobs.job(name="accounts.mail_reset_link", retry=jobs.PATIENT, priority=jobs.MAIL)
def mail_reset_link(*, user_id: int, asked_at: str) -> None:
    """Mail a member a link to set a new password. `asked_at` in ISO format."""
    sign_in.mail_reset_link(user_id=user_id, asked_at=datetime.fromisoformat(asked_at), now=clock.now())
    job_recovery.forget_failed_jobs(mail_reset_link.name, user_id=user_id)


@jobs.job(name="accounts.prune_sign_ins", cron="20 3 * * * 0", queueing_lock="accounts.prune_sign_ins")
def prune_sign_ins(*, timestamp: int = 0) -> None:
    del timestamp  # passed to every periodic job
    now = clock.now()
    sign_in.prune(before=now - timedelta(days=settings.GOODWORD_SIGN_IN_DAYS))
    sign_in.forget_ended_sessions(now=now)
