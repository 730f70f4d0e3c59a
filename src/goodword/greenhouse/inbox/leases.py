"""Leases of deliveries: one worker claims a delivery and settles it in the transaction that writes its effect.

A claim sets `not_before` to the end of the lease and counts a fault in advance, because a delivery that kills its
worker would otherwise be retried forever. If the delivery was not to blame, the fault is taken back. When a worker
dies, its deliveries are due again once the lease ends or its database connection is gone (`requeue_interrupted`). A
slow worker finds out when settling that it has lost the lease.

Queries are deliberately simple. If statistics were gathered while the inbox was empty, the planner expects a filter by
state to match one row, and a join would scan the whole backlog for each claim.
"""

import json
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import connection as database
from django.db import transaction
from django.db.models import F, QuerySet

from goodword.core import jobs
from goodword.greenhouse.models import Connection, Delivery

State = Delivery.State

#: longer than reading for one delivery usually takes
LEASE = timedelta(minutes=3)

#: waits while Greenhouse is unavailable; the last one is repeated until `processing.prune`
WAITS = tuple(timedelta(seconds=s) for s in (10, 30, 60, 300, 900, 3600))

PAGE = 500

#: seconds for which a turn caches a connection
CONNECTION_CACHE = 1.0

MAX_TRIES = 2**15 - 1

#: rows that one statement tries to lock, since other workers may have locked the first ones
ROWS_TRIED = 20


class LeaseLost(Exception):
    """The lease has ended and another worker has the delivery. Discard the work."""


@dataclass
class Turns:
    mutex: threading.Lock = field(default_factory=threading.Lock)
    at: "dict[int, Turn]" = field(default_factory=dict)


@dataclass
class Turn:
    """A worker's short turn at the inbox.

    `resting`: connections to skip. `ready`: the next deliveries, as (id, connection id), only the first of each
    application. `alone`: ids that can't be handled in a batch. `at`: the connection of this turn; turns that share
    `turns` work on different connections. `missed`: another turn skipped this connection because of us. `saw_all`:
    `ready` had all waiting deliveries and none was skipped; deliveries that arrive later start another turn.
    """

    resting: set[int] = field(default_factory=set)
    ready: list[tuple[int, int]] = field(default_factory=list)
    alone: set[int] = field(default_factory=set)
    connections: dict[int, tuple[float, Connection]] = field(default_factory=dict)
    turns: Turns = field(default_factory=Turns)
    at: int | None = None
    missed: bool = False
    saw_all: bool = False

    def take(self, connection_id: int) -> bool:
        """Take a connection. Returns False if another turn works on it."""
        with self.turns.mutex:
            other = self.turns.at.get(connection_id, self)
            if other is not self:
                other.missed = True
                return False
            self._leave()
            self.at = connection_id
            self.turns.at[connection_id] = self
            return True

    def end(self) -> bool:
        """End the turn. Returns whether another turn has skipped its connection in the meantime."""
        with self.turns.mutex:
            self._leave()
            return self.missed

    def taken(self) -> list[int]:
        """Connections that other turns are handling. Sets `missed` on those turns."""
        with self.turns.mutex:
            others = [(pk, turn) for pk, turn in self.turns.at.items() if turn is not self]
            for _, turn in others:
                turn.missed = True
            return [pk for pk, _ in others]

    def _leave(self) -> None:
        if self.at is not None:
            del self.turns.at[self.at]
            self.at = None

    def connection(self, pk: int) -> Connection:
        read, found = self.connections.get(pk, (0.0, None))
        if found is None or time.monotonic() - read > CONNECTION_CACHE:
            rows = Connection.objects.across_organisations().select_related("organisation")
            self.connections[pk] = _, found = time.monotonic(), rows.get(pk=pk)
        return found


def wake_inbox() -> None:
    """Process the inbox in this worker, or by a job. Don't call this in the transaction that stores deliveries, since
    requests would wait."""
    jobs.named("greenhouse.inbox").defer_once(lock="greenhouse.inbox")


def wake_inbox_by_notify() -> None:
    """Wake the workers without a job. If none is listening, the sweep finds the delivery."""
    jobs.named("greenhouse.inbox").announce()


