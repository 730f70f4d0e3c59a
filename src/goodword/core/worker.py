"""The worker: runs jobs until a signal, and requeues interrupted ones without counting an attempt."""

import asyncio
import logging
import os
import signal
import threading
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from typing import Any, LiteralString

import psycopg
from django.conf import settings
from django.db import DatabaseError, connections
from procrastinate.connector import Notify
from procrastinate.contrib.django import app
from procrastinate.contrib.django.utils import connector_params
from procrastinate.exceptions import ConnectorException
from procrastinate.job_context import JobContext, JobResult
from procrastinate.jobs import Job, Status
from procrastinate.psycopg_connector import PsycopgConnector
from procrastinate.retry import RetryDecision
from procrastinate.worker import Worker as LibraryWorker

from goodword.core import crypto, database, installation, jobs, metrics, process, telemetry
from goodword.core.environment import SettingError
from goodword.core.health import HeartbeatThread, connect
from goodword.core.job_recovery import GIVE_BACK
from goodword.core.jobs import GiveBack, Interrupted
from goodword.core.notices import say
from goodword.core.process import Notifier, freeze
from goodword.core.schedule import Deferrer

log = logging.getLogger(__name__)

#: maximum delay in seconds of a job that outages keep interrupting, since it may cause them
LONGEST_DELAY = 300
#: how often an unknown job is left to other workers before it fails, within about an hour
UNKNOWN_TRIES = 20
COPY_SECONDS = 2.0

#: seconds between checks for jobs, without a notification or a hint from `Deferrer`
POLL_SECONDS = 30.0

_BEAT = "UPDATE procrastinate_workers SET last_heartbeat = now() WHERE id = %s"
#: needed if other workers removed this worker's row during an outage
_REGISTER_AGAIN = """
INSERT INTO procrastinate_workers (id, last_heartbeat) OVERRIDING SYSTEM VALUE VALUES (%(worker_id)s, now())
ON CONFLICT DO NOTHING
"""
#: seconds since the job was queued, or since its scheduled time if that is later
_WAITED = """
SELECT extract(epoch FROM clock_timestamp() - greatest(max(at) FILTER (WHERE type = 'deferred'), scheduled_at))::float
    AS seconds
FROM procrastinate_jobs AS job LEFT JOIN procrastinate_events AS event ON event.job_id = job.id
WHERE job.id = %(job_id)s GROUP BY job.id
"""
_STARTED = "SELECT id FROM procrastinate_jobs WHERE worker_id = %s AND status = 'doing'"


async def _commit_each(connection: psycopg.AsyncConnection) -> None:
    """Use autocommit, since each query of the queue is its own transaction."""
    await connection.set_autocommit(True)


class Connector(PsycopgConnector):
    """Retries while the database is unavailable, unless the worker is stopping."""

    def __init__(self) -> None:
        super().__init__(
            kwargs=connector_params(),
            configure=_commit_each,
            min_size=1,
            max_size=4,
            timeout=3.0,
            # the pool's delay between attempts doubles without limit, so start over
            reconnect_timeout=3.0,
        )
        self._away = False

    async def open_async(self, pool: Any = None) -> None:
        """Open the pool without waiting for a connection; the first query does that."""
        if pool is None:
            pool = await self._create_pool(self._pool_args)
            await pool.open(wait=False)
        self._async_pool = pool

    async def execute_query_async(self, query: LiteralString, **arguments: Any) -> None:
        ask = super().execute_query_async
        await self._patiently(lambda: ask(query, **arguments))

    async def execute_query_one_async(self, query: LiteralString, **arguments: Any) -> dict[str, Any]:
        ask = super().execute_query_one_async
        return await self._patiently(lambda: ask(query, **arguments))

    async def execute_query_all_async(self, query: LiteralString, **arguments: Any) -> list[dict[str, Any]]:
        ask = super().execute_query_all_async
        return await self._patiently(lambda: ask(query, **arguments))

    async def listen_notify(self, on_notification: Notify, channels: Iterable[str]) -> None:
        listen = super().listen_notify
        await self._patiently(lambda: listen(on_notification, channels))

    async def _patiently[T](self, act: Callable[[], Awaitable[T]]) -> T:
        for wait in database.waits():
            try:
                result = await act()
            except ConnectorException as error:
                if process.stop_requested() or self._async_pool is None or not database.is_outage(error):
                    raise
                if not self._away:
                    reason = database.first_line(error.__cause__ or error)
                    log.warning("The database is unavailable (%s); the worker is waiting", reason)
                self._away = True
            else:
                if self._away:
                    log.warning("The database is available again")
                self._away = False
                return result
            await asyncio.sleep(wait)
        raise AssertionError("unreachable")


