"""Handles the ordinary deliveries of a burst in a batch: claimed, written and settled in one transaction.

A delivery is ordinary if it is at its first attempt, was read ahead, and is about an application of ours that has not
changed since. All others, and the whole batch if anything goes wrong, are handled one by one.
"""

import logging
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from django.db import OperationalError, transaction

from goodword.core.crypto import CannotOpen
from goodword.core.events import hearing
from goodword.greenhouse.client import HarvestError
from goodword.greenhouse.inbox import payload
from goodword.greenhouse.inbox.actions import APPLICATION_ACTIONS
from goodword.greenhouse.inbox.ahead import FEW, TOGETHER, forget, kept_for
from goodword.greenhouse.inbox.claim import Lost, Turn, claim_these, settle_all
from goodword.greenhouse.models import Connection, InboxEvent
from goodword.greenhouse.sync.batches import Updated, prepare, write
from goodword.greenhouse.sync.reading import Hint, Prefetched

log = logging.getLogger(__name__)

#: errors of Greenhouse or its key
ON_ITS_WAY = (HarvestError, CannotOpen)

USUAL = APPLICATION_ACTIONS - {"delete_application"}


def claim_read(turn: Turn, *, now: datetime) -> list[tuple[InboxEvent, Prefetched]]:
    """Claim the turn's next deliveries that were read ahead, with the data read; none if there are too few."""
    if not turn.ready:
        return []
    connection_id = turn.ready[0][1]
    if connection_id in turn.resting or not turn.take(connection_id):
        return []
    kept = kept_for(connection_id)
    ids = []
    for pk, whose in turn.ready[:TOGETHER]:
        if pk not in kept or pk in turn.alone or whose != connection_id:
            break  # keep the order of arrival
        ids.append(pk)
    if len(ids) < FEW:
        return []
    return [(event, kept[event.pk]) for event in claim_these(turn, ids, now=now)]


def handle_together(read: Sequence[tuple[InboxEvent, Prefetched]], *, now: datetime) -> list[InboxEvent]:
    """Handle the ordinary ones among claimed deliveries of one connection. Returns the others."""
    events = [event for event, _ in read]
    if len(events) < FEW:
        return events
    try:
        done = _handle(read, connection=events[0].connection, now=now)
    except (*ON_ITS_WAY, OperationalError, Lost) as error:
        log.info("%d deliveries are worked on one by one: %s", len(events), error)
        return events
    except Exception:  # handled alone, each shows whether it was the cause
        log.exception("%d deliveries could not be worked on together", len(events))
        return events
    forget(events[0].connection_id, done)
    return [event for event in events if event.pk not in done]


def _hint(event: InboxEvent) -> Hint | None:
    """The hint in an ordinary delivery; None for other kinds."""
    if (
        event.attempts > 1
        or event.action not in USUAL
        or event.connection.state == Connection.State.DISCONNECTED
    ):
        return None
    try:
        delivery = payload.read(bytes(event.body))
    except payload.Malformed:
        return None
    if delivery.action != event.action or delivery.application_id != event.remote_application_id:
        return None
    return replace(delivery.hint, received_at=event.received_at)


def _handle(
    read: Sequence[tuple[InboxEvent, Prefetched]], *, connection: Connection, now: datetime
) -> set[int]:
    """Update our copy and settle, in one transaction. Returns the ids of the deliveries handled."""
    usual: dict[int, tuple[InboxEvent, Hint, Prefetched]] = {}
    for event, ahead in read:
        hint = _hint(event)
        if hint is not None and event.remote_application_id is not None:
            usual[event.remote_application_id] = event, hint, ahead
    plans = prepare(connection, {one: (hint, ahead) for one, (_, hint, ahead) in usual.items()}, now=now)
    with transaction.atomic(), hearing() as heard:
        brought = write(plans, connection=connection, now=now)
        names: dict[int, list[str]] = {}
        for happened in heard:
            if happened.application_id is not None:
                names.setdefault(happened.application_id, []).append(happened.name)

        def caused(one: Updated) -> list[dict[str, object]]:
            pk = one.application_id
            return [{"application": pk, "events": names[pk]}] if pk in names else []

        settle_all([(usual[one.remote_id][0], one.outcome, caused(one)) for one in brought], now=now)
    return {usual[one.remote_id][0].pk for one in brought}
