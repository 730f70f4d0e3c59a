"""What a person may do with the inbox."""

from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from goodword.accounts.domain.audit import write
from goodword.accounts.models import Membership
from goodword.greenhouse import jobs
from goodword.greenhouse.models import Connection, InboxEvent

State = InboxEvent.State


def replay(event: InboxEvent, *, now: datetime, by: Membership) -> None:
    """Work on a delivery again as if it had just come. It can do no harm: Harvest says what is so."""
    with transaction.atomic():
        _wait(InboxEvent.objects.of(by.organisation).filter(pk=event.pk), now=now)
        write(
            organisation=by.organisation,
            action="greenhouse.delivery_replayed",
            member=by,
            now=now,
            details={"event": event.pk},
        )
    jobs.wake_inbox()


def replay_failed(*, connection: Connection | None, now: datetime, by: Membership) -> int:
    """Work again on all that failed, of one connection or of all; returns how many."""
    rows = InboxEvent.objects.of(by.organisation).filter(state=State.FAILED)
    with transaction.atomic():
        count = _wait(rows.filter(connection=connection) if connection else rows, now=now)
        if not count:
            return 0
        write(
            organisation=by.organisation,
            action="greenhouse.failed_replayed",
            member=by,
            now=now,
            details={"deliveries": count, "connection": connection.pk if connection else None},
        )
    jobs.wake_inbox()
    return count


def replay_waiting(connection: Connection, *, now: datetime) -> None:
    """Do not wait any longer, for example because the credential was set anew."""
    _wait(
        InboxEvent.objects.across_organisations().filter(connection=connection, state=State.RECEIVED), now=now
    )
    jobs.wake_inbox()


def _wait(rows: QuerySet[InboxEvent], *, now: datetime) -> int:
    return rows.update(
        state=State.RECEIVED,
        attempts=0,
        faults=0,
        not_before=now,
        leased_to=None,
        outcome="",
        handled_at=None,
    )
