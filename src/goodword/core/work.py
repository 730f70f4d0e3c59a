"""The worker: runs jobs as they come, until a signal."""

import asyncio


def work(concurrency: int | None = None) -> int:
    """Run jobs, `concurrency` at once, each in a thread of its own; finishes what runs before it ends."""
    import django

    django.setup()
    from django.conf import settings
    from procrastinate.contrib.django import app
    from procrastinate.contrib.django.django_connector import DjangoConnector

    connector = app.connector
    assert isinstance(connector, DjangoConnector)  # the library's own type hint names its base
    at_once = concurrency or settings.GOODWORD_WORKER_CONCURRENCY

    async def run() -> None:
        async with app.open_async():
            await app.run_worker_async(
                concurrency=at_once,
                delete_jobs="successful",
                fetch_job_polling_interval=2.0,
                shutdown_graceful_timeout=30,
                name="goodword",
            )

    with app.replace_connector(connector.get_worker_connector()):
        asyncio.run(run())
    return 0
