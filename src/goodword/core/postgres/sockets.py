"""The folder of the server's socket: short, because such a path may have 107 bytes, and closed to others."""

import os
import shutil
import tempfile
from pathlib import Path

from .errors import CannotStartError
from .launch import Launcher

_PREFIX = "goodword-"


def make(launcher: Launcher) -> str:
    """A new folder that the server can write to and other users cannot enter."""
    base = tempfile.gettempdir()
    if len(os.fsencode(base)) > 70:
        base = "/tmp"  # noqa: S108 - only the parent; the folder itself is new and closed
    directory = tempfile.mkdtemp(prefix=_PREFIX, dir=base)
    launcher.own(Path(directory))
    return directory


def renew(directory: str, launcher: Launcher) -> None:
    """Empty the socket folder for a restart, or recreate it under the same name.

    Raises `CannotStartError` when that is not possible.
    """
    folder = Path(directory)
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        if folder.is_symlink() or folder.stat().st_uid not in {os.geteuid(), launcher.owner}:
            raise FileExistsError(17, "It belongs to somebody else")
        for left in folder.iterdir():
            left.unlink()
    except OSError as error:
        raise CannotStartError(
            f"The folder of PostgreSQL's socket, {folder}, cannot be used any more: {error.strerror}."
        ) from error
    launcher.own(folder)


def remove(directory: str) -> None:
    """Remove such a folder; anything else, an empty name or one already gone is left alone."""
    if Path(directory).name.startswith(_PREFIX):
        shutil.rmtree(directory, ignore_errors=True)
