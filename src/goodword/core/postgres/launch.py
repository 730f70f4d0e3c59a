"""How to run the server's programs as somebody whom PostgreSQL accepts: it refuses to run as root."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from . import binaries
from .errors import CannotStartError
from .layout import Layout

NOBODY = 65534


@dataclass(frozen=True)
class Launcher:
    """A command to put before a program's own, and the user its files must belong to (None: leave them)."""

    prefix: tuple[str, ...] = ()
    owner: int | None = None

    def command(self, program: str, *arguments: str) -> list[str]:
        """The whole command line for one of PostgreSQL's programs."""
        return [*self.prefix, str(binaries.directory() / program), *arguments]

    def own(self, path: Path) -> None:
        """Give a file or a whole folder to the user whom the program runs as."""
        if self.owner is None or not path.exists() or path.stat().st_uid == self.owner:
            return
        # The top last: it is what tells, after a crash in the middle, that this is still to be done.
        for folder, _, files in os.walk(path, topdown=False):
            for name in [*files, ""]:
                os.chown(Path(folder, name), self.owner, self.owner, follow_symlinks=False)


def environment() -> dict[str, str]:
    """The environment of the server's programs: nothing of the caller's may change what they do or say."""
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"}


def _as_other(user: int) -> Launcher:
    # The one capability kept lets the server work inside a folder that is closed to that user. Without the
    # securebit access(2), by which the server looks for its own program, would not count it.
    keep = "-all,+dac_override"
    who = (f"--reuid={user}", f"--regid={user}", "--clear-groups")
    how = ("--securebits=+no_setuid_fixup", f"--inh-caps={keep}", f"--ambient-caps={keep}")
    return Launcher(("setpriv", *how, *who), user)


def _ways(cluster: Path) -> Iterator[Launcher]:
    owner = cluster.stat().st_uid if cluster.exists() else 0
    if owner:  # made by an ordinary user, or by root where user namespaces are forbidden
        yield _as_other(owner)
        return
    # Inside the namespace the user is "nobody"; outside, files stay root's.
    yield Launcher(("unshare", "--user", f"--map-user={NOBODY}", f"--map-group={NOBODY}"))
    yield _as_other(NOBODY)


def _works(launcher: Launcher, home: Path) -> bool:
    """Whether a program so started finds itself, and can write into a folder of its own below `home`."""
    probe = home / "probe"
    shutil.rmtree(probe, ignore_errors=True)
    probe.mkdir(mode=0o700)
    script = '"$0" --version >"$1/answer"'
    # Unlike `postgres --version`, this one fails where the server would not find its own program.
    program = str(binaries.directory() / "pg_config")
    command = [*launcher.prefix, "/bin/sh", "-c", script, program, str(probe)]
    try:
        launcher.own(probe)
        done = subprocess.run(command, capture_output=True, env=environment(), check=False)  # noqa: S603 - fixed
    except OSError:  # no such tool on this machine, or root may not give files away (a locked-down container)
        return False
    finally:
        shutil.rmtree(probe, ignore_errors=True)
    return done.returncode == 0


def launcher_for(layout: Layout) -> Launcher:
    """How this process can run the server. Raises `CannotStartError` when there is no way."""
    if os.geteuid() != 0:
        return Launcher()
    for launcher in _ways(layout.cluster):
        if _works(launcher, layout.home):
            return launcher
    raise CannotStartError(
        "PostgreSQL does not run as root, and this machine lets root use neither a user namespace "
        "(`unshare`) nor another user (`setpriv`) for it. Run as an ordinary user, or set DATABASE_URL."
    )
