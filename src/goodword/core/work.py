"""The worker: runs jobs as they come, until a signal."""

import asyncio
import signal
import sys

from goodword.core.environment import SettingError


def work(concurrency: int | None = None) -> int:
    """Run jobs, `concurrency` at once, each in a thread of its own; finishes what runs before it ends.

    Returns the exit status: 0 after a signal, 1 if it ended by itself (the database was away for too long), so
    that whatever watches over it starts it again. Raises SettingError.
    """
    import django

    django.setup()
    from django.conf import settings
    from procrastinate.contrib.django import app
    from procrastinate.contrib.django.django_connector import DjangoConnector

    from goodword.core import field_keys

    connector = app.connector
    assert isinstance(connector, DjangoConnector)  # the library's own type hint names its base
    at_once = concurrency or settings.GOODWORD_WORKER_CONCURRENCY
    if at_once > settings.GOODWORD_POOL:
        raise SettingError(
            f"{at_once} jobs at once need as many connections: raise GOODWORD_POOL, which is {settings.GOODWORD_POOL}."
        )

    field_keys.check_at_start()

    async def run() -> int:
        async with app.open_async():
            working = asyncio.create_task(
                app.run_worker_async(
                    concurrency=at_once,
                    delete_jobs="successful",
                    fetch_job_polling_interval=2.0,
                    shutdown_graceful_timeout=30,
                    install_signal_handlers=False,
                    name="goodword",
                )
            )
            for number in (signal.SIGINT, signal.SIGTERM):
                asyncio.get_running_loop().add_signal_handler(number, working.cancel)
            try:
                await working
            except asyncio.CancelledError:
                return 0
            print("goodword: the worker cannot go on; the log says why.", file=sys.stderr)
            return 1

    from goodword.core.heartbeat import Heart

    with app.replace_connector(connector.get_worker_connector()), Heart():
        return asyncio.run(run())
