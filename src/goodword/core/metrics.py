"""Metrics for Prometheus, off unless a token or a network is set.

Each process measures its own requests or jobs; the processes of one `goodword serve` add up their numbers through
files. Counts from the database are made on each scrape and are the same in every web process. Labels are routes, tasks
and states, never organisations, people or URLs.
"""

import fcntl
import hmac
import logging
import os
import shutil
import socket
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from ipaddress import IPv6Address, ip_address
from pathlib import Path
from socketserver import ThreadingMixIn
from typing import TYPE_CHECKING, Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import psycopg
from django.conf import settings
from django.db import connection
from django.http import HttpRequest, HttpResponse, HttpResponseBase

from goodword.core.database import first_line, quick_connection

if TYPE_CHECKING:
    from prometheus_client.metrics_core import Metric

log = logging.getLogger(__name__)
PATH = "/metrics"
#: upper bounds of the buckets, in seconds
REQUEST_SECONDS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
JOB_SECONDS = (0.01, 0.05, 0.1, 0.5, 1.0, 5.0, 15.0, 60.0, 300.0, 1800.0)
WAIT_SECONDS = (0.01, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0, 15.0, 60.0, 300.0, 1800.0)
#: seconds between samples of this process's connection pool
POOL_EVERY = 5.0
#: folder in which the processes of one `goodword serve` share their numbers; prometheus_client reads it on import
_SHARED = "PROMETHEUS_MULTIPROC_DIR"
_MEMORY = "/dev/shm"  # noqa: S108 - mkdtemp makes a folder of its own in it
#: prefix of that folder's name
_FOLDER = "goodword-metrics-"


@dataclass(frozen=True, slots=True)
class CountedGauge:
    """A gauge counted by SQL. Each row has the label values and the number. `values` returns the query's parameters."""

    name: str
    help: str
    sql: str
    labels: tuple[str, ...] = ()
    values: Callable[[], Sequence[Any]] = tuple


rows: list[CountedGauge] = [
    CountedGauge(
        "goodword_jobs_oldest_seconds",
        "For how long the oldest job has been due",
        "SELECT coalesce(extract(epoch FROM max(now() - coalesce(scheduled_at, queued.at))), 0) "
        "FROM procrastinate_jobs AS job LEFT JOIN procrastinate_events AS queued "
        "ON queued.job_id = job.id AND queued.type = 'deferred' "
        "WHERE status = 'todo' AND coalesce(scheduled_at, now()) <= now()",
    ),
    CountedGauge(
        "goodword_reactions",
        "Reactions to events that are waiting or failed",
        "SELECT state, count(*) FROM core_reaction WHERE state IN ('waiting', 'failed') GROUP BY 1",
        ("state",),
    ),
    CountedGauge(
        "goodword_reactions_oldest_seconds",
        "For how long the oldest reaction has been due",
        "SELECT coalesce(extract(epoch FROM max(now() - coalesce(not_before, event.occurred_at))), 0) "
        "FROM core_reaction AS reaction JOIN core_event AS event ON event.id = reaction.event_id "
        "WHERE state = 'waiting' AND coalesce(not_before, now()) <= now()",
    ),
    CountedGauge(
        "goodword_workers",
        "Workers with a heartbeat within 30 seconds",
        "SELECT count(*) FROM procrastinate_workers "
        "WHERE abs(extract(epoch FROM now() - last_heartbeat)) < 30",
    ),
    CountedGauge(
        "goodword_worker_heartbeat_age_seconds",
        "Time since the last heartbeat of any worker",
        # a heartbeat in the future is from before the clock was set back
        "SELECT abs(extract(epoch FROM now() - seen_at)) FROM core_heartbeat WHERE program = 'worker'",
    ),
    CountedGauge(
        "goodword_database_connections",
        "Connections of all clients to PostgreSQL",
        "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend'",
    ),
    CountedGauge(
        "goodword_database_connections_max",
        "Connections that PostgreSQL accepts",
        "SELECT current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int",
    ),
    CountedGauge(
        "goodword_database_size_bytes",
        "Size of the database",
        "SELECT pg_database_size(current_database())",
    ),
]


