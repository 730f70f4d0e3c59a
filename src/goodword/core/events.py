"""Records events and runs their handlers, as listed in flow.py.

A `reacting` transaction runs the reactions to its events before it commits, each under a savepoint. Reactions that fail
or are `by_worker`, and those of all other transactions, become `Reaction` rows, one per handler. A worker claims the
oldest due rows, runs their handlers and marks them as done in the handlers' own transaction. Either way, each takes
effect once. Rows run in batches of one transaction; if a batch fails, its rows run one by one.

A claim counts the attempt in advance, so a handler that crashes its worker isn't retried forever. An outage or shutdown
reverts the count. The rows of a killed worker are due again after `LEASE`.
"""

import logging
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F, Q, QuerySet
from django.utils.module_loading import import_string
from psycopg.errors import LockNotAvailable

from goodword.core import clock, compiled_queries, database, jobs, process, telemetry
from goodword.core.compiled_queries import remembering
from goodword.core.jobs import Lane
from goodword.core.models import Event, Reaction

_collected: ContextVar[list[Event] | None] = ContextVar("goodword.events.collected", default=None)
Handler = Callable[[Event], None]
Flow = Mapping[str, Sequence[Handler]]
State = Reaction.State
log = logging.getLogger(__name__)
TRIES = 8
#: seconds before the second attempt; each further wait is this many times longer, about 6 hours in total
WAIT = 4
LEASE = timedelta(seconds=30)
BATCH_SIZE = 20
DONE_KEPT, PRUNE_BATCH = timedelta(days=30), 5_000
#: lock timeouts of a batch and of a single row: a lock held for long must not block all reactions
BATCH_LOCK_MS, ALONE_LOCK_MS = 500, 3000
#: lock timeout of a reaction in the recording transaction. It is shorter than deadlock_timeout, so that this
#: transaction gives way: it may hold locks in an unusual order.
HERE_LOCK_MS = 250
#: seconds that one job works before it lets other jobs run
TURN = 2.0
#: `error` of a reaction that crashed its worker on every attempt
WORKER_DIED = "WorkerDied"
#: outages and lock timeouts during a row's handler, by row id
_interrupted: Counter[int] = Counter()
#: maximum delay in seconds of a row whose handler may be causing outages
LONGEST_DELAY = 300
#: two batches in one process would wait for each other's locks on applications
_turn = threading.Lock()
_working: ContextVar[bool] = ContextVar("goodword.reactions.working", default=False)
_reacting: ContextVar[bool] = ContextVar("goodword.reactions.reacting", default=False)
_rows_only: ContextVar[bool] = ContextVar("goodword.reactions.rows_only", default=False)
_by_worker: set[str] = set()
_only_for: dict[str, Mapping[str, object]] = {}
#: Waiting rows have only one index, the partial one on id: with another, the planner could sort a whole backlog for
#: each claim. The commit need not be flushed, since a database crash ends the claim anyway.
_CLAIM = """
UPDATE core_reaction SET attempts = attempts + 1, not_before = %(until)s
WHERE id = ANY(ARRAY(
    SELECT id FROM core_reaction
    WHERE state = 'waiting' AND (not_before IS NULL OR not_before <= %(now)s)
    AND attempts BETWEEN %(least)s AND %(greatest)s
    ORDER BY id LIMIT %(most)s FOR NO KEY UPDATE SKIP LOCKED
))
RETURNING *, set_config('synchronous_commit', 'off', true) AS relaxed
"""


@contextmanager
def collect_events() -> Iterator[list[Event]]:
    """Collect the events recorded within the block, including those that are rolled back (see `still_recorded`)."""
    collected: list[Event] = []
    token = _collected.set(collected)
    try:
        yield collected
    finally:
        _collected.reset(token)


def record(
    name: str,
    *,
    organisation_id: int,
    at: datetime,
    actor: str,
    application_id: int | None = None,
    data: Mapping[str, Any] | None = None,
) -> Event:
    """Write the event and its reactions. Raises RuntimeError outside a transaction, KeyError for an unknown name."""
    event = Event(
        name=name,
        organisation_id=organisation_id,
        application_id=application_id,
        actor=actor,
        data=dict(data or {}),
        occurred_at=at,
    )
    record_all([event])
    return event


def record_all(events: Sequence[Event]) -> None:
    if not transaction.get_connection().in_atomic_block:
        names = ", ".join(event.name for event in events)
        raise RuntimeError(f"{names} must be recorded in the transaction of their row.")
    handlers = [handlers_of(event) for event in events]
    Event.objects.bulk_create(events)
    collected = _collected.get()
    if collected is not None:
        collected.extend(events)
        transaction.on_commit(_Kept(events))
    _queue(
        [
            Reaction(event=event, handler=name)
            for event, names in zip(events, handlers, strict=True)
            for name in names
        ]
    )


