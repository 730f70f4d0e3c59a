"""What a person may do with the inbox."""

from datetime import datetime

from django.db.models import QuerySet

from goodword.greenhouse import jobs
from goodword.greenhouse.models import Connection, InboxEvent

State = InboxEvent.State


def replay(event: InboxEvent, *, now: datetime) -> None:
    """Work on a delivery again as if it had just come. It can do no harm: Harvest says what is so."""
    _wait(InboxEvent.objects.across_organisations().filter(pk=event.pk), now=now)


def replay_waiting(connection: Connection, *, now: datetime) -> None:
    """Do not wait any longer, for example because the credential was set anew."""
    rows = InboxEvent.objects.across_organisations().filter(connection=connection, state=State.RECEIVED)
    _wait(rows, now=now)


def _wait(rows: QuerySet[InboxEvent], *, now: datetime) -> None:
    rows.update(state=State.RECEIVED, attempts=0, not_before=now, outcome="", handled_at=None)
    jobs.wake_inbox()