async def _named(run: Callable[[], Awaitable[Any]], context: JobContext, worker: LibraryWorker) -> Any:  # noqa: ARG001
    task = context.job.task_name
    with telemetry.about(job=context.job.id, task=task), telemetry.span(task):
        return await run()


async def _measured(run: Callable[[], Awaitable[Any]], context: JobContext, worker: LibraryWorker) -> Any:
    own = metrics.measures()
    assert own is not None
    task, began = context.job.task_name, time.monotonic()
    waited = await worker.app.connector.execute_query_one_async(_WAITED, job_id=context.job.id)
    if waited["seconds"] is not None:
        own.waits.labels(task).observe(waited["seconds"])
    outcome = "failed"
    try:
        result = await run()
    except Interrupted:
        outcome = "interrupted"
        raise
    else:
        outcome = "done"
        return result
    finally:
        own.jobs.labels(task, outcome).observe(time.monotonic() - began)
        own.look_at_pool()


class Worker(LibraryWorker):
    def __init__(self, *, app: Any, concurrency: int, grace: float) -> None:
        super().__init__(
            app=app,
            worker_middleware=[_named, *([_measured] if metrics.is_on() else [])],
            name="goodword",
            concurrency=concurrency,
            delete_jobs="successful",
            fetch_job_polling_interval=POLL_SECONDS,
            shutdown_graceful_timeout=grace,
            install_signal_handlers=False,
            update_heartbeat_interval=float(10**8),
        )
        self._interrupted: Counter[int] = Counter()
        self._lost: set[int] = set()
        self._woken = 0

    async def work(self) -> None:
        await self.run()  # type: ignore[no-untyped-call]

    def end(self) -> None:
        self.stop()  # type: ignore[no-untyped-call]

    @property
    def running(self) -> set[int]:
        return {context.job.id for context in list(self._running_jobs.values()) if context.job.id is not None}

    def look_after(self, connection: psycopg.Connection) -> None:
        """Record a heartbeat, free memory, and requeue jobs that are listed as running here but aren't. They must be
        seen twice, since a new job looks the same."""
        process.trim()  # not after each report, since the next one would need the memory again
        if self.worker_id is None:
            return
        connection.execute(_BEAT, [self.worker_id])
        started = {job_id for (job_id,) in connection.execute(_STARTED, [self.worker_id]).fetchall()}
        lost = started - self.running
        for job_id in lost & self._lost:
            log.warning("Job %d is requeued", job_id)
            give_back(connection, job_id)
        self._lost = lost

    def wake(self) -> None:
        self._woken += 1
        self._new_job_event.set()

    async def _handle_notification(self, *, channel: str, notification: Any) -> None:
        if notification["type"] == jobs.ANNOUNCED:
            jobs.announced(notification["job"])
            return
        self._woken += 1
        await super()._handle_notification(channel=channel, notification=notification)

    async def _periodic_deferrer(self) -> None:
        deferrer = Deferrer(self.app.periodic_registry, wake=self.wake)
        try:
            await deferrer.worker()
        finally:
            deferrer.close()

    async def _fetch_and_process_jobs(self) -> None:
        woken = -1
        # the library drops notifications that arrive while it checks
        while woken != self._woken and not process.stop_requested():
            woken = self._woken
            await self._fetch_and_process()

    async def _fetch_and_process(self) -> None:
        try:
            await super()._fetch_and_process_jobs()  # type: ignore[no-untyped-call]
        except ConnectorException as error:
            if not isinstance(error.__cause__, psycopg.errors.ForeignKeyViolation):
                raise
            await self.app.connector.execute_query_async(_REGISTER_AGAIN, worker_id=self.worker_id)
            self._woken += 1

    async def _persist_job_status(
        self,
        job: Job,
        status: Status,
        retry_decision: RetryDecision | None,
        context: JobContext,
        job_result: JobResult | None,
    ) -> None:
        assert job.id is not None
        try:
            if job.task_name not in self.app.tasks and self._interrupted[job.id] < UNKNOWN_TRIES:
                retry_decision = GiveBack(
                    outage=True
                )  # during an upgrade, workers of the newer release know it
            if isinstance(retry_decision, GiveBack):
                wait = self._delay(job.id, outage=retry_decision.outage)
                await self.app.connector.execute_query_async(GIVE_BACK, job_id=job.id, wait=wait)
                asyncio.get_running_loop().call_later(wait, self.wake)
                return
            self._interrupted.pop(job.id, None)
            await super()._persist_job_status(job, status, retry_decision, context, job_result)
        except ConnectorException as error:
            # the next heartbeat requeues it, or another worker does after this one exits
            log.warning(
                "The outcome of job %d could not be stored: %s",
                job.id,
                database.first_line(error.__cause__ or error),
            )

    def _delay(self, job_id: int, *, outage: bool) -> int:
        if not outage:
            return 0
        self._interrupted[job_id] += 1
        return int(min(2 ** (self._interrupted[job_id] - 1), LONGEST_DELAY))