@dataclass
class _Kept:
    """A commit hook that holds collected events, since Django drops hooks when their savepoint is rolled back."""

    events: Sequence[Event]

    def __call__(self) -> None: ...


def still_recorded(events: Sequence[Event]) -> list[Event]:
    """The collected events of this transaction that weren't rolled back."""
    hooks = transaction.get_connection().run_on_commit
    kept = {id(event) for _, act, _ in hooks if isinstance(act, _Kept) for event in act.events}
    return [event for event in events if id(event) in kept]


@dataclass
class _Recorded:
    """Holds reactions to run before the commit. Like `_Kept`, Django drops it if its savepoint is rolled back."""

    wanted: Sequence[tuple[Event, str]]

    def __call__(self) -> None:
        raise AssertionError("`reacting` removes it before the commit")


@contextmanager
def reacting() -> Iterator[None]:
    """Open a transaction that runs the reactions to its events before it commits. A failed reaction is rolled back
    alone and becomes a row. Within another such block, this is a savepoint."""
    if _reacting.get() or _rows_only.get():
        with transaction.atomic():
            yield
        return
    token = _reacting.set(True)
    try:
        with compiled_queries.prepared(), transaction.atomic(), remembering():
            yield
            _queue(_react_here(), here=False)
    finally:
        _reacting.reset(token)


@contextmanager
def rows_only() -> Iterator[None]:
    """Turn all reactions into rows, because one of them may have crashed the worker in an earlier attempt."""
    token = _rows_only.set(True)
    try:
        yield
    finally:
        _rows_only.reset(token)


def by_worker[H: Handler](handler: H) -> H:
    """Decorator for slow handlers, which never run in the recording transaction."""
    _by_worker.add(name_of(handler))
    return handler


def only_for[H: Handler](**data: object) -> Callable[[H], H]:
    """Decorator for a handler that only handles events with these values. A missing key counts as equal."""

    def register(handler: H) -> H:
        _only_for[name_of(handler)] = data
        return handler

    return register


def _react_here() -> list[Reaction]:
    """Run the reactions to this transaction's events and to the events that they record in turn. All run under one
    savepoint, or each under its own if one fails. Returns the reactions to queue."""
    wanted = _recorded_here()
    if not wanted:
        return []
    _limit_waits(HERE_LOCK_MS)
    try:
        with transaction.atomic():
            left = _react_to(wanted, _runs)
    except Exception as error:
        if database.is_outage(error):
            raise
        log.info("Running reactions one by one after %s", type(error).__name__)
        left = _react_to(wanted, _succeeds)
    _limit_waits(0)  # the commit checks foreign keys, and a timeout there would undo everything
    return left


def _react_to(wanted: list[tuple[Event, str]], run: Callable[[Reaction], bool]) -> list[Reaction]:
    left = []
    while wanted:
        for event, name in wanted:
            row = Reaction(event=event, handler=name)
            if name in _by_worker or not run(row):
                left.append(row)
        wanted = _recorded_here()
    return left


def _runs(row: Reaction) -> bool:
    _run(row)
    return True


def _recorded_here() -> list[tuple[Event, str]]:
    here = transaction.get_connection()
    hooks = here.run_on_commit
    found = [act for _, act, _ in hooks if isinstance(act, _Recorded)]
    here.run_on_commit = [hook for hook in hooks if not isinstance(hook[1], _Recorded)]
    return [pair for recorded in found for pair in recorded.wanted]


def _succeeds(row: Reaction) -> bool:
    """Run a reaction under a savepoint. If it fails, schedule the next attempt. Raises only on an outage."""
    try:
        with remembering(), transaction.atomic():
            _run(row)
    except Exception as error:
        if database.is_outage(error):
            raise
        if not _is_lock_timeout(error):
            with telemetry.about(event=row.event_id, organisation=row.event.organisation_id):
                log.exception("%s failed on event %d (%s)", row.handler, row.event.pk, row.event.name)
            row.attempts, row.error = 1, type(error).__name__[:100]
            row.not_before = clock.now() + timedelta(seconds=WAIT)
        return False
    return True


def _queue(rows: Sequence[Reaction], *, here: bool = True) -> None:
    if not rows:
        return
    if here and _reacting.get():
        transaction.on_commit(_Recorded([(row.event, row.handler) for row in rows]))
        return
    Reaction.objects.bulk_create(rows)
    if _working.get():
        return  # the loop that runs this handler checks again before it ends
    database_hooks = transaction.get_connection().run_on_commit
    if not any(act is wake for _, act, _ in database_hooks):
        transaction.on_commit(wake, robust=True)


