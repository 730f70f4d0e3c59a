"""Jobs: Procrastinate rows written in the caller's transaction and run by `goodword worker`. Arguments are only ids.

Jobs with a queueing lock have no retries, since a newer job may be waiting under the lock; their sweep retries them. A
failed job stays until a person handles it, or until the sweep that repeats its work succeeds.

Lanes are worker threads that run a job right after the commit that defers it, without a row. Since such jobs are lost
when the process dies, they need a sweep that repeats them. A job that fails in a lane is queued as a row, so the
failure is reported and retried as usual. Other processes start such a job by NOTIFY (`Job.announce`).
"""

import json
import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime
from functools import partial, wraps
from typing import Any, cast

from django.db import DatabaseError, close_old_connections, connection, transaction
from django.db.models import QuerySet
from procrastinate import BaseRetryStrategy, RetryDecision, RetryStrategy
from procrastinate.contrib.django import app
from procrastinate.contrib.django.django_connector import DjangoConnector
from procrastinate.exceptions import AlreadyEnqueued
from procrastinate.jobs import Job as QueuedJob
from procrastinate.manager import JobManager
from procrastinate.tasks import configure_task

from goodword.core import database, metrics, process, telemetry
from goodword.core.process import in_one_piece

type Arguments = Mapping[str, int | str]
log = logging.getLogger(__name__)
IDLE_SECONDS = 3.0
#: maximum rows per sweep, unless it has a limit of its own
AT_MOST = 200
#: the channel of Procrastinate, on which all workers listen; they ignore unknown types
CHANNEL, ANNOUNCED = "procrastinate_any_queue_v1", "job_announced"
_open = threading.Event()


def ids_in(arguments: Arguments) -> Arguments:
    """The ids and numbers of a job's arguments. Texts can be personal data: a name, a network address."""
    return {name: value for name, value in arguments.items() if isinstance(value, int)}


class Interrupted(Exception):
    """The job was interrupted and has to run again: immediately, or after a database outage."""

    def __init__(self, *, outage: bool) -> None:
        super().__init__("the database could not be used" if outage else "the worker is stopping")
        self.outage = outage


@contextmanager
def nothing_kept() -> Iterator[Callable[[], None]]:
    yield lambda: None


class Lane:
    """A queue with its own threads. `keeping`: a resource that each thread keeps between jobs; it yields a function
    that releases it while the thread is idle."""

    def __init__(
        self,
        *,
        threads: int,
        keeping: Callable[[], AbstractContextManager[Callable[[], None]]] = nothing_kept,
    ) -> None:
        self.threads = threads
        self._keeping = keeping
        self._waiting: deque[tuple[float, Arguments]] = deque()
        self._change = threading.Condition()

    @property
    def is_open(self) -> bool:
        return _open.is_set()

    def put(self, ids: Arguments, *, once: bool = False) -> bool:
        """Add a job. With `once`, skip it if an equal one is waiting. Returns whether it was added."""
        with self._change:
            if once and any(waiting == ids for _, waiting in self._waiting):
                return False
            self._waiting.append((time.monotonic(), ids))
            self._change.notify()
            return True

    def start(
        self, name: str, run: Callable[..., None], queue: Callable[..., None]
    ) -> list[threading.Thread]:
        """Start the threads. `queue`: writes a failed job as a row."""
        started = [
            threading.Thread(target=self._work, args=(name, run, queue), name=f"{name}-{number}", daemon=True)
            for number in range(self.threads)
        ]
        for thread in started:
            thread.start()
        return started

    def _work(self, name: str, run: Callable[..., None], queue: Callable[..., None]) -> None:
        try:
            with self._keeping() as give_back:
                while not process.stop_requested():
                    if (found := self._next()) is not None:
                        _run(name, run, queue, found)
                    elif not process.stop_requested():
                        give_back()
                        close_old_connections()
        finally:
            close_old_connections()

    def _next(self) -> tuple[float, Arguments] | None:
        """Wait for a job. Returns None after a while without one, or if the worker is stopping."""
        with self._change:
            self._change.wait_for(self._is_due, timeout=IDLE_SECONDS)
            return self._waiting.popleft() if self._waiting and not process.stop_requested() else None

    def _is_due(self) -> bool:
        return bool(self._waiting) or process.stop_requested()

    def end(self, queue: Callable[..., None]) -> None:
        """Queue the waiting jobs for other workers. The threads end after their current job."""
        with self._change:
            left, self._waiting = list(self._waiting), deque()
            self._change.notify_all()
        for _, ids in left:
            queue(**ids)


