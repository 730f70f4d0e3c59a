"""The worker: runs jobs as they come, until a signal."""

import asyncio
import os
import signal
import sys
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from goodword.core import stopping
from goodword.core.environment import SettingError

if TYPE_CHECKING:
    from goodword.core.worker import Worker

#: seconds for running jobs to finish after a signal; long ones stop at their next batch
GRACE = 30.0


def work(concurrency: int | None = None, *, grace: float = GRACE) -> int:
    """Run jobs, `concurrency` at once, each in its own thread. Waits out database outages.

    After a signal no more jobs are started; those still running after `grace` seconds are returned to the queue, and
    the process exits at once. Returns the exit status: 0 after a signal, 1 if it cannot continue, so that a process
    manager restarts it. Raises SettingError.
    """
    import django

    django.setup()
    import logging

    from django.conf import settings
    from procrastinate.contrib.django import app

    from goodword.core import field_keys
    from goodword.core.worker import Connector

    at_once = concurrency or settings.GOODWORD_WORKER_CONCURRENCY
    if at_once > settings.GOODWORD_POOL:
        raise SettingError(
            f"{at_once} jobs at once need as many connections: raise GOODWORD_POOL, which is {settings.GOODWORD_POOL}."
        )
    field_keys.check_at_start()
    # it would log each failed reconnect during an outage; the worker logs the outage once
    logging.getLogger("psycopg.pool").setLevel(logging.ERROR)
    with app.replace_connector(Connector()):
        return asyncio.run(_run(at_once, grace))


async def _run(concurrency: int, grace: float) -> int:
    from procrastinate.contrib.django import app
    from procrastinate.exceptions import ConnectorException

    from goodword.core.heartbeat import Heart
    from goodword.core.worker import Worker

    loop = asyncio.get_running_loop()
    async with app.open_async():
        worker = Worker(app=app, concurrency=concurrency, grace=grace)
        broken = threading.Event()

        def end() -> None:
            if stopping.asked():  # a second signal
                _end_hard(worker)
            stopping.ask()
            worker.end()
            _later(grace, lambda: _end_hard(worker))

        def give_up() -> None:
            if not broken.is_set():
                broken.set()
                loop.call_soon_threadsafe(end)

        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, end)
        with Heart(worker.look_after, broken=give_up):
            try:
                await worker.work()
            except ConnectorException:
                if not stopping.asked():
                    raise
                # stopped while the database was away: another worker gets its jobs
    if stopping.asked() and not broken.is_set():
        return 0
    print("goodword: the worker cannot continue; see the log.", file=sys.stderr)
    return 1


def _later(seconds: float, act: Callable[[], None]) -> None:
    timer = threading.Timer(seconds, act)
    timer.daemon = True
    timer.start()


def _end_hard(worker: "Worker") -> None:
    """Exit now, after returning the jobs, so that other workers need not wait for the heartbeat to lapse."""
    import psycopg

    from goodword.core.heartbeat import connect
    from goodword.core.worker import give_back

    running = sorted(worker.running)
    print(
        f"goodword: the worker ends with {len(running)} jobs still running; they will be run again.",
        file=sys.stderr,
    )
    try:
        with connect() as connection:
            for job_id in running:
                give_back(connection, job_id)
            if worker.worker_id is not None:
                connection.execute("DELETE FROM procrastinate_workers WHERE id = %s", [worker.worker_id])
    except psycopg.Error as error:
        print(f"goodword: {error}", file=sys.stderr)
    finally:
        sys.stderr.flush()
        os._exit(1)
