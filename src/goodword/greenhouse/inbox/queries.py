"""Reads of the inbox: how it does, for the health page."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Min, Q

from goodword.greenhouse.models import Connection, InboxEvent

State = InboxEvent.State

#: how many of the latest failures are shown
FAILURES = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class InboxHealth:
    """How a connection's deliveries do. `oldest` and `next_try` are of those that wait, None if none does."""

    waiting: int
    oldest: datetime | None
    next_try: datetime | None
    failed: int
    handled_in_a_day: int
    latest_failures: tuple[InboxEvent, ...]


def inbox_health(connection: Connection, *, now: datetime) -> InboxHealth:
    """Count a connection's deliveries; two queries, whatever there is."""
    rows = InboxEvent.objects.of(connection.organisation).filter(connection=connection)
    waits, failed = Q(state=State.RECEIVED), Q(state=State.FAILED)
    lately = Q(state=State.HANDLED, handled_at__gt=now - timedelta(days=1))
    counted = rows.aggregate(
        waiting=Count("pk", filter=waits),
        oldest=Min("received_at", filter=waits),
        next_try=Min("not_before", filter=waits),
        failed=Count("pk", filter=failed),
        handled_in_a_day=Count("pk", filter=lately),
    )
    latest = rows.filter(failed).defer("body").order_by("-pk")[:FAILURES]
    return InboxHealth(**counted, latest_failures=tuple(latest))
