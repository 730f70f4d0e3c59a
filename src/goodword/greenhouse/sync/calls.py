"""Counts calls to Greenhouse by hour and outcome, for the health page."""

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus

from django.db import DatabaseError, transaction
from django.db import connection as database
from django.db.models import Sum

from goodword.core import clock
from goodword.greenhouse.client import V1_RATE, V3_RATE, Exchange, NotJson, UnexpectedShape
from goodword.greenhouse.models import CallTally, Connection, RateWindow

log = logging.getLogger(__name__)

OK, UNEXPECTED = "ok", "unexpected_shape"

#: outcomes by status. Other statuses are `invalid` (4xx) or `unexpected_shape` (3xx), as in `client.errors`.
_OUTCOMES = {
    HTTPStatus.UNAUTHORIZED: "unauthorised",
    HTTPStatus.FORBIDDEN: "forbidden",
    HTTPStatus.NOT_FOUND: "not_found",
    HTTPStatus.GONE: "not_found",
    HTTPStatus.TOO_MANY_REQUESTS: "rate_limited",
    HTTPStatus.REQUEST_TIMEOUT: "unavailable",
}

LABELS = {
    OK: "Answered",
    "unauthorised": "Key refused",
    "forbidden": "Not permitted",
    "not_found": "Not found",
    "invalid": "Not accepted",
    "rate_limited": "Too many calls",
    "unavailable": "No answer",
    UNEXPECTED: "Unreadable answer",
}

FLUSH_EVERY = 30.0

#: seconds for which a worker collects counts before storing them
KEPT_SECONDS = 5.0

KEEP_FOR = timedelta(days=30)

#: stores nothing if the connection has been deleted: its foreign key is checked at the end of the transaction,
#: which may be about another organisation
_ADD = """
INSERT INTO greenhouse_calltally (hour, outcome, calls, seconds, organisation_id, connection_id)
SELECT %s, %s, %s, %s, organisation_id, id FROM greenhouse_connection WHERE organisation_id = %s AND id = %s
ON CONFLICT (connection_id, hour, outcome) DO UPDATE
SET calls = greenhouse_calltally.calls + excluded.calls, seconds = greenhouse_calltally.seconds + excluded.seconds
"""


def outcome_of(exchange: Exchange) -> str:
    status = exchange.where.status
    if isinstance(exchange.failure, NotJson | UnexpectedShape):
        return UNEXPECTED
    if exchange.failure is not None or status is None or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return "unavailable"
    if status < HTTPStatus.MULTIPLE_CHOICES:
        return OK
    otherwise = UNEXPECTED if status < HTTPStatus.BAD_REQUEST else "invalid"
    return _OUTCOMES.get(HTTPStatus(status), otherwise) if status in set(HTTPStatus) else otherwise


@dataclass
class Meter:
    calls: int = 0


_running: ContextVar[Meter | None] = ContextVar("greenhouse_meter", default=None)


@contextmanager
def metered() -> Iterator[Meter]:
    meter = Meter()
    token = _running.set(meter)
    try:
        yield meter
    finally:
        _running.reset(token)


def _count_metered() -> None:
    meter = _running.get()
    if meter is not None:
        meter.calls += 1


class CallCounter:
    """Pass `count` as a client's `watch`, and call `flush` when done, even after an error. Stores no path or secret."""

    def __init__(self, connection: Connection) -> None:
        self._key = (connection.organisation_id, connection.pk)
        self._v1 = connection.api == Connection.Api.V1
        self._works = False
        self.called = False
        self._lock = threading.Lock()
        self._gathered: dict[tuple[datetime, str], tuple[int, float]] = {}
        self._flushed = time.monotonic()

    def count(self, exchange: Exchange) -> None:
        _count_metered()
        self.called = True
        outcome = outcome_of(exchange)
        self._works = self._works or outcome == OK
        if outcome == "unauthorised" and self._v1 and self._works:
            outcome = "forbidden"  # v1 also returns 401 for a missing permission
        self._add(outcome, 1, exchange.seconds)
        if time.monotonic() - self._flushed > FLUSH_EVERY:
            self.flush()

    def unreadable(self) -> None:
        """Count the last response, so far counted as `ok`, as unreadable."""
        with self._lock:
            hour = max((hour for hour, outcome in self._gathered if outcome == OK), default=None)
            if hour is None:
                return
            calls, took = self._gathered[hour, OK]
            self._gathered[hour, OK] = (calls - 1, took)
        self._add(UNEXPECTED, 1, 0.0)

    def flush(self) -> None:
        with self._lock:
            gathered, self._gathered = self._gathered, {}
            self._flushed = time.monotonic()
        _store(_pending.add({(*self._key, *key): counts for key, counts in gathered.items()}))

    def _add(self, outcome: str, calls: int, seconds: float) -> None:
        key = (clock.now().replace(minute=0, second=0, microsecond=0), outcome)
        with self._lock:
            before, took = self._gathered.get(key, (0, 0.0))
            self._gathered[key] = (before + calls, took + seconds)


