"""The end of the inbox, by age."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Q

from goodword.greenhouse.models import Connection, InboxEvent


def kept() -> timedelta:
    """How long deliveries are kept. Bodies hold personal data; Greenhouse itself gives up on one after a day."""
    return timedelta(days=settings.GOODWORD_INBOX_DAYS)


def prune(*, now: datetime) -> int:
    """Remove what is old and settled, and what waits for a connection that has ended or does not work any more.

    What waits for a Greenhouse that may come back stays: nothing is dropped. Returns how many.
    """
    dead = Connection.objects.across_organisations().filter(
        state__in=[Connection.State.DISCONNECTED, Connection.State.BROKEN]
    )
    old = InboxEvent.objects.across_organisations().filter(received_at__lt=now - kept())
    gone = old.filter(~Q(state=InboxEvent.State.RECEIVED) | Q(connection__in=dead))
    return gone.delete()[0]
