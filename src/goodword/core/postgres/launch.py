"""Runs PostgreSQL's programs, even for root (which PostgreSQL refuses), and creates cluster and socket folder."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from .layout import (
    USER,
    CannotStartError,
    Layout,
    OtherVersionError,
    cluster_version,
    major_version,
    program_folder,
)

NOBODY = 65534


@dataclass(frozen=True)
class Launcher:
    """A prefix for command lines, and the user who must own the files (None: unchanged). `programs`: as in Layout."""

    prefix: tuple[str, ...] = ()
    owner: int | None = None
    programs: Path | None = None

    def command(self, program: str, *arguments: str) -> list[str]:
        return [*self.prefix, str((self.programs or program_folder()) / program), *arguments]

    def own(self, path: Path) -> None:
        if self.owner is None or not path.exists() or path.stat().st_uid == self.owner:
            return
        # the top folder last, so that after a crash its owner shows that this is unfinished
        for folder, _, files in os.walk(path, topdown=False):
            for name in [*files, ""]:
                os.chown(Path(folder, name), self.owner, self.owner, follow_symlinks=False)


def environment() -> dict[str, str]:
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"}


def _as_other(user: int) -> Launcher:
    # The one capability that is kept lets the server work in a folder that is closed to that user. Without the
    # securebit, access(2) ignores it, and the server would not find its own program.
    keep = "-all,+dac_override"
    who = (f"--reuid={user}", f"--regid={user}", "--clear-groups")
    how = ("--securebits=+no_setuid_fixup", f"--inh-caps={keep}", f"--ambient-caps={keep}")
    return Launcher(("setpriv", *how, *who), user)


def _ways(cluster: Path) -> Iterator[Launcher]:
    owner = cluster.stat().st_uid if cluster.exists() else 0
    if owner:  # created by an ordinary user, or by root where user namespaces are forbidden
        yield _as_other(owner)
        return
    # Inside the namespace the user is "nobody"; outside, the files belong to root.
    yield Launcher(("unshare", "--user", f"--map-user={NOBODY}", f"--map-group={NOBODY}"))
    yield _as_other(NOBODY)


def _works(launcher: Launcher, home: Path) -> bool:
    """Whether a program that is run this way finds its executable and can write to its folder below `home`."""
    probe = home / "probe"
    shutil.rmtree(probe, ignore_errors=True)
    probe.mkdir(mode=0o700)
    script = '"$0" --version >"$1/answer"'
    # Unlike `postgres --version`, this fails if the server would not find its own program.
    program = str(program_folder() / "pg_config")
    command = [*launcher.prefix, "/bin/sh", "-c", script, program, str(probe)]
    try:
        launcher.own(probe)
        done = subprocess.run(command, capture_output=True, env=environment(), check=False)  # noqa: S603 - fixed
    except OSError:  # the tool is missing, or root can't change owners (a locked-down container)
        return False
    finally:
        shutil.rmtree(probe, ignore_errors=True)
    return done.returncode == 0


def launcher_for(layout: Layout) -> Launcher:
    if os.geteuid() != 0:
        return Launcher(programs=layout.programs)
    for launcher in _ways(layout.cluster):
        if _works(launcher, layout.home):
            return replace(launcher, programs=layout.programs)
    raise CannotStartError(
        "PostgreSQL does not run as root, and this machine lets root use neither a user namespace "
        "(`unshare`) nor another user (`setpriv`) for it. Run as an ordinary user, or set DATABASE_URL."
    )


def refuse_other_version(layout: Layout) -> None:
    theirs, ours = cluster_version(layout), major_version(layout.programs)
    if theirs in {"", ours}:
        return
    raise OtherVersionError(
        f"The database in {layout.cluster} was written by PostgreSQL {theirs}; Goodword now includes {ours}, "
        f"which cannot read it. Run `goodword upgrade-postgres`, set GOODWORD_DATA to another directory, or set "
        f"DATABASE_URL to a PostgreSQL {theirs} server."
    )


def settle_upgrade(layout: Layout) -> None:
    """After a killed upgrade, use the new cluster if it is complete, else the old one. Only call it under the lock."""
    for found in (layout.upgraded, layout.old):
        if not layout.cluster.exists() and found.exists():
            found.rename(layout.cluster)


def make_cluster(layout: Layout, launcher: Launcher, *, durable: bool) -> None:
    """Create the cluster. A partial one, left by a crash, is deleted first. Raises `CannotStartError`."""
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
        *([] if durable else ["--no-sync", "--wal-segsize=1"]),  # keeps copies of the cluster small
    )
    done = subprocess.run(  # noqa: S603 - our own program by its full path
        command, capture_output=True, text=True, env=environment(), cwd="/", check=False
    )
    if done.returncode:
        raise CannotStartError(
            f"The database could not be created in {layout.home}: {done.stderr.strip() or done.stdout.strip()}"
        )
    unfinished.rename(layout.cluster)


_PREFIX = "goodword-"


def make_socket_folder(launcher: Launcher) -> str:
    try:
        base = tempfile.gettempdir()
        if len(os.fsencode(base)) > 70:
            base = "/tmp"  # noqa: S108 - only the parent; the folder itself is new and closed
        directory = tempfile.mkdtemp(prefix=_PREFIX, dir=base)
    except OSError as error:
        raise CannotStartError(
            "There is no temporary folder for PostgreSQL's socket. Free space on the file system of /tmp, or name "
            "another folder in TMPDIR."
        ) from error
    launcher.own(Path(directory))
    return directory


def renew_socket_folder(directory: str, launcher: Launcher) -> None:
    """Empty the socket folder before a restart, or recreate it under the same name. Raises `CannotStartError`."""
    folder = Path(directory)
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        if folder.is_symlink() or folder.stat().st_uid not in {os.geteuid(), launcher.owner}:
            raise FileExistsError(17, "It belongs to another user")
        for left in folder.iterdir():
            left.unlink()
    except OSError as error:
        raise CannotStartError(
            f"PostgreSQL's socket folder, {folder}, can no longer be used: {error.strerror}."
        ) from error
    launcher.own(folder)


def remove_socket_folder(directory: str) -> None:
    """Remove a socket folder. Ignores any other folder, a missing one and an empty name."""
    if Path(directory).name.startswith(_PREFIX):
        shutil.rmtree(directory, ignore_errors=True)
