"""The end of the inbox, by age."""

from datetime import datetime, timedelta

from goodword.greenhouse.models import InboxEvent

#: bodies hold personal data; Greenhouse itself gives up on a delivery after less than a day
KEPT = timedelta(days=30)


def prune(*, now: datetime) -> int:
    """Remove what was settled and is old. Returns how many."""
    old = (
        InboxEvent.objects.across_organisations()
        .filter(received_at__lt=now - KEPT)
        .exclude(state=InboxEvent.State.RECEIVED)
    )
    return old.delete()[0]
