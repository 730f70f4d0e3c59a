from datetime import datetime

from django.db.models import QuerySet

from goodword.core import clock, jobs, process
from goodword.core.jobs import Lane
from goodword.core.mail import connection_kept
from goodword.notifications.domain.outage import current_outage
from goodword.notifications.domain.send import free_stuck, send, sending_slot, stuck
from goodword.notifications.models import Email

SWEEP_AT_MOST = 200
#: per worker, each with a connection to the mail server; the sweep has one more
THREADS = 3


@jobs.job(
    name="email.send",
    priority=jobs.MAIL,
    swept_by="email.sweep",
    lane=Lane(threads=THREADS, keeping=connection_kept),
)
def send_email(*, email_id: int) -> None:
    with sending_slot() as has_slot:
        if has_slot:
            send(email_id=email_id, now=clock.now())


@jobs.job(
    name="email.sweep",
    cron="* * * * * */10",
    queueing_lock="email.sweep",
    priority=jobs.MAIL,
    due=lambda now: [due(now=now), stuck(now=now)],
)
def sweep_emails(*, timestamp: int = 0) -> None:
    """Free the mails of dead workers, then send due mails in the order in which they were queued."""
    del timestamp  # every periodic job gets it
    free_stuck(now=clock.now())
    with sending_slot() as has_slot, connection_kept():
        if not has_slot:
            return
        # The mail with the fewest attempts is the probe: one that upsets the server must not block the others.
        if current_outage() and not all(
            send(email_id=pk, now=clock.now()) for pk in _due("excused", "pk")[:1]
        ):
            return
        found = list(_due("pk")[:SWEEP_AT_MOST])
        # The sweep sends them itself, since a job may already be queued for them.
        if all(_send_unless_stopping(pk) for pk in found) and len(found) == SWEEP_AT_MOST:
            sweep_emails.defer_once(lock="email.sweep")


def _send_unless_stopping(email_id: int) -> bool:
    process.check_stop()
    return send(email_id=email_id, now=clock.now())


def _due(*order: str) -> QuerySet[Email, int]:
    return due(now=clock.now()).order_by(*order).values_list("pk", flat=True)


def due(*, now: datetime) -> QuerySet[Email]:
    return Email.objects.across_organisations().filter(state=Email.State.QUEUED, not_before__lte=now)