def claim(turn: Turn, *, now: datetime) -> Delivery | None:
    """Lease the oldest due delivery, if any. A delivery that waits blocks later ones of its application."""
    if delivery := _claim_ready(turn, now=now):
        return delivery
    if turn.saw_all:
        return None
    for page in _pages(turn, now=now):
        turn.ready = page
        if delivery := _claim_ready(turn, now=now):
            return delivery
    return None


def claim_batch(turn: Turn, ids: Sequence[int], *, now: datetime) -> list[Delivery]:
    leased = _lease(turn, ids, most=len(ids), tried=0, now=now)
    taken = {delivery.pk for delivery in leased}
    turn.ready = [row for row in turn.ready if row[0] not in taken]
    return leased


def _claim_ready(turn: Turn, *, now: datetime) -> Delivery | None:
    while turn.ready:
        some = [row for row in turn.ready[:ROWS_TRIED] if row[1] not in turn.resting]
        at = next((connection_id for _, connection_id in some if turn.take(connection_id)), None)
        ids = [pk for pk, connection_id in some if connection_id == at]
        if deliveries := _lease(turn, ids, most=1, now=now) if ids else []:
            turn.saw_all = turn.saw_all and turn.ready[0][0] == deliveries[0].pk
            turn.ready = [row for row in turn.ready if row[0] > deliveries[0].pk]
            return deliveries[0]
        del turn.ready[:ROWS_TRIED]
        turn.saw_all = False
    return None


def _pages(turn: Turn, *, now: datetime) -> Iterator[list[tuple[int, int]]]:
    """Yield pages of deliveries that are due and the first of their application."""
    waiting = Delivery.objects.across_organisations().filter(state=State.RECEIVED).order_by("pk")
    if taken := turn.taken():
        waiting = waiting.exclude(connection_id__in=taken)
    rows = waiting.values_list("pk", "connection_id", "remote_application_id", "not_before")
    seen: set[tuple[int, int]] = set()
    last = 0
    while page := list(rows.filter(pk__gt=last)[:PAGE]):
        ready = []
        is_first, turn.saw_all = last == 0, False
        last = page[-1][0]
        for pk, connection_id, application_id, not_before in page:
            if application_id is not None:
                if (connection_id, application_id) in seen:
                    continue
                seen.add((connection_id, application_id))
            if not_before <= now and connection_id not in turn.resting:
                ready.append((pk, connection_id))
        turn.saw_all = is_first and len(page) == len(ready) < PAGE
        yield ready


#: `handled_at IS NULL` is equivalent to the state, but matches no partial index, which the planner could assume to be
#: tiny. `attempts` stops at its column's maximum, since a delivery can wait for Greenhouse's rate limit for days.
_LEASE = """
UPDATE greenhouse_delivery
SET attempts = LEAST(attempts, 32766) + 1, faults = faults + 1, not_before = %(until)s,
    leased_to = pg_backend_pid(), leased_at = statement_timestamp()
WHERE id = ANY(ARRAY(
    SELECT id FROM greenhouse_delivery WHERE id = ANY(%(ids)s) AND handled_at IS NULL AND not_before <= %(now)s
    AND attempts <= %(tried)s
    ORDER BY id LIMIT %(most)s FOR NO KEY UPDATE SKIP LOCKED
))
RETURNING *, set_config('synchronous_commit', 'off', true) AS relaxed
"""


def _lease(
    turn: Turn, ids: Sequence[int], *, most: int, tried: int = MAX_TRIES, now: datetime
) -> list[Delivery]:
    """Lease those still due and not locked. Commits asynchronously: losing a lease in a crash only ends it early."""
    values = {"ids": list(ids), "now": now, "until": now + LEASE, "most": most, "tried": tried}
    leased = list(Delivery.objects.across_organisations().raw(_LEASE, values))
    for delivery in leased:
        delivery.connection = turn.connection(delivery.connection_id)
    return sorted(leased, key=lambda delivery: delivery.pk)


