"""Processing, replaying and deleting deliveries. A body is only a hint; what counts is Harvest's current data.

Each worker that wakes up takes a turn. Row locks decide who gets which delivery.
"""

import logging
import time
from collections.abc import Iterable, Sequence
from contextlib import nullcontext
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import OperationalError, transaction
from django.db.models import Q, QuerySet

from goodword.accounts.domain.audit import write_by
from goodword.accounts.models import Membership
from goodword.candidates.models import Application
from goodword.core import clock, crypto, jobs, process, telemetry
from goodword.core.compiled_queries import prepared
from goodword.core.events import collect_events, rows_only, still_recorded
from goodword.core.jobs import Lane
from goodword.core.models import Event
from goodword.greenhouse.client import CONNECTION_ERRORS, HarvestError, RateLimited
from goodword.greenhouse.inbox import payload
from goodword.greenhouse.inbox.batches import claim_prefetched, handle_batch, prefetched_for
from goodword.greenhouse.inbox.effects import apply_effect, register_webhook
from goodword.greenhouse.inbox.leases import (
    LeaseLost,
    Turn,
    Turns,
    claim,
    give_back,
    leased,
    postpone,
    requeue_interrupted,
    settle,
    wake_inbox,
)
from goodword.greenhouse.models import Connection, Delivery
from goodword.greenhouse.sync import calls
from goodword.greenhouse.sync.applications import TooBusy
from goodword.greenhouse.sync.fetching import our_application

log = logging.getLogger(__name__)

HANDLED, FAILED = Delivery.State.HANDLED, Delivery.State.FAILED

#: number of attempts after which a delivery that we can't handle is *failed*
TRIES = 5

#: the same if the database was busy or the worker died, which is usually temporary
BUSY_TRIES = 8

WORKER_DIED = "Goodword's worker stopped each time it processed this delivery. Fix the cause, then replay it."


def process_next(turn: Turn, *, now: datetime) -> bool:
    """Process the next delivery or batch. Returns False if this turn can't handle any delivery."""
    began = time.time_ns()
    if batch := claim_prefetched(turn, now=now):
        left = [delivery for delivery, _ in batch]
        try:
            left = handle_batch(batch, now=now)
        finally:  # even if the worker is stopping
            give_back(turn, left, now=now)
        for handled in {claimed for claimed, _ in batch} - set(left):
            _trace(handled, since=began)
        return True
    with transaction.atomic():
        delivery = claim(turn, now=now)
        if delivery is None:
            return False
        ours = _our_copy(delivery)
    with telemetry.about(delivery=delivery.pk, organisation=delivery.organisation_id):
        try:
            with prepared():
                _attempt(delivery, ours, now=now, resting=turn.resting, last=not turn.ready)
        except LeaseLost:
            log.info("%s was taken over by another worker", delivery)
        _trace(delivery, since=began)
    return True


def _our_copy(delivery: Delivery) -> Application | None:
    remote_id = delivery.remote_application_id
    return our_application(delivery.connection_id, remote_id) if remote_id is not None else None


def _trace(delivery: Delivery, *, since: int) -> None:
    def application() -> int | None:
        known = Application.objects.of(delivery.organisation).filter(remote_id=delivery.remote_application_id)
        return known.values_list("pk", flat=True).first() if delivery.remote_application_id else None

    telemetry.record_span("delivery", since=since, of=application, delivery=delivery.pk)


def _attempt(
    delivery: Delivery, ours: Application | None, *, now: datetime, resting: set[int], last: bool
) -> None:
    try:
        _handle(delivery, ours, now=now, last=last)
    except CONNECTION_ERRORS as error:  # wait until Greenhouse is available again
        resting.add(delivery.connection_id)
        wait = timedelta(seconds=max(1.0, error.wait)) if isinstance(error, RateLimited) else None
        postpone(delivery, outcome=f"Waiting. {error.sentence} {error.remedy}", now=now, wait=wait)
    except crypto.CannotOpen as error:
        resting.add(delivery.connection_id)
        postpone(delivery, outcome=f"Waiting. {error}", now=now)
    except HarvestError as error:
        _retry_or_fail(delivery, f"{error.sentence} {error.remedy}", now=now)
    except (TooBusy, OperationalError) as error:
        log.warning("%s waits: %s", delivery, error)
        _retry_or_fail(delivery, "The database was busy.", now=now, tries=BUSY_TRIES)
    except process.Stopped:  # while waiting for the rate limit; another worker can take it at once
        postpone(delivery, outcome=delivery.outcome, now=now, wait=timedelta(0))
        raise
    except LeaseLost:
        raise
    except Exception as error:  # one delivery must not stop the others
        log.exception("%s could not be handled", delivery)
        why = f"Goodword could not process this delivery ({type(error).__name__})."
        _retry_or_fail(delivery, f"{why} Fix the cause, then replay it.", now=now)


def _retry_or_fail(delivery: Delivery, why: str, *, now: datetime, tries: int = TRIES) -> None:
    """Retry later, or fail after too many attempts. A failed delivery no longer blocks later ones of its
    application."""
    if delivery.faults >= tries:
        settle(delivery, state=FAILED, outcome=why, now=now)
    else:
        postpone(delivery, outcome=f"Waiting. {why}", now=now, fault=True)


