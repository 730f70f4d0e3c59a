"""PostgreSQL's client programs and their connection settings."""

import os
import re
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import IO, Any, Final

from django.db import connection
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.pq import Conninfo

from goodword.core.postgres import CannotStartError, layout

NEEDED: Final = ("pg_dump", "pg_restore", "psql")
#: where packages install versions that aren't in PATH
_PLACES: Final = (
    ("/usr/lib/postgresql", "*/bin"),
    ("/usr", "pgsql-*/bin"),
    ("/opt/homebrew/opt", "postgresql@*/bin"),
)

#: connection parameters that a backup sets itself
_NOT_OURS: Final = {"application_name", "client_encoding", "connect_timeout"}


class BackupError(Exception):
    """The message says why a backup can't be made or used, and what to do."""


#: in the connection service file
_SERVICE: Final = "goodword"


@dataclass(frozen=True, slots=True)
class ConnectionParameters:
    """A database, as connection parameters for psycopg and PostgreSQL's programs. The password is kept apart."""

    parameters: Mapping[str, Any]

    @classmethod
    def of_django(cls) -> "ConnectionParameters":
        given = connection.get_connection_params()
        names = {option.keyword.decode() for option in Conninfo.get_defaults()} - _NOT_OURS
        return cls({name: given[name] for name in sorted(names) if given.get(name)})

    @classmethod
    def of_url(cls, url: str) -> "ConnectionParameters":
        given = conninfo_to_dict(url)
        return cls({name: value for name, value in given.items() if name not in _NOT_OURS})

    @property
    def conninfo(self) -> str:
        secret = ("password", "sslpassword")
        given = {name: value for name, value in self.parameters.items() if name not in secret}
        if self.parameters.get("sslpassword"):
            given.setdefault("service", _SERVICE)
        return make_conninfo(**given)

    @contextmanager
    def connecting(self) -> Iterator[dict[str, Any]]:
        """Yield the arguments of `Program` for a connection. The passphrase of sslkey is in a file that
        only the program can open, since libpq has no environment variable for it."""
        passphrase = self.parameters.get("sslpassword")
        if not passphrase:
            yield {"env": self.environment}
            return
        with tempfile.TemporaryFile() as file:
            file.write(f"[{_SERVICE}]\nsslpassword={passphrase}\n".encode())
            file.flush()
            number = file.fileno()
            yield {"env": self.environment | {"PGSERVICEFILE": f"/dev/fd/{number}"}, "pass_fds": (number,)}

    @property
    def environment(self) -> dict[str, str]:
        # other users can read command lines, but not the environment
        password = self.parameters.get("password")
        given = {name: value for name, value in os.environ.items() if not name.startswith("GOODWORD_")}
        given |= {"LC_ALL": "C", "PGCONNECT_TIMEOUT": "10", "PGAPPNAME": "goodword backup"}
        return given | ({"PGPASSWORD": str(password)} if password else {})


def folder_for(version: int, *, encrypted: bool = False) -> Path:
    """Return the folder with the oldest PostgreSQL programs of this major version or newer. `encrypted`: only those
    that support TLS. Raises BackupError."""
    without_tls = _embedded() if encrypted else None
    found = sorted(
        (major, number, folder)
        for number, (major, folder) in enumerate(_installed())
        if folder != without_tls
    )
    for major, _, folder in found:
        if major >= version:
            return folder
    have = f" Only version {found[-1][0]} is installed." if found else ""
    if without_tls is not None:
        have += " Those of goodword[demo] can't encrypt the connection."
    raise BackupError(
        f"PostgreSQL's programs pg_dump, pg_restore and psql of version {version} or newer are needed.{have} "
        f"Install them (on Debian the package postgresql-client-{version}), or add them to PATH."
    )


@cache
def _installed() -> tuple[tuple[int, Path], ...]:
    found: dict[Path, int] = {}
    for folder in _folders():
        if all(os.access(folder / name, os.X_OK) for name in NEEDED) and (version := major_of(folder)):
            found.setdefault(folder.resolve(), version)
    return tuple((version, folder) for folder, version in found.items())


def _folders() -> Iterator[Path]:
    for place, pattern in _PLACES:
        yield from sorted(Path(place).glob(pattern))
    yield from map(Path, filter(None, os.environ.get("PATH", "").split(os.pathsep)))
    if (folder := _embedded()) is not None:
        yield folder


def _embedded() -> Path | None:
    """The programs of the extra goodword[demo], which are built without TLS."""
    try:
        return layout.program_folder().resolve()
    except CannotStartError:
        return None


def major_of(folder: Path) -> int:
    """The major version, or 0 if the programs don't run."""
    try:
        output = subprocess.run(  # noqa: S603 - a program of PostgreSQL
            [str(folder / "pg_dump"), "--version"], capture_output=True, text=True, check=False, timeout=20
        ).stdout
    except (OSError, subprocess.TimeoutExpired):
        return 0
    number = re.search(r"(\d+)(?:\.|devel|beta|rc|\s|$)", output.partition(")")[2])
    return int(number[1]) if number else 0


class Program:
    def __init__(self, command: list[str], **streams: Any) -> None:
        self.name = Path(command[0]).name
        try:
            self._messages: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - closed by end()
        except OSError as error:
            raise BackupError(
                "No temporary file can be written. Free space on the file system of /tmp, or name another folder in "
                "TMPDIR."
            ) from error
        try:
            self.process = subprocess.Popen(  # noqa: S603 - a fixed program, never through a shell
                command, stderr=self._messages, **streams
            )
        except OSError as error:
            self._messages.close()
            raise BackupError(f"{self.name} can't be started: {error.strerror}.") from error

    def finish(self) -> None:
        """Wait until it exits. Raises BackupError with its messages if it failed."""
        if self.process.wait():
            raise BackupError(f"{self.name} failed: {self.error_messages()}")

    def error_messages(self) -> str:
        self._messages.seek(0)
        lines = [line.strip() for line in self._messages.read(20_000).decode(errors="replace").splitlines()]
        errors = [line for line in lines if "error" in line.lower() or "fatal" in line.lower()] or lines[-1:]
        return " ".join(" ".join(errors[:2]).split()) or "it gave no reason."

    def end(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        for stream in (self.process.stdin, self.process.stdout):
            if stream is not None:
                try:
                    stream.close()
                except OSError:  # buffered data can no longer be written
                    continue
        self._messages.close()