def wake() -> None:
    react.defer_once(lock="event.react")


@jobs.job(name="event.react", priority=jobs.REACTION, swept_by="event.sweep", lane=Lane(threads=1))
def react() -> None:
    """Run due reactions for a short time. The job has no retries, since each row has its own."""
    over = time.monotonic() + TURN
    while _can_claim(clock.now()) and _turn.acquire(blocking=False):
        try:
            with _at_work():
                while run_due(now=clock.now()):
                    process.check_stop()
                    if time.monotonic() > over:
                        wake()
                        return
        except Exception as error:
            if not database.is_outage(error):
                raise
            wake()  # the outage is over, and the row that may have caused it is delayed
            return
        finally:
            _turn.release()
        process.check_stop()

        # check again, since a job queued after the last check may have found `_turn` taken


@jobs.job(
    name="event.sweep",
    cron="* * * * * */5",
    priority=jobs.REACTION,
    due=lambda now: [_due(now)],
)
def sweep_reactions() -> None:
    """Queue a job for reactions that are due because of a lost wake-up, a retry or a dead worker."""
    now = clock.now()
    give_up_deadly(now=now)
    if _due(now).exists():
        wake()


def run_due(*, now: datetime) -> bool:
    left = _claim(now)
    if not left:
        return False
    together = len(left) > 1 and all(row.attempts == 1 and row.pk not in _interrupted for row in left)
    try:
        if together and _act_together(left):
            return True
        together = False
        while left:
            process.check_stop()
            _act_alone(left[0])
            del left[0]
    except BaseException as error:  # a database outage, or this worker is shutting down
        database.wait_until_back()
        if database.is_outage(error):
            _interrupted.update(row.pk for row in left[: len(left) if together else 1])
            if not together:
                _postpone(left[0])
        _give_back(left)
        raise
    return True


def run_reaction(row: Reaction) -> None:
    """Run a row's handler unless another worker has claimed it since. Raises what the handler raises."""
    _run_together([row], lock_ms=ALONE_LOCK_MS)


def run_reactions(rows: Sequence[Reaction]) -> bool:
    """Run the rows in one transaction. Returns False if another worker has claimed one. Raises what a handler
    raises."""
    return _run_together(rows, lock_ms=BATCH_LOCK_MS)


def _run_together(rows: Sequence[Reaction], *, lock_ms: int) -> bool:
    with reacting():
        _limit_waits(lock_ms)
        if len(_locked(rows)) < len(rows):
            return False
        with remembering():
            for row in rows:
                process.check_stop()
                _run(row)
        _done(rows)
    return True


def _act_alone(row: Reaction) -> None:
    try:
        run_reaction(row)
    except Exception as error:
        if database.is_outage(error):
            raise
        if _is_lock_timeout(error):
            log.warning("%s on event %d waits for a lock", row.handler, row.event.pk)
            _interrupted[row.pk] += 1
            _postpone(row)
            return
        with telemetry.about(event=row.event_id, organisation=row.event.organisation_id):
            log.exception("%s failed on event %d (%s)", row.handler, row.event.pk, row.event.name)
        _failed(row, error)
    _interrupted.pop(row.pk, None)


def give_up_deadly(*, now: datetime) -> int:
    """Mark rows that crashed their worker on every attempt as failed. Returns how many."""
    return (
        _due(now).filter(attempts__gte=TRIES).update(state=State.FAILED, not_before=None, error=WORKER_DIED)
    )


def failed_reactions() -> QuerySet[Reaction]:
    return Reaction.objects.filter(state=State.FAILED).select_related("event").order_by("-event_id", "-pk")


def retry_reactions(rows: QuerySet[Reaction]) -> int:
    """Start over with these failed reactions. Returns how many."""
    ids = list(rows.filter(state=State.FAILED).values_list("pk", flat=True))
    count = Reaction.objects.filter(pk__in=ids, state=State.FAILED).update(
        state=State.WAITING, attempts=0, not_before=None
    )
    if count:
        transaction.on_commit(wake, robust=True)
    return count


def prune(*, now: datetime) -> int:
    """Delete old finished reactions and return how many. Events stay, for the timelines."""
    removed = 0
    old = Reaction.objects.filter(state=State.DONE, done_at__lt=now - DONE_KEPT)
    while ids := list(old.values_list("pk", flat=True)[:PRUNE_BATCH]):
        process.check_stop()
        removed += Reaction.objects.filter(pk__in=ids).delete()[0]
    return removed


def handlers_of(event: Event) -> list[str]:
    """Names of the handlers that the event concerns. Raises KeyError if the event isn't in flow.py."""
    return [name for name in map(name_of, flow()[event.name]) if _concerns(event, name)]