def register(*added: CountedGauge) -> None:
    rows.extend(added)


def is_on() -> bool:
    return bool(settings.GOODWORD_METRICS_TOKEN or settings.GOODWORD_METRICS_FROM)


class Instruments:
    def __init__(self) -> None:
        # imported here because it takes five megabytes, and metrics are usually off
        from prometheus_client import CollectorRegistry, Gauge, Histogram

        self.registry = CollectorRegistry()
        self.requests = Histogram(
            "goodword_request_seconds",
            "Duration of requests",
            ("route", "method", "status"),
            buckets=REQUEST_SECONDS,
            registry=self.registry,
        )
        self.jobs = Histogram(
            "goodword_job_seconds",
            "Duration of jobs",
            ("task", "outcome"),
            buckets=JOB_SECONDS,
            registry=self.registry,
        )
        self.waits = Histogram(
            "goodword_job_wait_seconds",
            "Time from when a job was due to its start",
            ("task",),
            buckets=WAIT_SECONDS,
            registry=self.registry,
        )
        self.pool = Gauge(
            "goodword_database_pool",
            "Connections of this program's pool in use and idle, and threads that wait for one",
            ("state",),
            multiprocess_mode="livesum",
            registry=self.registry,
        )
        self._looked_at = 0.0

    def request(self, *, route: str, method: str, status: int, seconds: float) -> None:
        self.requests.labels(route, method, str(status)).observe(seconds)
        self.look_at_pool()

    def look_at_pool(self) -> None:
        if time.monotonic() - self._looked_at < POOL_EVERY:
            return
        self._looked_at = time.monotonic()
        pool = getattr(connection, "pool", None)
        if pool is None:
            return
        stats = pool.get_stats()
        size, idle = stats.get("pool_size", 0), stats.get("pool_available", 0)
        for state, number in (
            ("used", size - idle),
            ("idle", idle),
            ("waiting", stats.get("requests_waiting", 0)),
        ):
            self.pool.labels(state).set(number)


@cache
def own_measures() -> Instruments:
    return Instruments()


def measures() -> Instruments | None:
    return own_measures() if is_on() else None


@contextmanager
def shared_by_processes() -> Iterator[None]:
    """Add up the numbers of processes that are forked within the block. Call it before anything is measured."""
    if not is_on():
        yield
        return
    # in memory: writing to a mapped file on a full disk kills the process (SIGBUS)
    memory = _MEMORY if os.access(_MEMORY, os.W_OK) else None
    parent = Path(memory or tempfile.gettempdir())
    _remove_left_behind(parent)
    folder, lock = _locked_folder(parent)
    os.environ[_SHARED] = folder
    try:
        yield
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        os.close(lock)


def _locked_folder(parent: Path) -> tuple[str, int]:
    """A new folder, and its lock, which forked processes also have."""
    while True:
        folder = tempfile.mkdtemp(prefix=_FOLDER, dir=parent)
        with suppress(FileNotFoundError):  # a web server that started at the same time has removed it
            lock = os.open(folder, os.O_RDONLY)
            fcntl.flock(lock, fcntl.LOCK_EX)
            if Path(folder).exists():
                return folder, lock
            os.close(lock)


def _remove_left_behind(parent: Path) -> None:
    """Remove the folders of killed web servers: nothing else clears /dev/shm."""
    for folder in parent.glob(f"{_FOLDER}*"):
        with suppress(OSError):  # another user's, or in use
            lock = os.open(folder, os.O_RDONLY)
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(folder)
            finally:
                os.close(lock)


def forget_process(pid: int) -> None:
    """Remove the gauges of a process that has ended. Its counters stay."""
    if os.environ.get(_SHARED):
        from prometheus_client.multiprocess import mark_process_dead

        mark_process_dead(pid)  # type: ignore[no-untyped-call]  # the library has no types for this


