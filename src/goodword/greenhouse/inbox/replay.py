"""Replaying deliveries."""

from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from goodword.accounts.domain.audit import write
from goodword.accounts.models import Membership
from goodword.greenhouse.inbox.leases import wake_inbox
from goodword.greenhouse.models import Connection, Delivery

State = Delivery.State


def replay(delivery: Delivery, *, now: datetime, by: Membership) -> None:
    """Process a delivery again as if it had just come. Safe at any time: what Harvest says now counts."""
    with transaction.atomic():
        _requeue(Delivery.objects.of(by.organisation).filter(pk=delivery.pk), now=now)
        write(
            organisation=by.organisation,
            action="greenhouse.delivery_replayed",
            member=by,
            now=now,
            details={"event": delivery.pk},
        )
    wake_inbox()


def replay_failed(*, connection: Connection | None, now: datetime, by: Membership) -> int:
    """Replay all failed deliveries of one connection or of all. Returns how many."""
    rows = Delivery.objects.of(by.organisation).filter(state=State.FAILED)
    with transaction.atomic():
        count = _requeue(rows.filter(connection=connection) if connection else rows, now=now)
        if not count:
            return 0
        write(
            organisation=by.organisation,
            action="greenhouse.failed_replayed",
            member=by,
            now=now,
            details={"deliveries": count, "connection": connection.pk if connection else None},
        )
    wake_inbox()
    return count


def replay_waiting(connection: Connection, *, now: datetime) -> None:
    """Retry waiting deliveries at once, for example because of a new credential."""
    _requeue(
        Delivery.objects.across_organisations().filter(connection=connection, state=State.RECEIVED), now=now
    )
    wake_inbox()


def _requeue(rows: QuerySet[Delivery], *, now: datetime) -> int:
    return rows.update(
        state=State.RECEIVED,
        attempts=0,
        faults=0,
        not_before=now,
        leased_to=None,
        outcome="",
        handled_at=None,
    )
