"""Short-lived links to *Your data*, mailed to the known address only: an old mail must not give access."""

from datetime import datetime, timedelta

from django.db import transaction

from goodword.core.addresses import is_same
from goodword.notifications.domain.queue import Correspondent, LinkFor, queue
from goodword.notifications.models import Email, Link
from goodword.workflow.domain.eligibility import lock_application

KIND = "workflow.own_data"
#: minimum time between two links
EVERY = timedelta(minutes=10)
MOST_A_DAY = 5


def send_own_data_link(
    *,
    application_id: int,
    purpose: Link.Purpose,
    subject_id: int,
    to: Correspondent,
    sender: Correspondent,
    language: str,
    now: datetime,
) -> bool:
    """Even to people who want no e-mail: they asked for it. False without an address, or if asked too often."""
    with transaction.atomic():
        application = lock_application(application_id)
        if not to.address or application.erased_at is not None:
            return False
        before = Email.objects.of(application.organisation).filter(
            application=application, kind=KIND, to_address__same_address=to.address
        )
        today = before.filter(created_at__gt=now - timedelta(days=1))
        if today.filter(created_at__gt=now - EVERY).exists() or today.count() >= MOST_A_DAY:
            return False
        queue(
            organisation=application.organisation,
            kind=KIND,
            key=f"data:{purpose}:{subject_id}:{now.timestamp():.0f}",
            to=to,
            sender=sender,
            template="workflow/mail/own_data",
            context={},
            link=LinkFor(purpose=purpose, subject_id=subject_id),
            application=application,
            quotes=application.candidate if purpose == Link.Purpose.CANDIDATE_DATA else None,
            language=language,
            now=now,
        )
        return True


def went_to(link: Link, address: str) -> bool:
    """Whether the link was mailed to this address, which may have changed since."""
    return link.email is not None and is_same(link.email.to_address, address)
