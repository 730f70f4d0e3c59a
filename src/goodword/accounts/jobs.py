from datetime import datetime

from django.conf import settings

from goodword.accounts import security_mails, sign_in
from goodword.accounts.domain import audit
from goodword.core import clock, job_recovery, jobs


@jobs.job(name="accounts.mail_reset_link", retry=jobs.PATIENT, priority=jobs.MAIL)
def mail_reset_link(*, user_id: int, asked_at: str) -> None:
    """`asked_at`: ISO format."""
    sign_in.mail_reset_link(user_id=user_id, asked_at=datetime.fromisoformat(asked_at), now=clock.now())
    job_recovery.forget_failed_jobs(mail_reset_link.name, user_id=user_id)


@jobs.job(name="accounts.mail_security_change", retry=jobs.PATIENT, priority=jobs.MAIL)
def mail_security_change(
    *, user_id: int, change: str, at: str, address: str = "", browser: str = "", by: str = ""
) -> None:
    """E-mail a member about a change to their sign-in. `at`: ISO format."""
    security_mails.mail_change(
        user_id=user_id, change=change, at=datetime.fromisoformat(at), address=address, browser=browser, by=by
    )


@jobs.job(name="accounts.prune_audit_log", cron="20 3 * * * 0")
def prune_audit_log() -> None:
    now = clock.now()
    audit.prune(now=now, sign_in_days=settings.GOODWORD_SIGN_IN_DAYS)
    sign_in.forget_ended_sessions(now=now)