def _run(
    name: str, run: Callable[..., None], queue: Callable[..., None], found: tuple[float, Arguments]
) -> None:
    since, ids = found
    own, began, outcome = metrics.measures(), time.monotonic(), "failed"
    if own is not None:
        own.waits.labels(name).observe(began - since)
    try:
        with telemetry.about(task=name), telemetry.span(name):
            run(**ids)
        outcome = "done"
    except Interrupted:  # its sweep will find it
        outcome = "interrupted"
    except Exception:  # noqa: BLE001 - the job logs it
        try:
            queue(**ids)
        except DatabaseError:
            log.warning("A failed job %s could not be queued; its sweep will repeat it", name)
    finally:
        close_old_connections()
        if own is not None:
            own.jobs.labels(name, outcome).observe(time.monotonic() - began)


def open_lanes() -> None:
    _open.set()


def close_lanes() -> None:
    _open.clear()


#: priorities, highest first: in a burst, each delivery is processed up to its mail before the next one starts, so the
#: first invitation goes out immediately
MAIL, REACTION, USUAL = 20, 10, 0
#: for work that no sweep repeats: retries after 4 s, 16 s, ... about 6 hours in total
PATIENT = RetryStrategy(max_attempts=8, exponential_wait=4)
#: Jobs are always deferred on Django's connection. Procrastinate's `task.defer` uses the app's connector, which a
#: worker replaces with separate connections. A job deferred within a job would then be queued before its rows are
#: committed, and stay queued after a rollback.
QUEUE = JobManager(DjangoConnector())
REGISTERED: "dict[str, Job]" = {}
#: names of the jobs whose work a sweep repeats, by the sweep's name
SWEPT: dict[str, set[str]] = {}
#: a sweep is due if at least one of these queries finds rows
type Due = Callable[[datetime], Sequence[QuerySet[Any, Any]]]
DUE: dict[str, Due] = {}


class GiveBack(RetryDecision):
    """Run the job again without counting an attempt. Other programs than our worker treat it as a retry."""

    def __init__(self, *, outage: bool) -> None:
        super().__init__(retry_in={"seconds": 1 if outage else 0})
        self.outage = outage


class JobRetry(BaseRetryStrategy):
    """Requeues interrupted jobs. Failed ones follow the job's own strategy; without one, they aren't retried."""

    def __init__(self, strategy: RetryStrategy | None) -> None:
        self.strategy = strategy

    def get_retry_decision(self, *, exception: BaseException, job: QueuedJob) -> RetryDecision | None:
        if isinstance(exception, Interrupted):
            return GiveBack(outage=exception.outage)
        if self.strategy is None:
            return None
        return self.strategy.get_retry_decision(exception=exception, job=job)


class Job:
    """A registered task. `defer(**ids)` writes a row in the current transaction, or puts the job into its lane after
    the commit if the lane is open."""

    def __init__(
        self,
        name: str,
        function: Callable[..., None],
        *,
        priority: int = USUAL,
        lane: Lane | None = None,
        guarded: Callable[..., None] | None = None,
    ) -> None:
        self.name = name
        self.run = function
        self.priority = priority
        self.lane = lane
        self.guarded = guarded or function

    def defer(self, **ids: int | str) -> None:
        if self.lane is not None and self.lane.is_open:
            transaction.on_commit(partial(self.lane.put, ids), robust=True)
        else:
            self.queue(**ids)

    def queue(self, **ids: int | str) -> None:
        configure_task(name=self.name, job_manager=QUEUE, priority=self.priority).defer(**ids)

    def announce(self) -> None:
        """Run it in the lanes of all listening workers, without a row. If no worker listens, its sweep finds the
        work."""
        with connection.cursor() as cursor:
            payload = json.dumps({"type": ANNOUNCED, "job": self.name})
            cursor.execute("SELECT pg_notify(%s, %s)", [CHANNEL, payload])

    def defer_once(self, *, lock: str, **ids: int | str) -> bool:
        """Queue it unless a job with this queueing lock is waiting. Returns whether it was queued."""
        if self.lane is not None and self.lane.is_open:
            transaction.on_commit(partial(self.lane.put, ids, once=True), robust=True)
            return True
        try:
            # a savepoint, so a refusal undoes only this insert and not the caller's work
            with transaction.atomic():
                configure_task(
                    name=self.name, job_manager=QUEUE, queueing_lock=lock, priority=self.priority
                ).defer(**ids)
        except AlreadyEnqueued:
            return False
        return True


