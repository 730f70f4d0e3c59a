"""The clusters of an upgrade to another major version.

During an upgrade, the old cluster is in `data.old`, hidden from other programs, and the new one in `data.new`. Once it
is filled, the new one is renamed to `data.upgraded` and replaces the old one (`launch.settle_upgrade`).
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import chain, count
from pathlib import Path
from shutil import rmtree

from . import launch, running
from .layout import CannotStartError, Layout, OtherVersionError, cluster_version, major_version
from .server import PostgresServer

WHO = "goodword upgrade-postgres"


@contextmanager
def locked(data: Layout) -> Iterator[None]:
    """Keep other programs out of the clusters. Raises `AlreadyRunningError`, or `CannotStartError` if there are
    none."""
    if not data.home.exists():
        raise CannotStartError(f"There is no embedded database in {data.data_dir} (GOODWORD_DATA).")
    lock = running.take_lock(data)
    try:
        launch.settle_upgrade(data)
        yield
    finally:
        lock.release()


def old_programs(data: Layout, given: Path | None) -> Path | None:
    """The folder with programs that can read the cluster, or None if it is up to date. `given`: defaults to Debian's
    path. Raises `OtherVersionError`."""
    old = cluster_version(data)
    if old == major_version():
        return None
    folder = given or Path(f"/usr/lib/postgresql/{old}/bin")
    try:
        found = f"PostgreSQL {major_version(folder)}"
    except (CannotStartError, OSError):
        found = "no PostgreSQL"
    if found == f"PostgreSQL {old}":
        return folder
    raise OtherVersionError(
        f"PostgreSQL {old} is needed once more, to read the database, but there is {found} in {folder}. Install it (on "
        f"Debian the package postgresql-{old}), or name the folder of its program `postgres` with --programs."
    )


@contextmanager
def old_server(data: Layout, programs: Path) -> Iterator[PostgresServer]:
    """Run the old cluster. Afterwards it is moved back, unless `new_server` has replaced it."""
    data.cluster.rename(data.old)
    try:
        server = PostgresServer(replace(data, folder=data.old.name, programs=programs), durable=True)
        server.start(who=WHO)
        with server:
            yield server
    finally:
        launch.settle_upgrade(data)


@contextmanager
def new_server(data: Layout) -> Iterator[PostgresServer]:
    """Run a new, empty cluster. It replaces the old one if the block ends without an error."""
    fresh = replace(data, folder="data.new")
    for left in (fresh.cluster, data.upgraded):
        rmtree(left, ignore_errors=True)
    server = PostgresServer(fresh, durable=True)
    server.start(who=WHO)
    with server:
        yield server
    fresh.cluster.rename(data.upgraded)


def set_aside(data: Layout) -> Path:
    """Keep the old cluster under its version's name. Returns its path."""
    version = cluster_version(replace(data, folder=data.old.name))
    names = chain([f"data.{version}"], (f"data.{version}-{n}" for n in count(2)))
    kept = next(path for name in names if not (path := data.home / name).exists())
    data.old.rename(kept)
    for lock in data.home.glob("data.*.lock"):
        lock.unlink()
    return kept
