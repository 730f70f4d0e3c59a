"""Making a cluster (PostgreSQL's data directory), and refusing one that another version wrote."""

import shutil
import subprocess

from . import binaries
from .errors import CannotStartError, OtherVersionError
from .launch import Launcher, environment
from .layout import USER, Layout


def refuse_other_version(layout: Layout) -> None:
    """Raise `OtherVersionError`, with the way out, when the cluster is of another major version."""
    mark = layout.cluster / "PG_VERSION"
    if not mark.exists():
        return
    theirs, ours = mark.read_text().strip(), binaries.major_version()
    if theirs == ours:
        return
    raise OtherVersionError(
        f"The database in {layout.cluster} was written by PostgreSQL {theirs}; this Goodword brings {ours}, "
        f"which cannot read it. Either start the Goodword that made it, save the data with `pg_dump`, move "
        f"{layout.home} away, start this one and load it with `psql`; or set GOODWORD_DATA to another "
        f"directory; or set DATABASE_URL to a PostgreSQL {theirs} server."
    )


def make(layout: Layout, launcher: Launcher, *, durable: bool) -> None:
    """Make the cluster unless it is there. Half-made ones (after a crash) are thrown away.

    Raises `CannotStartError` with the words of `initdb`.
    """
    if layout.cluster.exists():
        return
    unfinished = layout.home / "data.unfinished"
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(mode=0o700)
    launcher.own(unfinished)
    # The server trusts every client that can reach its socket, which is in a private folder.
    command = launcher.command(
        "initdb",
        f"--pgdata={unfinished}",
        f"--username={USER}",
        "--auth=trust",
        "--encoding=UTF8",
        "--locale=C",
        "--locale-provider=builtin",
        "--builtin-locale=C.UTF-8",
        "--no-instructions",
        *([] if durable else ["--no-sync"]),
    )
    done = subprocess.run(  # noqa: S603 - our own program by its full path
        command, capture_output=True, text=True, env=environment(), cwd="/", check=False
    )
    if done.returncode:
        raise CannotStartError(
            f"The database could not be made in {layout.home}: {done.stderr.strip() or done.stdout.strip()}"
        )
    unfinished.rename(layout.cluster)
