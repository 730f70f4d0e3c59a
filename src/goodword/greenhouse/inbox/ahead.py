"""In a burst the deliveries that come next are read through Harvest together, fifty at a time.

One delivery alone is read alone, as are those that were tried before. Only an optimisation: what is read ahead is
bound to its delivery, so that a later one of the same application is read anew, and is left unused if our copy has
been written since (`sync.ahead`).
"""

import threading
import time
from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime

from goodword.greenhouse.inbox.actions import APPLICATION_ACTIONS
from goodword.greenhouse.models import InboxEvent
from goodword.greenhouse.sync.reading import NOTHING_PREFETCHED, Prefetched, prefetch

#: deliveries that are read together at most: as many as fit into one call
TOGETHER = 50

#: later deliveries searched for more of the same connection
LOOKED_AT = 4 * TOGETHER

#: fewer are not worth it
FEW = 4

#: seconds after which what was read and not used is forgotten
KEPT = 60.0


class _Kept:
    """What was read for deliveries of one connection, shared by the threads of this process."""

    def __init__(self) -> None:
        self.lock = threading.Lock()  # one thread reads, the others wait for what it reads
        self.until = 0.0
        self.events: dict[int, Prefetched] = {}

    def take(self, event_id: int) -> Prefetched | None:
        """What was read for a delivery, once."""
        if time.monotonic() > self.until:
            self.events.clear()
        return self.events.pop(event_id, None)


_NONE_KEPT: dict[int, Prefetched] = {}

_kept: defaultdict[int, _Kept] = defaultdict(_Kept)


def ahead_of(event: InboxEvent, *, now: datetime) -> Prefetched:
    """What was read ahead for a claimed delivery; reads for it and the next ones if there are enough of them.

    Raises HarvestError, and crypto.CannotOpen.
    """
    if event.attempts > 1 or event.action not in APPLICATION_ACTIONS or event.remote_application_id is None:
        return NOTHING_PREFETCHED
    kept = _kept[event.connection_id]
    with kept.lock:
        found = kept.take(event.pk)
        if found is not None:
            return found
        together = [event, *_next(event, now=now)]
        if len(together) < FEW:
            return NOTHING_PREFETCHED
        wanted = {one.remote_application_id: one.remote_candidate_id for one in together}
        read = prefetch(event.connection, {one: wanted[one] for one in wanted if one is not None}, now=now)
        kept.events = {one.pk: read for one in together[1:]}
        kept.until = time.monotonic() + KEPT
        return read


def kept_for(connection_id: int) -> dict[int, Prefetched]:
    """Data read for deliveries of a connection, by their ids; empty while another thread is reading."""
    kept = _kept[connection_id]
    if not kept.lock.acquire(blocking=False):
        return _NONE_KEPT
    try:
        return dict(kept.events) if time.monotonic() <= kept.until else _NONE_KEPT
    finally:
        kept.lock.release()


def forget(connection_id: int, event_ids: Iterable[int]) -> None:
    """Drop the data read for finished deliveries."""
    events = _kept[connection_id].events
    for event_id in event_ids:
        events.pop(event_id, None)


def _next(event: InboxEvent, *, now: datetime) -> list[InboxEvent]:
    """The deliveries to be handled after this one: the oldest of each application, without earlier attempts.

    The query is simple and the rest is filtered here, because of the planner (see `claim`).
    """
    rows = (
        InboxEvent.objects.across_organisations()
        .filter(state=InboxEvent.State.RECEIVED, pk__gt=event.pk)
        .defer("body")
        .order_by("pk")[:LOOKED_AT]
    )
    oldest: dict[int, InboxEvent] = {}
    for row in rows:
        if (
            row.connection_id == event.connection_id
            and row.attempts == 0
            and row.not_before <= now
            and row.action in APPLICATION_ACTIONS
            and row.remote_application_id not in {None, event.remote_application_id}
        ):
            oldest.setdefault(row.remote_application_id, row)
    return list(oldest.values())[: TOGETHER - 1]