def give_back(connection: psycopg.Connection, job_id: int) -> None:
    """Requeue a started job. Does nothing if it is no longer running."""
    for _ in range(3):
        try:
            connection.execute(GIVE_BACK, {"job_id": job_id, "wait": 0})
        except psycopg.errors.UniqueViolation:
            continue  # a newer job with the same queueing lock was just queued
        return


def work(concurrency: int | None = None, *, grace: float) -> int:
    """Run jobs until a signal. Returns the exit status; 1 means that it should be restarted. Jobs still running after
    `grace` seconds return to the queue. Raises SettingError."""
    at_once = concurrency or settings.GOODWORD_WORKER_CONCURRENCY
    if at_once > settings.GOODWORD_POOL:
        raise SettingError(
            f"{at_once} jobs at once need as many connections: raise GOODWORD_POOL, which is {settings.GOODWORD_POOL}."
        )
    _wait_while_copy()
    crypto.check_field_keys_at_start()
    try:
        metrics.serve_worker()
    except OSError as error:
        raise SettingError(
            f"GOODWORD_WORKER_METRICS can't be used: {error.strerror}. Name an address of this machine and a free port."
        ) from error
    freeze()
    # it logs each failed reconnect during an outage; the worker logs the outage once
    logging.getLogger("psycopg.pool").setLevel(logging.ERROR)
    telemetry.start("worker")
    try:
        with app.replace_connector(Connector()):
            return asyncio.run(_run(at_once, grace))
    finally:
        telemetry.end()


def _wait_while_copy() -> None:
    """Wait while this database is a copy, until `goodword go-live` or a signal."""
    if not _is_copy():
        return
    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
    say(installation.why_idle())
    notifier = Notifier()
    while _is_copy():
        if notifier.is_wanted:
            notifier.alive()
        time.sleep(COPY_SECONDS)
    say("the database is in use from now on.")


def _is_copy() -> bool:
    try:
        return bool(installation.mode())
    except DatabaseError as error:
        if not database.is_outage(error):
            raise
        return True
    finally:
        connections.close_all()


async def _run(concurrency: int, grace: float) -> int:
    loop = asyncio.get_running_loop()
    # the default may have too few threads for concurrent jobs; one more for the schedule
    loop.set_default_executor(ThreadPoolExecutor(concurrency + 1, thread_name_prefix="job"))
    async with app.open_async():
        worker = Worker(app=app, concurrency=concurrency, grace=grace)
        broken = threading.Event()

        def end() -> None:
            if process.stop_requested():  # a second signal
                _end_hard(worker)
            process.request_stop()
            worker.end()
            _later(grace, lambda: _end_hard(worker))

        def give_up() -> None:
            if not broken.is_set():
                broken.set()
                loop.call_soon_threadsafe(end)

        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, end)
        watched = asyncio.create_task(_report(Notifier()))
        with HeartbeatThread(worker.look_after, broken=give_up):
            lanes = ExitStack()
            await asyncio.to_thread(lanes.enter_context, jobs.lanes())
            try:
                await worker.work()
            except ConnectorException:
                if not process.stop_requested():
                    raise
                # stopped during a database outage: another worker gets its jobs
            finally:
                asked = process.stop_requested()  # closing the lanes requests it too
                await asyncio.to_thread(lanes.close)
                watched.cancel()
    if asked and not broken.is_set():
        return 0
    say("the worker cannot continue; see the log.", level="CRITICAL")
    return 1


async def _report(notifier: Notifier) -> None:
    """Notify systemd from the event loop, which starts all jobs."""
    while notifier.is_wanted:
        notifier.alive()
        await asyncio.sleep(min(notifier.interval, 3600))


def _later(seconds: float, act: Callable[[], None]) -> None:
    timer = threading.Timer(seconds, act)
    timer.daemon = True
    timer.start()


def _end_hard(worker: Worker) -> None:
    """Requeue the jobs and exit, so that other workers don't have to wait for the heartbeat to expire."""
    running = sorted(worker.running)
    say(f"the worker exits with {len(running)} jobs running; they will run again.", level="WARNING")
    try:
        with connect() as connection:
            for job_id in running:
                give_back(connection, job_id)
            if worker.worker_id is not None:
                connection.execute("DELETE FROM procrastinate_workers WHERE id = %s", [worker.worker_id])
    except psycopg.Error as error:
        say(str(error), level="ERROR")
    finally:
        os._exit(1)
