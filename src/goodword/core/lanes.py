"""Lanes: worker threads that run a job right after the commit that defers it, without a row in the job queue.

Only for jobs that a sweep repeats: the sweep finds what is lost when this process dies. A job that fails is queued as a
row, so that the failure is reported and retried like any other.
"""

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager

from django.db import DatabaseError, close_old_connections

from goodword.core import logs, metrics, stopping, tracing

type Arguments = Mapping[str, int | str]
log = logging.getLogger(__name__)
#: seconds without work after which a lane's thread gives back its connections
IDLE_SECONDS = 3.0
#: set while this process runs lanes
_open = threading.Event()


class Interrupted(Exception):
    """The job was interrupted and must run again: immediately, or after a database outage."""

    def __init__(self, *, outage: bool) -> None:
        super().__init__("the database could not be used" if outage else "the worker is stopping")
        self.outage = outage


@contextmanager
def nothing_kept() -> Iterator[Callable[[], None]]:
    yield lambda: None


class Lane:
    """`keeping`: a resource that each thread holds between jobs. It yields a function that releases it when idle."""

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
        """`once`: skip it if an equal one is waiting. Returns whether it was added."""
        with self._change:
            if once and any(waiting == ids for _, waiting in self._waiting):
                return False
            self._waiting.append((time.monotonic(), ids))
            self._change.notify()
            return True

    def start(
        self, name: str, run: Callable[..., None], queue: Callable[..., None]
    ) -> list[threading.Thread]:
        """`queue`: makes a row of a job that failed."""
        started = [
            threading.Thread(target=self._work, args=(name, run, queue), name=f"{name}-{number}", daemon=True)
            for number in range(self.threads)
        ]
        for thread in started:
            thread.start()
        return started

    def _work(self, name: str, run: Callable[..., None], queue: Callable[..., None]) -> None:
        with self._keeping() as give_back:
            while True:
                with self._change:
                    self._change.wait_for(self._is_due, timeout=IDLE_SECONDS)
                    found = self._waiting.popleft() if self._waiting and not stopping.requested() else None
                if stopping.requested():
                    return
                if found is None:
                    give_back()
                    continue
                _run(name, run, queue, found)

    def _is_due(self) -> bool:
        return bool(self._waiting) or stopping.requested()

    def end(self, queue: Callable[..., None]) -> None:
        """Queue waiting jobs for other workers. The threads end after their current job."""
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
        with logs.about(task=name), tracing.span(name):
            run(**ids)
        outcome = "done"
    except Interrupted:  # its sweep finds it
        outcome = "interrupted"
    except Exception:  # noqa: BLE001 - the job logs it
        try:
            queue(**ids)
        except DatabaseError:
            log.warning("A failed job %s could not be queued; its sweep repeats it", name)
    finally:
        close_old_connections()
        if own is not None:
            own.jobs.labels(name, outcome).observe(time.monotonic() - began)


def open_lanes() -> None:
    _open.set()


def close_lanes() -> None:
    _open.clear()