#: calls and seconds by organisation, connection, hour and outcome
type _Counts = dict[tuple[int, int, datetime, str], tuple[int, float]]


def _store(counts: _Counts) -> None:
    """Add the counts to the rows. After a database error they are lost, since they only serve the health page."""
    if not counts or database.needs_rollback:
        return
    try:
        # outside of a transaction, a single row doesn't need one
        alone = len(counts) == 1 and not database.in_atomic_block
        with nullcontext() if alone else transaction.atomic(), database.cursor() as cursor:
            for (organisation, connection, hour, outcome), (calls, seconds) in sorted(counts.items()):
                cursor.execute(_ADD, [hour, outcome, calls, seconds, organisation, connection])
    except DatabaseError:
        log.exception("The counts of calls could not be stored")


class _PendingCounts:
    """This process's counts that aren't stored yet. They are kept only while threads use `counts_kept`."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._threads = 0
        self._since = 0.0
        self._counts: _Counts = {}

    def add(self, counts: _Counts) -> _Counts:
        """Add counts. Returns those to store now."""
        with self._lock:
            if not self._counts:
                self._since = time.monotonic()
            for key, (calls, seconds) in counts.items():
                before, took = self._counts.get(key, (0, 0.0))
                self._counts[key] = (before + calls, took + seconds)
            if self._threads and time.monotonic() - self._since < KEPT_SECONDS:
                return {}
            due, self._counts = self._counts, {}
            return due

    def count_threads(self, change: int) -> None:
        with self._lock:
            self._threads += change


_pending = _PendingCounts()


@contextmanager
def counts_kept() -> Iterator[Callable[[], None]]:
    """Within the block, store counts every few seconds, not after each session. Yields a function to call when idle."""
    _pending.count_threads(1)
    try:
        yield lambda: _store(_pending.add({}))
    finally:
        _pending.count_threads(-1)
        _store(_pending.add({}))


def prune(*, now: datetime) -> int:
    return CallTally.objects.across_organisations().filter(hour__lt=now - KEEP_FOR).delete()[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class CallOutcome:
    name: str
    calls: int
    seconds: float

    @property
    def words(self) -> str:
        return LABELS.get(self.name, self.name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Calls:
    since: datetime
    outcomes: tuple[CallOutcome, ...]

    @property
    def total(self) -> int:
        return sum(outcome.calls for outcome in self.outcomes)

    @property
    def failed(self) -> int:
        return sum(outcome.calls for outcome in self.outcomes if outcome.name != OK)

    @property
    def mean_seconds(self) -> float | None:
        return sum(outcome.seconds for outcome in self.outcomes) / self.total if self.total else None


@dataclass(frozen=True, slots=True, kw_only=True)
class CallHealth:
    """Calls in the current window of `window` seconds; None if unknown. `share`: the used part, 0 to 1."""

    hour: Calls
    day: Calls
    window: float
    limit: int | None
    remaining: int | None
    share: float | None
    blocked_until: datetime | None


def call_health(connection: Connection, *, now: datetime) -> CallHealth:
    hour = now.replace(minute=0, second=0, microsecond=0)
    rate = V1_RATE if connection.api == Connection.Api.V1 else V3_RATE
    row = RateWindow.objects.across_organisations().filter(connection=connection).first()
    limit = row.limit if row else None
    remaining = None
    if row is not None and limit is not None:
        present = row.number >= int(now.timestamp() // rate.window) - 1  # clocks differ a little
        remaining = min(max(row.remaining or 0, 0), limit) if present else limit
    blocked = row.blocked_until if row and row.blocked_until and row.blocked_until > now else None
    return CallHealth(
        hour=_since(connection, hour - timedelta(hours=1)),
        day=_since(connection, hour - timedelta(hours=24)),
        window=rate.window,
        limit=limit,
        remaining=remaining,
        share=(limit - remaining) / limit if limit and remaining is not None else None,
        blocked_until=blocked,
    )


def _since(connection: Connection, since: datetime) -> Calls:
    rows = (
        CallTally.objects.across_organisations()
        .filter(connection=connection, hour__gte=since)
        .values("outcome")
        .annotate(many=Sum("calls"), took=Sum("seconds"))
    )
    found = [
        CallOutcome(name=row["outcome"], calls=row["many"], seconds=row["took"])
        for row in rows
        if row["many"]
    ]
    found.sort(key=lambda outcome: (outcome.name != OK, -outcome.calls, outcome.name))
    return Calls(since=since, outcomes=tuple(found))