def job(
    *,
    name: str,
    retry: RetryStrategy | None = None,
    cron: str | None = None,
    priority: int = USUAL,
    swept_by: str | None = None,
    due: Due | None = None,
    lane: Lane | None = None,
) -> Callable[[Callable[..., None]], Job]:
    """Register a job. `cron`: six fields, seconds last. `swept_by`: the scheduled job that repeats failed work;
    required with a `lane`. `due`: a scheduled job is skipped while these queries find nothing and none of its work has
    failed. At most one run of a scheduled job waits in the queue."""
    if cron or swept_by:
        SWEPT.setdefault(swept_by or name, set()).add(name)
    if due is not None:
        DUE[name] = due

    def register(function: Callable[..., None]) -> Job:
        @in_one_piece
        @wraps(function)
        def run(**arguments: Any) -> None:
            close_old_connections()
            if cron:
                arguments.pop("timestamp", None)  # Procrastinate passes it to periodic jobs
            try:
                function(**arguments)
                if cron:
                    _forget_failed(name)
            except process.Stopped:
                raise Interrupted(outage=False) from None
            except Exception as error:
                if database.is_outage(error):
                    log.warning("The database interrupted the job %s: %s", name, database.first_line(error))
                    raise Interrupted(outage=True) from error
                # the queue logs retries only at a low level
                log.exception("The job %s failed with %s", name, ids_in(arguments))
                raise
            finally:
                close_old_connections()

        lock = name if cron else None
        task = app.task(name=name, retry=JobRetry(retry), queueing_lock=lock, priority=priority)(run)
        if cron:
            app.periodic(cron=cron)(cast(Any, task))
        REGISTERED[name] = Job(name, function, priority=priority, lane=lane, guarded=run)
        return REGISTERED[name]

    return register


def named(name: str) -> Job:
    return REGISTERED[name]


def announced(name: str) -> None:
    """Put the job into its lane unless one is waiting there. Ignores jobs that this version doesn't know."""
    lane = REGISTERED[name].lane if name in REGISTERED else None
    if lane is not None and lane.is_open:
        lane.put({}, once=True)


@contextmanager
def lanes() -> Iterator[None]:
    own = [(registered, registered.lane) for registered in REGISTERED.values() if registered.lane is not None]
    threads = [
        thread
        for registered, lane in own
        for thread in lane.start(registered.name, registered.guarded, registered.queue)
    ]
    open_lanes()
    try:
        yield
    finally:
        close_lanes()
        process.request_stop()
        for registered, lane in own:
            try:
                lane.end(registered.queue)
            except DatabaseError:
                log.warning(
                    "Jobs %s could not be queued for other workers; their sweep will find them",
                    registered.name,
                )
            finally:
                close_old_connections()
        for thread in threads:
            thread.join()


def _forget_failed(sweep: str) -> int:
    """Delete failed jobs whose work a sweep has just done, including the sweep's own failed runs. Returns how many."""
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM procrastinate_jobs WHERE status = 'failed' AND task_name = ANY(%s)",
            [sorted(SWEPT[sweep])],
        )
        return int(cursor.rowcount)


def for_each(ids: Iterable[int], act: Callable[[int], bool]) -> int:
    """Call `act` for each id and return how many returned True. A row that fails is logged and left for the next sweep;
    an outage or shutdown ends this one."""
    done = 0
    for pk in ids:
        process.check_stop()
        try:
            done += act(pk)
        except Exception as error:  # one row's failure must not stop the others
            if database.is_outage(error):
                raise
            log.exception("%s failed for row %d", getattr(act, "__qualname__", act), pk)
    return done


def for_first(rows: QuerySet[Any], act: Callable[[int], bool]) -> int:
    """Call `act` for the ids of the first AT_MOST rows, as `for_each` does."""
    return for_each(list(rows.values_list("pk", flat=True)[:AT_MOST]), act)
