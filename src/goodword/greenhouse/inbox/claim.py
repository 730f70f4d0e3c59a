"""Who works on which delivery: claimed under a lease, settled in the transaction that writes its effect.

Claiming sets `not_before` to the end of a lease, counts the attempt, and counts a fault in advance, which is
taken back when the wait turns out to be no fault of the delivery: one that ends its worker each time would
otherwise be tried for ever. A worker that dies leaves a row that
is due again when the lease ends; a worker that is merely slow finds, when it settles, that the attempt is not
its own any more, and writes nothing.
"""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef

from goodword.greenhouse.models import InboxEvent

State = InboxEvent.State

#: longer than the reads of one delivery usually take
LEASE = timedelta(minutes=3)

#: waits while Greenhouse cannot be used; the last one for ever, since nothing is dropped
WAITS = tuple(timedelta(seconds=s) for s in (10, 30, 60, 300, 900, 3600))


class Lost(Exception):
    """The lease ran out and another worker has the row: its work counts, not ours."""


def claim(*, now: datetime, resting: Collection[int] = ()) -> InboxEvent | None:
    """The oldest delivery that is due, now leased to the caller; None if there is none.

    Deliveries about one application are worked on in the order in which they came: an earlier one that
    still waits keeps the later ones back. Those of `resting` connections are left alone.
    """
    earlier = InboxEvent.objects.across_organisations().filter(
        connection=OuterRef("connection"),
        remote_application_id=OuterRef("remote_application_id"),
        state=State.RECEIVED,
        pk__lt=OuterRef("pk"),
    )
    with transaction.atomic():
        event = (
            InboxEvent.objects.across_organisations()
            .select_for_update(skip_locked=True, of=("self",))
            .select_related("connection__organisation")
            .filter(~Exists(earlier), state=State.RECEIVED, not_before__lte=now)
            .exclude(connection__in=resting)
            .order_by("pk")
            .first()
        )
        if event is None:
            return None
        event.attempts += 1
        event.faults += 1
        event.not_before = now + LEASE
        event.save(update_fields=["attempts", "faults", "not_before"])
        return event


def settle(
    event: InboxEvent, *, state: str, outcome: str, now: datetime, caused: Sequence[dict[str, Any]] = ()
) -> None:
    """Handled or failed, with what to say of it and what it led to. Raises Lost."""
    _write(event, state=state, outcome=outcome, caused=list(caused), handled_at=now)


def postpone(
    event: InboxEvent, *, outcome: str, now: datetime, said: timedelta | None = None, fault: bool = False
) -> None:
    """Try again after the wait that Greenhouse has said, else after a longer one each time. Raises Lost.

    `fault`: it was the delivery's own, and counts.
    """
    wait = WAITS[min(event.attempts, len(WAITS)) - 1] if said is None else said
    _write(event, not_before=now + wait, outcome=outcome, faults=event.faults - (not fault))


def _write(event: InboxEvent, **values: object) -> None:
    mine = InboxEvent.objects.across_organisations().filter(
        pk=event.pk, state=State.RECEIVED, attempts=event.attempts
    )
    if not mine.update(**values):
        raise Lost
