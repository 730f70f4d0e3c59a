"""Jobs: rows of Procrastinate in the caller's transaction, run by `goodword worker`.

Arguments are ids only. Retry is one of the visible values below. A job with a queueing lock takes no retries:
a newer one may already wait under the lock, and both together would violate its uniqueness (a known limit of
the library); such jobs are retried by their sweep.
"""

import logging
from collections.abc import Callable
from functools import wraps
from typing import Any, cast

from django.db import close_old_connections, transaction
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app
from procrastinate.contrib.django.django_connector import DjangoConnector
from procrastinate.exceptions import AlreadyEnqueued
from procrastinate.manager import JobManager
from procrastinate.tasks import configure_task

logger = logging.getLogger(__name__)

#: which of the waiting jobs goes first (the greater number): in a burst of deliveries what has begun is ended, down to
#: the mail, before more is begun, so that the first invitation goes out at once and not after the last delivery
MAIL, REACTION, USUAL = 20, 10, 0

#: reactions and other database work: 1 s, 4 s, 16 s ... about 6 hours in all
PATIENT = RetryStrategy(max_attempts=8, exponential_wait=4)


#: Jobs are always deferred on Django's own connection. The library's way (`task.defer`) uses the app's connector,
#: which a worker replaces by one with connections of its own: a job deferred within a job would then be there
#: before its rows are committed, and stay after a rollback.
QUEUE = JobManager(DjangoConnector())


class Job:
    """A registered task; `defer(**ids)` writes its row in the current transaction."""

    def __init__(self, name: str, function: Callable[..., None], *, priority: int = USUAL) -> None:
        self.name = name
        self.run = function
        self.priority = priority

    def defer(self, **ids: int | str) -> None:
        """Enqueue in the caller's transaction."""
        configure_task(name=self.name, job_manager=QUEUE, priority=self.priority).defer(**ids)

    def defer_once(self, *, lock: str, **ids: int | str) -> bool:
        """Enqueue unless one with this queueing lock already waits; False if one does."""
        try:
            # inside a transaction the refusal undoes only this insert, not the caller's work
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
    queueing_lock: str | None = None,
    priority: int = USUAL,
) -> Callable[[Callable[..., None]], Job]:
    """Register a function as a job under a stable name; with `cron` (six fields, seconds last) it also runs by time."""

    def register(function: Callable[..., None]) -> Job:
        @wraps(function)
        def run(**arguments: Any) -> None:
            close_old_connections()
            try:
                function(**arguments)
            except Exception:
                # The queue logs a job that will be tried again at a level nobody reads; the cause belongs in the log.
                logger.exception("The job %s failed with %s", name, arguments)
                raise
            finally:
                close_old_connections()

        task = app.task(name=name, retry=retry or False, queueing_lock=queueing_lock, priority=priority)(run)
        if cron:
            app.periodic(cron=cron)(cast(Any, task))
        return Job(name, function, priority=priority)

    return register