class _Counted:
    """Collects `rows`. Queries that fail are left out and counted."""

    def collect(self) -> "Iterator[Metric]":
        from prometheus_client.metrics_core import GaugeMetricFamily

        failed = 0
        try:
            with psycopg.connect(**quick_connection(), autocommit=True) as conn:
                for row in rows:
                    family = GaugeMetricFamily(row.name, row.help, labels=row.labels)
                    try:
                        for *values, number in conn.execute(
                            row.sql.encode(), row.values() or None
                        ).fetchall():
                            family.add_metric([str(value) for value in values], float(number))
                    except psycopg.Error as error:
                        log.warning("%s could not be counted: %s", row.name, first_line(error))
                        failed += 1
                        if conn.broken:
                            raise
                    else:
                        yield family
        except psycopg.Error as error:
            log.warning("Metrics of the database could not be read: %s", first_line(error))
            yield GaugeMetricFamily("goodword_database_up", "Whether the database responds", 0)
        else:
            yield GaugeMetricFamily("goodword_database_up", "Whether the database responds", 1)
        yield GaugeMetricFamily("goodword_metrics_failed", "Queries of this scrape that failed", failed)


def scraped(*, counted: bool) -> bytes:
    """The text for Prometheus. `counted`: include counts from the database."""
    from prometheus_client import CollectorRegistry, generate_latest
    from prometheus_client.multiprocess import MultiProcessCollector

    own = own_measures()
    own.look_at_pool()
    registry: CollectorRegistry = own.registry
    if os.environ.get(_SHARED):
        registry = CollectorRegistry()
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]  # nor for this
    text = generate_latest(registry)
    if counted:
        database = CollectorRegistry(auto_describe=False)
        database.register(_Counted())
        text += generate_latest(database)
    return text


class MetricsEndpoint:
    """Serves /metrics before any check of host, TLS or session, because Prometheus scrapes each process's machine
    directly. The path only exists if metrics are set up."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.path_info != PATH or not is_on():
            return self.get_response(request)
        if request.method not in {"GET", "HEAD"}:
            return HttpResponse(status=405, headers={"Allow": "GET, HEAD"})
        return _answer(request.META.get("REMOTE_ADDR", ""), request.headers.get("Authorization", ""))


def _answer(address: str, authorization: str, *, counted: bool = True) -> HttpResponse:
    if not may_scrape(address, authorization):
        return HttpResponse(
            "The token in Authorization (Bearer) is wrong, or this address is not in GOODWORD_METRICS_FROM.",
            status=401,
            content_type="text/plain",
            headers={"WWW-Authenticate": "Bearer"},
        )
    return HttpResponse(
        scraped(counted=counted),
        content_type="text/plain; version=0.0.4",
        headers={"Cache-Control": "no-store"},
    )


def may_scrape(address: str, authorization: str) -> bool:
    token = settings.GOODWORD_METRICS_TOKEN
    scheme, _, given = authorization.partition(" ")
    if token and scheme.lower() == "bearer" and hmac.compare_digest(given.strip().encode(), token.encode()):
        return True
    try:
        client = ip_address(address)
    except ValueError:
        return False
    known = [client]
    if isinstance(client, IPv6Address) and client.ipv4_mapped:  # a worker that listens on [::]
        known.append(client.ipv4_mapped)
    return any(one in network for one in known for network in settings.GOODWORD_METRICS_FROM)


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True

    def __init__(self, address: tuple[str, int], handler: type[WSGIRequestHandler]) -> None:
        self.address_family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
        super().__init__(address, handler)


class _Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base's name
        pass


def serve_worker() -> WSGIServer | None:
    """Serve this worker's metrics at GOODWORD_WORKER_METRICS, if set. Raises OSError if the port is in use."""
    where = settings.GOODWORD_WORKER_METRICS
    if where is None or not is_on():
        return None

    def application(environ: dict[str, Any], start: Callable[..., Any]) -> Sequence[bytes]:
        if environ["PATH_INFO"] != PATH:
            start("404 Not Found", [("Content-Type", "text/plain")])
            return [b"See /metrics."]
        response = _answer(environ["REMOTE_ADDR"], environ.get("HTTP_AUTHORIZATION", ""), counted=False)
        start(f"{response.status_code} {response.reason_phrase}", list(response.items()))
        return [response.content]

    server = make_server(*where, application, server_class=_Server, handler_class=_Quiet)
    threading.Thread(target=server.serve_forever, name="metrics", daemon=True).start()
    return server
