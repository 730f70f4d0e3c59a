"""Jobs of outgoing mail: one mail, and the sweep that finds what is due or stuck."""

from django.db.models import Q

from goodword.core import clock, jobs
from goodword.notifications.models import Email

SWEEP_AT_MOST = 200


@jobs.job(name="email.send", priority=jobs.MAIL)
def send_email(*, email_id: int) -> None:
    """Send one mail. Its row decides about further tries, so the job itself takes none."""
    from goodword.notifications.domain.send import send  # the domain queues mails, and with them this job

    send(email_id=email_id, now=clock.now())


@jobs.job(name="email.sweep", cron="* * * * * */10", queueing_lock="email.sweep", priority=jobs.MAIL)
def sweep_emails(*, timestamp: int = 0) -> None:
    """Free what a dead worker left, and send what has become due (postponed mails, later tries)."""
    from goodword.notifications.domain.send import free_stuck, send

    del timestamp  # given to every periodic job; the clock is ours
    now = clock.now()
    free_stuck(now=now)
    due = Q(state=Email.State.QUEUED, not_before__lte=now)
    for email_id in (
        Email.objects.across_organisations()
        .filter(due)
        .order_by("not_before")
        .values_list("pk", flat=True)[:SWEEP_AT_MOST]
    ):
        # Within the sweep: a job row of its own might already wait. Where the server does not answer, each mail
        # would cost a time-out, and sweeps that wait for it would leave no room for other work.
        if not send(email_id=email_id, now=clock.now()):
            return