#: process ids are reused, so a backend that started after the lease is a different one
_ORPHANS = """
SELECT id, attempts, leased_at < pg_postmaster_start_time()
FROM greenhouse_delivery AS delivery
WHERE leased_to IS NOT NULL AND NOT EXISTS (
    SELECT FROM pg_stat_activity AS backend
    WHERE backend.pid = delivery.leased_to
    AND (backend.backend_start IS NULL OR backend.backend_start <= delivery.leased_at)
)
"""


def leased() -> QuerySet[Delivery]:
    return Delivery.objects.across_organisations().filter(leased_to__isnull=False)


def requeue_interrupted(*, now: datetime) -> int:
    """End the leases of workers whose database connection is gone, and return their number. If the database server was
    restarted, no fault is counted."""
    with transaction.atomic(), database.cursor() as cursor:
        cursor.execute(_ORPHANS)
        orphans = cursor.fetchall()
    freed = 0
    for pk, attempts, restarted in orphans:
        row = Delivery.objects.across_organisations().filter(pk=pk, handled_at=None, attempts=attempts)
        if restarted:
            row.filter(faults__gt=0).update(faults=F("faults") - 1)
        freed += row.update(not_before=now, leased_to=None)
    return freed


def settle(
    delivery: Delivery, *, state: str, outcome: str, now: datetime, caused: Sequence[dict[str, Any]] = ()
) -> None:
    """Store the outcome of a delivery. Raises LeaseLost."""
    _write(delivery, state=state, outcome=outcome, caused=list(caused), handled_at=now)


_SETTLE = """
UPDATE greenhouse_delivery AS delivery
SET state = 'handled', outcome = done.outcome, caused = done.caused::jsonb, handled_at = %s, leased_to = NULL
FROM unnest(%s::bigint[], %s::int[], %s::text[], %s::text[]) AS done (id, attempts, outcome, caused)
WHERE delivery.id = done.id AND delivery.attempts = done.attempts AND delivery.handled_at IS NULL
"""


def settle_all(done: Sequence[tuple[Delivery, str, Sequence[dict[str, Any]]]], *, now: datetime) -> None:
    """Store the outcomes of several deliveries. Raises LeaseLost if another worker has taken over any of them; the
    caller must roll back."""
    deliveries = [delivery for delivery, _, _ in done]
    ids, attempts = [delivery.pk for delivery in deliveries], [delivery.attempts for delivery in deliveries]
    outcomes, caused = (
        [outcome for _, outcome, _ in done],
        [json.dumps(list(effects)) for _, _, effects in done],
    )
    with database.cursor() as cursor:
        cursor.execute(_SETTLE, [now, ids, attempts, outcomes, caused])
        if cursor.rowcount != len(done):
            raise LeaseLost


def give_back(turn: Turn, deliveries: Sequence[Delivery], *, now: datetime) -> None:
    """Undo the claim of unhandled deliveries. This turn then handles each of them alone."""
    for attempts in {delivery.attempts for delivery in deliveries}:
        own = Delivery.objects.across_organisations().filter(
            pk__in=[delivery.pk for delivery in deliveries if delivery.attempts == attempts],
            handled_at=None,
            attempts=attempts,
            leased_to__isnull=False,
        )
        own.update(leased_to=None, not_before=now, attempts=F("attempts") - 1, faults=F("faults") - 1)
    turn.alone.update(delivery.pk for delivery in deliveries)
    turn.ready = sorted([(delivery.pk, delivery.connection_id) for delivery in deliveries] + turn.ready)


def postpone(
    delivery: Delivery, *, outcome: str, now: datetime, wait: timedelta | None = None, fault: bool = False
) -> None:
    """Try again after `wait`, by default longer each time. `fault`: the delivery was to blame. Raises LeaseLost."""
    wait = WAITS[min(delivery.attempts, len(WAITS)) - 1] if wait is None else wait
    _write(delivery, not_before=now + wait, outcome=outcome, faults=delivery.faults - (not fault))


def _write(delivery: Delivery, **values: object) -> None:
    own = Delivery.objects.across_organisations().filter(
        pk=delivery.pk, handled_at=None, attempts=delivery.attempts
    )
    if not own.update(leased_to=None, **values):
        raise LeaseLost
