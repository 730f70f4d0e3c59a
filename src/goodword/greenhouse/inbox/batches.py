"""In a burst, reads the data of fifty deliveries from Harvest at once and handles them in one transaction. After an
error, they are handled one by one."""

import logging
import threading
import time
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from django.db import OperationalError, transaction

from goodword.core.crypto import CannotOpen
from goodword.core.events import collect_events
from goodword.greenhouse.client import HarvestError
from goodword.greenhouse.inbox import payload
from goodword.greenhouse.inbox.leases import LeaseLost, Turn, claim_batch, settle_all
from goodword.greenhouse.inbox.payload import APPLICATION_ACTIONS
from goodword.greenhouse.models import Connection, Delivery
from goodword.greenhouse.sync.batches import Updated, prepare, write
from goodword.greenhouse.sync.fetching import NOTHING_PREFETCHED, Hint, Prefetched, prefetch

log = logging.getLogger(__name__)

MAX_BATCH = 50

MIN_BATCH = 4

#: how many of the next deliveries are searched for others of the same connection
LOOKAHEAD = 4 * MAX_BATCH

CACHE_SECONDS = 60.0

BATCH_ACTIONS = APPLICATION_ACTIONS - {"delete_application"}


class _Cache:
    def __init__(self) -> None:
        self.lock = threading.Lock()  # one thread reads while the others wait for its result
        self.until = 0.0
        self.prefetched: dict[int, Prefetched] = {}

    def pop(self, delivery_id: int) -> Prefetched | None:
        if time.monotonic() > self.until:
            self.prefetched.clear()
        return self.prefetched.pop(delivery_id, None)


_EMPTY: dict[int, Prefetched] = {}

_caches: defaultdict[int, _Cache] = defaultdict(_Cache)


def prefetched_for(delivery: Delivery, *, now: datetime, last: bool = False) -> Prefetched:
    """Harvest's data for a claimed delivery. Reads ahead for the next ones if there are enough, unless `last`. Raises
    HarvestError, CannotOpen."""
    if (
        delivery.attempts > 1
        or delivery.action not in APPLICATION_ACTIONS
        or delivery.remote_application_id is None
    ):
        return NOTHING_PREFETCHED
    cache = _caches[delivery.connection_id]
    with cache.lock:
        found = cache.pop(delivery.pk)
        if found is not None:
            return found
        if last:
            return NOTHING_PREFETCHED
        together = [delivery, *_next_deliveries(delivery, now=now)]
        if len(together) < MIN_BATCH:
            return NOTHING_PREFETCHED
        wanted = {row.remote_application_id: row.remote_candidate_id for row in together}
        read = prefetch(
            delivery.connection,
            {remote_id: wanted[remote_id] for remote_id in wanted if remote_id is not None},
            now=now,
        )
        cache.prefetched = {row.pk: read for row in together[1:]}
        cache.until = time.monotonic() + CACHE_SECONDS
        return read


def _next_deliveries(delivery: Delivery, *, now: datetime) -> list[Delivery]:
    """The oldest delivery of each application, without those tried before. Filtered in Python as in `leases`."""
    rows = (
        Delivery.objects.across_organisations()
        .filter(state=Delivery.State.RECEIVED, pk__gt=delivery.pk)
        .defer("body")
        .order_by("pk")[:LOOKAHEAD]
    )
    oldest: dict[int, Delivery] = {}
    for row in rows:
        if (
            row.connection_id == delivery.connection_id
            and row.attempts == 0
            and row.not_before <= now
            and row.action in APPLICATION_ACTIONS
            and row.remote_application_id not in {None, delivery.remote_application_id}
        ):
            oldest.setdefault(row.remote_application_id, row)
    return list(oldest.values())[: MAX_BATCH - 1]


def _cached_for(connection_id: int) -> dict[int, Prefetched]:
    cache = _caches[connection_id]
    if not cache.lock.acquire(blocking=False):
        return _EMPTY
    try:
        return dict(cache.prefetched) if time.monotonic() <= cache.until else _EMPTY
    finally:
        cache.lock.release()


def _forget(connection_id: int, delivery_ids: Iterable[int]) -> None:
    prefetched = _caches[connection_id].prefetched
    for delivery_id in delivery_ids:
        prefetched.pop(delivery_id, None)


def claim_prefetched(turn: Turn, *, now: datetime) -> list[tuple[Delivery, Prefetched]]:
    if not turn.ready:
        return []
    connection_id = turn.ready[0][1]
    if connection_id in turn.resting or not turn.take(connection_id):
        return []
    cached = _cached_for(connection_id)
    ids = []
    for pk, owner in turn.ready[:MAX_BATCH]:
        if pk not in cached or pk in turn.alone or owner != connection_id:
            break  # deliveries must be handled in the order of their arrival
        ids.append(pk)
    if len(ids) < MIN_BATCH:
        return []
    return [(delivery, cached[delivery.pk]) for delivery in claim_batch(turn, ids, now=now)]


def handle_batch(batch: Sequence[tuple[Delivery, Prefetched]], *, now: datetime) -> list[Delivery]:
    """Handle the claimed deliveries, all of one connection, that need no special care. Returns the others."""
    deliveries = [delivery for delivery, _ in batch]
    if len(deliveries) < MIN_BATCH:
        return deliveries
    try:
        done = _handle(batch, connection=deliveries[0].connection, now=now)
    except (HarvestError, CannotOpen, OperationalError, LeaseLost) as error:
        log.info("%d deliveries are handled one by one: %s", len(deliveries), error)
        return deliveries
    except Exception:  # handling them one by one shows which one was the cause
        log.exception("%d deliveries could not be handled together", len(deliveries))
        return deliveries
    _forget(deliveries[0].connection_id, done)
    return [delivery for delivery in deliveries if delivery.pk not in done]


def _handle(
    batch: Sequence[tuple[Delivery, Prefetched]], *, connection: Connection, now: datetime
) -> set[int]:
    ordinary: dict[int, tuple[Delivery, Hint, Prefetched]] = {}
    for delivery, prefetched in batch:
        hint = _hint(delivery)
        if hint is not None and delivery.remote_application_id is not None:
            ordinary[delivery.remote_application_id] = delivery, hint, prefetched
    plans = prepare(
        connection,
        {remote_id: (hint, prefetched) for remote_id, (_, hint, prefetched) in ordinary.items()},
        now=now,
    )
    with transaction.atomic(), collect_events() as events:
        updated = write(plans, connection=connection, now=now)
        names: dict[int, list[str]] = {}
        for event in events:
            if event.application_id is not None:
                names.setdefault(event.application_id, []).append(event.name)

        def caused(written: Updated) -> list[dict[str, object]]:
            pk = written.application_id
            return [{"application": pk, "events": names[pk]}] if pk in names else []

        settle_all(
            [(ordinary[written.remote_id][0], written.outcome, caused(written)) for written in updated],
            now=now,
        )
    return {ordinary[written.remote_id][0].pk for written in updated}


def _hint(delivery: Delivery) -> Hint | None:
    if (
        delivery.attempts > 1
        or delivery.action not in BATCH_ACTIONS
        or delivery.connection.state == Connection.State.DISCONNECTED
    ):
        return None
    try:
        content = payload.read_payload(bytes(delivery.body))
    except payload.Malformed:
        return None
    if content.action != delivery.action or content.application_id != delivery.remote_application_id:
        return None
    return replace(content.hint, received_at=delivery.received_at)