def _concerns(event: Event, handler: str) -> bool:
    wanted = _only_for.get(handler, {})
    return all(event.data.get(key, value) == value for key, value in wanted.items())


def name_of(handler: Handler) -> str:
    """A handler's name in reactions: "module.function" below goodword."""
    return f"{handler.__module__.removeprefix('goodword.')}.{handler.__qualname__}"


@cache
def flow() -> Flow:
    found: Flow = import_string(settings.GOODWORD_FLOW)
    return found


def _due(now: datetime) -> QuerySet[Reaction]:
    return Reaction.objects.filter(Q(not_before=None) | Q(not_before__lte=now), state=State.WAITING)


def _can_claim(now: datetime) -> bool:
    with transaction.atomic():
        rows = _due(now).filter(attempts__lt=TRIES).select_for_update(skip_locked=True, no_key=True)
        return bool(rows.order_by("pk").values_list("pk")[:1])


def _limit_waits(milliseconds: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('lock_timeout', %s, true)", [str(milliseconds)])


def _is_lock_timeout(error: Exception) -> bool:
    return isinstance(error.__cause__, LockNotAvailable)


def _claim(now: datetime) -> list[Reaction]:
    """Claim one row that was tried before, alone because it may have crashed its worker; else the oldest due rows."""
    rows: list[Reaction] = []
    for least, greatest, most in ((1, TRIES - 1, 1), (0, 0, BATCH_SIZE)):
        values = {"now": now, "until": now + LEASE, "least": least, "greatest": greatest, "most": most}
        rows = sorted(Reaction.objects.raw(_CLAIM, values), key=lambda row: row.pk)
        if rows:
            break
    events = Event.objects.in_bulk({row.event_id for row in rows}) if rows else {}
    for row in rows:
        if row.event_id in events:
            row.event = events[row.event_id]
    return [row for row in rows if row.event_id in events]  # the events of other rows have just been erased


def _act_together(rows: Sequence[Reaction]) -> bool:
    """Run the rows in one transaction. Returns False if that fails."""
    try:
        return run_reactions(rows)
    except Exception as error:
        if database.is_outage(error):
            raise
        log.info("Running %d reactions one by one after %s", len(rows), type(error).__name__)
        return False


class UnknownHandler(Exception):
    """This version lacks the handler. Retry, since workers of the version that has it may be running or come back."""


def _run(row: Reaction) -> None:
    for handler in flow().get(row.event.name, ()):
        if name_of(handler) == row.handler:
            with (
                telemetry.about(event=row.event_id, organisation=row.event.organisation_id),
                telemetry.span(row.event.name, of=lambda: row.event.application_id, handler=row.handler),
            ):
                handler(row.event)
            return
    raise UnknownHandler(row.handler)


def _locked(rows: Sequence[Reaction]) -> list[int]:
    """Lock the rows that no other worker has claimed since. Returns their ids."""
    mine = Reaction.objects.filter(_claimed(rows), state=State.WAITING)
    return list(
        mine.select_for_update(skip_locked=True, no_key=True).order_by("pk").values_list("pk", flat=True)
    )


def _claimed(rows: Sequence[Reaction]) -> Q:
    """Select the rows that no other worker has claimed since."""
    wanted = Q()
    for attempts in {row.attempts for row in rows}:
        wanted |= Q(pk__in=[row.pk for row in rows if row.attempts == attempts], attempts=attempts)
    return wanted


def _done(rows: Sequence[Reaction]) -> None:
    Reaction.objects.filter(pk__in=[row.pk for row in rows]).update(
        state=State.DONE, done_at=clock.now(), not_before=None, error=""
    )


def _failed(row: Reaction, error: Exception) -> None:
    over = row.attempts >= TRIES
    Reaction.objects.filter(_claimed([row]), state=State.WAITING).update(
        error=type(error).__name__[:100],
        state=State.FAILED if over else State.WAITING,
        not_before=None if over else clock.now() + timedelta(seconds=WAIT**row.attempts),
    )


def _give_back(rows: Sequence[Reaction]) -> None:
    mine = Reaction.objects.filter(_claimed(rows), state=State.WAITING)
    mine.update(attempts=F("attempts") - 1, not_before=None)


def _postpone(row: Reaction) -> None:
    """Undo the claim. The delay grows with each outage or lock timeout, since the handler may be the cause."""
    wait = timedelta(seconds=min(2 ** (_interrupted[row.pk] - 1), LONGEST_DELAY))
    Reaction.objects.filter(_claimed([row]), state=State.WAITING).update(
        attempts=F("attempts") - 1, not_before=clock.now() + wait
    )


@contextmanager
def _at_work() -> Iterator[None]:
    token = _working.set(True)
    try:
        yield
    finally:
        _working.reset(token)