def _handle(delivery: Delivery, ours: Application | None, *, now: datetime, last: bool) -> None:
    """`ours`: our copy of its application. `last`: no other delivery is due, so don't prefetch."""
    connection = delivery.connection
    if delivery.faults > BUSY_TRIES:  # each claim counts a fault until its worker settles
        settle(delivery, state=FAILED, outcome=WORKER_DIED, now=now)
        return
    try:
        content = payload.read_payload(bytes(delivery.body))
    except payload.Malformed as error:
        settle(delivery, state=FAILED, outcome=str(error), now=now)
        return
    if connection.state == Connection.State.DISCONNECTED:
        settle(delivery, state=HANDLED, outcome="Greenhouse was disconnected: no effect.", now=now)
        return
    if content.ping is not None:
        with transaction.atomic():
            outcome = register_webhook(connection, content.ping, now=now)
            settle(delivery, state=HANDLED, outcome=outcome, now=now)
        return
    content = replace(content, hint=replace(content.hint, received_at=delivery.received_at))
    again = delivery.attempts > 1
    with collect_events() as events, rows_only() if again else nullcontext():

        def done(outcomes: list[str], *, roles: Iterable[int] = ()) -> None:
            caused = _caused_by(events, roles=roles)
            settle(delivery, state=HANDLED, outcome=" ".join(outcomes), caused=caused, now=now)

        apply_effect(
            content,
            connection=connection,
            now=now,
            settle=done,
            prefetched=lambda: prefetched_for(delivery, now=now, last=last),
            ours=ours,
        )


def _caused_by(events: Sequence[Event], *, roles: Iterable[int] = ()) -> list[dict[str, Any]]:
    names: dict[int, list[str]] = {}
    for event in still_recorded(events):
        if event.application_id is not None:
            names.setdefault(event.application_id, []).append(event.name)
    caused: list[dict[str, Any]] = [{"application": pk, "events": found} for pk, found in names.items()]
    return caused + [{"role": pk} for pk in roles]


def replay(delivery: Delivery, *, now: datetime, by: Membership) -> None:
    """Process a delivery again as if it had just arrived. Always safe, since Harvest's current data counts."""
    with transaction.atomic():
        _requeue(Delivery.objects.of(by.organisation).filter(pk=delivery.pk), now=now)
        write_by(by, "greenhouse.delivery_replayed", now=now, details={"event": delivery.pk})
    wake_inbox()


def replay_failed(*, connection: Connection | None, now: datetime, by: Membership) -> int:
    rows = Delivery.objects.of(by.organisation).filter(state=Delivery.State.FAILED)
    with transaction.atomic():
        count = _requeue(rows.filter(connection=connection) if connection else rows, now=now)
        if not count:
            return 0
        write_by(
            by,
            "greenhouse.failed_replayed",
            now=now,
            details={"deliveries": count, "connection": connection.pk if connection else None},
        )
    wake_inbox()
    return count


def replay_waiting(connection: Connection, *, now: datetime) -> None:
    _requeue(
        Delivery.objects.across_organisations().filter(connection=connection, state=Delivery.State.RECEIVED),
        now=now,
    )
    wake_inbox()


def _requeue(rows: QuerySet[Delivery], *, now: datetime) -> int:
    return rows.update(
        state=Delivery.State.RECEIVED,
        attempts=0,
        faults=0,
        not_before=now,
        leased_to=None,
        outcome="",
        handled_at=None,
    )


def retention() -> timedelta:
    """Return how long to keep deliveries, whose bodies contain personal data. Greenhouse gives up on a delivery after a
    day."""
    return timedelta(days=settings.GOODWORD_INBOX_DAYS)


def prune(*, now: datetime) -> int:
    """Delete old deliveries that are settled or whose connection no longer works. Returns how many."""
    dead = Connection.objects.across_organisations().filter(
        state__in=[Connection.State.DISCONNECTED, Connection.State.BROKEN]
    )
    old = Delivery.objects.across_organisations().filter(received_at__lt=now - retention())
    removed = old.filter(~Q(state=Delivery.State.RECEIVED) | Q(connection__in=dead))
    return removed.delete()[0]


#: maximum seconds of a turn
TURN = 5.0

TURNS = Turns()

#: connections that one worker handles at once, so that a slow account doesn't delay the others
THREADS = 4


@jobs.job(
    name="greenhouse.inbox",
    swept_by="greenhouse.inbox.sweep",
    lane=Lane(threads=THREADS, keeping=calls.counts_kept),
)
def work_inbox() -> None:
    over = time.monotonic() + TURN
    turn = Turn(turns=TURNS)
    more = False
    try:
        while not more and process_next(turn, now=clock.now()):
            process.check_stop()
            more = time.monotonic() > over
    finally:
        missed = turn.end()
    if more or missed:
        wake_inbox()


@jobs.job(
    name="greenhouse.inbox.sweep",
    cron="* * * * * */5",
    due=lambda now: [due(now=now), leased()],
)
def sweep_inbox() -> None:
    now = clock.now()
    requeue_interrupted(now=now)
    if due(now=now).exists():
        wake_inbox()


def due(*, now: datetime) -> QuerySet[Delivery]:
    received = Delivery.objects.across_organisations().filter(state=Delivery.State.RECEIVED)
    return received.filter(not_before__lte=now)


@jobs.job(name="greenhouse.inbox.prune", cron="40 2 * * * 0")
def prune_inbox() -> None:
    prune(now=clock.now())
    calls.prune(now=clock.now())
