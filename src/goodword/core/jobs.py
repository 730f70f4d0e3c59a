"""Jobs: rows of Procrastinate in the caller's transaction, run by `goodword worker`.

Arguments are ids only. Retry is one of the visible values below. A job with a queueing lock takes no retries:
a newer one may already wait under the lock, and both together would violate its uniqueness (a known limit of
the library); such jobs are retried by their sweep.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any, cast

from django.db import close_old_connections, transaction
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

#: reactions and other database work: 1 s, 4 s, 16 s ... about 6 hours in all
PATIENT = RetryStrategy(max_attempts=8, exponential_wait=4)


class Job:
    """A registered task; `defer(**ids)` writes its row in the current transaction."""

    def __init__(self, task: Any, function: Callable[..., None]) -> None:
        self._task = task
        self.run = function

    def defer(self, **ids: int | str) -> None:
        """Enqueue in the caller's transaction."""
        self._task.defer(**ids)

    def defer_once(self, *, lock: str, **ids: int | str) -> bool:
        """Enqueue unless one with this queueing lock already waits. Call it outside a transaction of rows.

        It has a short transaction of its own: a refused insert would spoil the caller's.
        """
        try:
            with transaction.atomic():
                self._task.configure(queueing_lock=lock).defer(**ids)
        except AlreadyEnqueued:
            return False
        return True


def job(
    *,
    name: str,
    retry: RetryStrategy | None = None,
    cron: str | None = None,
    queueing_lock: str | None = None,
) -> Callable[[Callable[..., None]], Job]:
    """Register a function as a job under a stable name; with `cron` (six fields, seconds last) it also runs by time."""

    def register(function: Callable[..., None]) -> Job:
        @wraps(function)
        def run(**arguments: Any) -> None:
            close_old_connections()
            try:
                function(**arguments)
            finally:
                close_old_connections()

        task = app.task(name=name, retry=retry or False, queueing_lock=queueing_lock)(run)
        if cron:
            app.periodic(cron=cron)(cast(Any, task))
        return Job(task, function)

    return register
