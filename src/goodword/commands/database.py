"""Setting up Django for commands that need the database."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from goodword.core import database, environment, postgres, process, startup
from goodword.core.environment import SettingError


def set_up() -> None:
    """Set up Django. Raises SettingError unless this version can use the database."""
    process.set_up()
    startup.check_database()
    startup.check_migrations()


@contextmanager
def database_for(who: str, *, create: bool = False) -> Iterator[Path | None]:
    """Set up Django. If the embedded PostgreSQL isn't running, it is started, and stopped afterwards; with `create`, it
    is created if there is none. Yields its folder, or None for another server. Raises SettingError and
    PostgresError."""
    if environment.text("DATABASE_URL", ""):
        process.set_up()
        yield None
        return
    data = environment.data_folder()
    layout = postgres.layout.Layout.of(data)
    home = layout.home
    try:
        os.environ["DATABASE_URL"] = postgres.attach(data)
    except postgres.NotRunningError:
        # an interrupted upgrade leaves one of the others
        if not create and not any(path.exists() for path in (layout.cluster, layout.old, layout.upgraded)):
            raise SettingError(
                f"There is no embedded database in {data} (GOODWORD_DATA). Set DATABASE_URL or GOODWORD_DATA as for "
                "the web server and the worker."
            ) from None
        with postgres.start(data, who=who) as server:
            os.environ["DATABASE_URL"] = server.url
            process.set_up()
            try:
                yield home
            finally:
                database.disconnect()
        return
    process.set_up()
    yield home


@contextmanager
def checked_database_for(who: str) -> Iterator[None]:
    """Like `database_for`. Raises SettingError if this version can't use the database."""
    with database_for(who):
        startup.check_database()
        startup.check_migrations()
        yield
